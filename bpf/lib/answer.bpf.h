/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * decide and act: what a backend sends to a client of a service address must
 * come from that address. The packet is translated already, so that its source
 * is the backend's global address and its destination the client's own.
 */
#pragma once

#include "lib/flow.bpf.h"
#include "lib/fragment.bpf.h"
#include "lib/icmp.bpf.h"
#include "lib/rewrite.bpf.h"

/* What the source of an answer becomes. */
struct ob_answer {
	struct ob_ip6 addr; /* virtual, as in the packet */
	__u16 from;	    /* the backend's port; 0: later fragment */
	__u16 port;
	bool found;
};

/* The backend closes the connection: its entry may go soon. */
static __noinline void ob_flow_close(const struct ob_reply_key *key,
				     const struct ob_reply *reply)
{
	const struct ob_flow_key flow_key = { .client = key->client,
					      .addr = reply->addr,
					      .client_port = key->client_port,
					      .port = reply->port,
					      .proto = key->proto };
	struct ob_flow *flow = bpf_map_lookup_elem(&ob_flow, &flow_key);

	if (flow)
		flow->state = OB_FLOW_CLOSING;
}

static __always_inline bool ob_answer_fragment(struct __sk_buff *skb,
					       const struct ob_packet *p,
					       struct ob_answer *ret)
{
	struct ob_ip6 addr = {};

	if (!ob_fragment_recall(skb, p, &addr))
		return false;
	ob_mapped_get(&ret->addr, &addr, p->family);
	return true;
}

/* False: the packet is no answer of a service. */
static __noinline bool ob_answer_find(struct __sk_buff *skb,
				      const struct ob_packet *p,
				      struct ob_answer *ret)
{
	struct ob_reply_key key = { .proto = (enum ob_proto)p->proto };
	const struct ob_reply *reply;
	__u16 ports[2], signs;

	if (!p->l4_off)
		return ob_answer_fragment(skb, p, ret);
	if (!ob_l4_read(skb, p, ports, &signs))
		return false;
	ob_mapped_put(&key.backend, &p->src, p->family);
	ob_mapped_put(&key.client, &p->dst, p->family);
	key.backend_port = ports[0];
	key.client_port = ports[1];
	reply = bpf_map_lookup_elem(&ob_reply, &key);
	if (!reply)
		return false;
	if (signs & OB_SIGN_CLOSE)
		ob_flow_close(&key, reply);
	ob_fragment_note(skb, p, &reply->addr);
	ob_mapped_get(&ret->addr, &reply->addr, p->family);
	ret->from = ports[0];
	ret->port = reply->port;
	return true;
}

static __always_inline bool ob_answer_rewrite(struct __sk_buff *skb,
					      struct ob_packet *p,
					      const struct ob_answer *answer)
{
	return ob_rewrite(skb, p, OB_SRC, &answer->addr) &&
	       ob_port_rewrite(skb, p, OB_SRC, answer->from, answer->port);
}

/*
 * An ICMP error about what a client sent to a service address quotes the
 * packet as it was on its way to the backend. False: it cannot be edited.
 */
static __noinline bool ob_answer_error(struct __sk_buff *skb, __u32 l4_off,
				       __u32 ip_len, __u8 family)
{
	struct ob_reply_key key = {};
	const struct ob_reply *reply;
	struct ob_quote q = {};

	if (!ob_quote_read(skb, l4_off, ip_len, family, &q))
		return true;
	ob_mapped_put(&key.backend, &q.dst, family);
	ob_mapped_put(&key.client, &q.src, family);
	key.backend_port = q.ports[1];
	key.client_port = q.ports[0];
	key.proto = (enum ob_proto)q.in.proto;
	reply = bpf_map_lookup_elem(&ob_reply, &key);
	if (!reply)
		return true;
	return ob_quote_rewrite(skb, &q, OB_DST, &reply->addr, reply->port);
}
