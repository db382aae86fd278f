/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * decide: which backend a connection to a service address has.
 *
 * A known connection has the one it had, until that one is gone. A new one
 * gets the one its client had (session affinity), or the one its hash points
 * to in the service's table. Anything may make a connection, a segment in the
 * middle of a stream, too: the same table gives the same backend, so that
 * another gateway takes over, and what was forgotten comes back. If it is the
 * wrong one, that one says RST, and the client knows sooner than by silence.
 *
 * Backends are checked by generation: numbers are used again, and nobody walks
 * the connections when an endpoint goes.
 */
#pragma once

#include "lib/maps.bpf.h"
#include "lib/packet.bpf.h"

/* What the first bytes of a packet say about its connection. */
enum ob_sign {
	OB_SIGN_OPEN = 1,  /* SYN without ACK; INIT */
	OB_SIGN_CLOSE = 2, /* FIN or RST; ABORT or SHUTDOWN */
};

/* A packet's connection, and the backend that was found for it. */
struct ob_conn {
	struct ob_flow_key key;
	struct ob_ip6 addr; /* of the backend, mapped */
	__u16 port;
	__u16 signs;
	__u32 number;
	__u32 generation;
	/* What ob_service says. */
	__u32 service;
	__u32 first_slot;
	__u32 n_slots;
	__u32 affinity_s;
};

#define OB_FLOW_FOUND (-1) /* not an enum ob_reason */
/* How many backends are tried when the client's port is taken at the first. */
#define OB_FLOW_TRIES 4
/* Jiffies between two looks at the clock: between half a second and five. */
#define OB_FLOW_TICKS 512
#define OB_EEXIST     17

#define OB_TCP_FLAGS_OFF  13
#define OB_SCTP_CHUNK_OFF 12
#define OB_TCP_CLOSES	  0x05 /* FIN, RST */
#define OB_TCP_ACK	  0x10
#define OB_TCP_SYN_ACK	  0x12

static __always_inline __u16 ob_signs_of(__u8 proto, __u8 byte)
{
	/* ABORT, SHUTDOWN, SHUTDOWN ACK, SHUTDOWN COMPLETE (RFC 9260). */
	const __u32 closing = 1 << 6 | 1 << 7 | 1 << 8 | 1 << 14;

	if (proto == IPPROTO_TCP) {
		if (byte & OB_TCP_CLOSES)
			return OB_SIGN_CLOSE;
		return (byte & OB_TCP_SYN_ACK) == 0x02 ? OB_SIGN_OPEN : 0;
	}
	if (byte < 32 && closing >> byte & 1)
		return OB_SIGN_CLOSE;
	return byte == 1 ? OB_SIGN_OPEN : 0;
}

/* Ports and signs of a packet; false when there are none. */
static __always_inline bool ob_l4_read(struct __sk_buff *skb,
				       const struct ob_packet *p,
				       __u16 ret_ports[2], __u16 *ret_signs)
{
	__be16 ports[2];
	__u8 byte = 0;
	__u32 off;

	*ret_signs = 0;
	if (!p->l4_off ||
	    (p->proto != IPPROTO_TCP && p->proto != IPPROTO_UDP &&
	     p->proto != IPPROTO_SCTP) ||
	    bpf_skb_load_bytes(skb, p->l4_off, ports, sizeof(ports)))
		return false;
	ret_ports[0] = bpf_ntohs(ports[0]);
	ret_ports[1] = bpf_ntohs(ports[1]);
	if (p->proto == IPPROTO_UDP)
		return true;
	off = p->proto == IPPROTO_TCP ? OB_TCP_FLAGS_OFF : OB_SCTP_CHUNK_OFF;
	if (bpf_skb_load_bytes(skb, p->l4_off + off, &byte, 1))
		return false;
	*ret_signs = ob_signs_of(p->proto, byte);
	return true;
}

static __always_inline const struct ob_backend *ob_backend_get(__u32 number)
{
	return bpf_map_lookup_elem(&ob_backend, &number);
}

/* Has the backend that was given out with this generation still the place? */
static __always_inline bool ob_backend_is(const struct ob_backend *b,
					  __u32 generation)
{
	return b && b->state != OB_BACKEND_FREE && b->generation == generation;
}

static __always_inline void ob_flow_touch(struct ob_flow *flow, __u16 signs)
{
	__u32 tick = bpf_jiffies64();

	if (tick - flow->tick > OB_FLOW_TICKS) {
		flow->tick = tick;
		flow->seen_ns = bpf_ktime_get_ns();
	}
	if (signs & OB_SIGN_CLOSE)
		flow->state = OB_FLOW_CLOSING;
	else if (flow->state == OB_FLOW_OPENING && !(signs & OB_SIGN_OPEN))
		flow->state = OB_FLOW_ESTABLISHED;
}

/* A port that is used again, after the connection before closed, is another
 * connection. */
static __always_inline bool ob_flow_is_valid(const struct ob_flow *flow,
					     __u16 signs)
{
	if (flow->state == OB_FLOW_CLOSING && signs & OB_SIGN_OPEN)
		return false;
	return ob_backend_is(ob_backend_get(flow->backend), flow->generation);
}

/* MurmurHash3's round: every gateway must come to the same. */
static __always_inline __u32 ob_hash_add(__u32 hash, __u32 word)
{
	word *= 0xcc9e2d51;
	word = word << 15 | word >> 17;
	word *= 0x1b873593;
	hash ^= word;
	hash = hash << 13 | hash >> 19;
	return hash * 5 + 0xe6546b64;
}

/* With affinity all connections of a client have one hash. */
static __always_inline __u32 ob_conn_hash(const struct ob_conn *c)
{
	const __u32 *client = (const __u32 *)&c->key.client;
	const __u32 *addr = (const __u32 *)&c->key.addr;
	__u32 hash = c->key.proto;

#pragma unroll
	for (int i = 0; i < 4; i++)
		hash = ob_hash_add(ob_hash_add(hash, client[i]), addr[i]);
	hash = ob_hash_add(hash,
			   (__u32)c->key.port << 16 |
				   (c->affinity_s ? 0 : c->key.client_port));
	hash ^= hash >> 16;
	hash *= 0x85ebca6b;
	hash ^= hash >> 13;
	hash *= 0xc2b2ae35;
	return hash ^ hash >> 16;
}

static __always_inline bool ob_service_find(struct ob_conn *c)
{
	const struct ob_service_key key = { .addr = c->key.addr,
					    .port = c->key.port,
					    .proto = c->key.proto };
	const struct ob_service *s = bpf_map_lookup_elem(&ob_service, &key);

	if (!s)
		return false;
	c->service = s->id;
	c->first_slot = s->first_slot;
	c->n_slots = s->n_slots;
	c->affinity_s = s->affinity_s;
	return true;
}

/* False: no backend of this service has that place (any more). */
static __always_inline bool ob_backend_take(struct ob_conn *c, __u32 number)
{
	const struct ob_backend *b = ob_backend_get(number);

	if (!b || b->state == OB_BACKEND_FREE || b->service != c->service)
		return false;
	c->addr = b->addr;
	c->port = b->port;
	c->number = number;
	c->generation = b->generation;
	return true;
}

static __always_inline bool ob_slot_take(struct ob_conn *c, __u32 hash)
{
	__u32 slot = c->first_slot + hash % c->n_slots;
	__u32 block = slot / OB_SLOTS;
	const struct ob_slots *slots = bpf_map_lookup_elem(&ob_slot, &block);

	return slots &&
	       ob_backend_take(c, slots->backend[slot & (OB_SLOTS - 1)]);
}

/* A full map is no harm: the hash is of the client alone. */
static __noinline void ob_affinity_store(const struct ob_conn *c)
{
	const struct ob_affinity_key key = { .client = c->key.client,
					     .service = c->service };
	const struct ob_affinity a = { .backend = c->number,
				       .generation = c->generation,
				       .timeout_s = c->affinity_s,
				       .seen_ns = bpf_ktime_get_ns() };

	bpf_map_update_elem(&ob_affinity, &key, &a, BPF_ANY);
}

static __always_inline void ob_reply_key_of(const struct ob_conn *c,
					    struct ob_reply_key *ret)
{
	ret->backend = c->addr;
	ret->client = c->key.client;
	ret->backend_port = c->port;
	ret->client_port = c->key.client_port;
	ret->proto = c->key.proto;
}

/* 0: the same. Without branches, for the verifier would walk each. */
static __always_inline __u32 ob_differ(const struct ob_ip6 *a, __u16 a_port,
				       const struct ob_ip6 *b, __u16 b_port)
{
	const __u32 *x = (const __u32 *)a, *y = (const __u32 *)b;

	return (x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]) |
	       (a_port ^ b_port);
}

/*
 * Answers of a backend to one port of a client can be of one service address
 * only. Is it, at this backend, another one's? Not if that connection is
 * closing, gone, or with another backend by now.
 */
static __noinline bool ob_reply_is_taken(const struct ob_conn *c)
{
	struct ob_reply_key key = {};
	struct ob_flow_key other = c->key;
	const struct ob_reply *reply;
	const struct ob_flow *flow;

	ob_reply_key_of(c, &key);
	reply = bpf_map_lookup_elem(&ob_reply, &key);
	if (!reply ||
	    !ob_differ(&reply->addr, reply->port, &c->key.addr, c->key.port))
		return false;
	other.addr = reply->addr;
	other.port = reply->port;
	flow = bpf_map_lookup_elem(&ob_flow, &other);
	return flow && !(ob_differ(&flow->addr, flow->port, &c->addr, c->port) |
			 (flow->state & OB_FLOW_CLOSING));
}

static __noinline int ob_reply_store(const struct ob_conn *c)
{
	const struct ob_reply reply = { .addr = c->key.addr,
					.port = c->key.port };
	struct ob_reply_key key = {};

	ob_reply_key_of(c, &key);
	return bpf_map_update_elem(&ob_reply, &key, &reply, BPF_ANY);
}

/* The connection goes to another backend: the answers of the one before are
 * not expected any more. */
static __noinline void ob_reply_forget(const struct ob_conn *c,
				       const struct ob_flow *flow)
{
	struct ob_reply_key key = {};
	const struct ob_reply *reply;

	ob_reply_key_of(c, &key);
	key.backend = flow->addr;
	key.backend_port = flow->port;
	reply = bpf_map_lookup_elem(&ob_reply, &key);
	if (reply &&
	    !ob_differ(&reply->addr, reply->port, &c->key.addr, c->key.port))
		bpf_map_delete_elem(&ob_reply, &key);
}

static __always_inline long ob_flow_store(const struct ob_conn *c, __u64 flags)
{
	const struct ob_flow flow = {
		.addr = c->addr,
		.port = c->port,
		.backend = c->number,
		.generation = c->generation,
		.state = c->signs & OB_SIGN_CLOSE  ? OB_FLOW_CLOSING
			 : c->signs & OB_SIGN_OPEN ? OB_FLOW_OPENING
						   : OB_FLOW_ESTABLISHED,
		.tick = bpf_jiffies64(),
		.seen_ns = bpf_ktime_get_ns(),
	};

	return bpf_map_update_elem(&ob_flow, &c->key, &flow, flags);
}

/* Another CPU made this very connection in the meantime. */
static __always_inline int ob_flow_join(struct ob_conn *c)
{
	const struct ob_flow *flow = bpf_map_lookup_elem(&ob_flow, &c->key);

	if (!flow)
		return OB_REASON_FLOWS_FULL;
	c->addr = flow->addr;
	c->port = flow->port;
	return OB_FLOW_FOUND;
}

/*
 * Connection first, answer after: octopus deletes answers that have no
 * connection. Both or none.
 */
static __noinline int ob_flow_create(struct ob_conn *c, bool known)
{
	long r = ob_flow_store(c, known ? BPF_EXIST : BPF_NOEXIST);

	if (r == -OB_EEXIST)
		return ob_flow_join(c);
	if (r)
		return OB_REASON_FLOWS_FULL;
	if (ob_reply_store(c)) {
		bpf_map_delete_elem(&ob_flow, &c->key);
		return OB_REASON_FLOWS_FULL;
	}
	if (c->affinity_s)
		ob_affinity_store(c);
	return OB_FLOW_FOUND;
}

/* The backend that the client had, if it still takes new connections:
 * OB_FLOW_FOUND or a reason. */
static __noinline int ob_affinity_recall(struct ob_conn *c)
{
	const struct ob_affinity_key key = { .client = c->key.client,
					     .service = c->service };
	struct ob_affinity *a = bpf_map_lookup_elem(&ob_affinity, &key);
	const struct ob_backend *b;
	__u64 now = bpf_ktime_get_ns();

	if (!a || now - a->seen_ns >= c->affinity_s * 1000000000ULL)
		return OB_REASON_NO_ENDPOINT;
	b = ob_backend_get(a->backend);
	if (!ob_backend_is(b, a->generation) || b->state != OB_BACKEND_READY ||
	    !ob_backend_take(c, a->backend))
		return OB_REASON_NO_ENDPOINT;
	a->seen_ns = now;
	return ob_reply_is_taken(c) ? OB_REASON_FLOW_CONFLICT : OB_FLOW_FOUND;
}

static __noinline int ob_backend_try(struct ob_conn *c, __u32 hash)
{
	if (!ob_slot_take(c, hash))
		return OB_REASON_NO_ENDPOINT;
	return ob_reply_is_taken(c) ? OB_REASON_FLOW_CONFLICT : OB_FLOW_FOUND;
}

/* The first backend from the hash on whose answers would not be another
 * connection's: OB_FLOW_FOUND or a reason. */
static __noinline int ob_backend_pick(const struct __sk_buff *skb,
				      struct ob_conn *c, __u32 hash)
{
	int found = OB_REASON_NO_ENDPOINT;

	for (__u32 i = 0; i < OB_FLOW_TRIES; i++) {
		found = (int)ob_opaque(skb, ob_backend_try(c, hash + i));
		if (found == OB_FLOW_FOUND)
			break;
	}
	return found;
}

/* A backend for a connection that has none. known: there is an entry. */
static __always_inline int ob_flow_new(const struct __sk_buff *skb,
				       struct ob_conn *c, bool known)
{
	int found = OB_REASON_NO_ENDPOINT;

	if (!ob_service_find(c))
		return OB_REASON_NO_SERVICE;
	if (!c->n_slots)
		return OB_REASON_NO_ENDPOINT;
	if (c->affinity_s)
		found = (int)ob_opaque(skb, ob_affinity_recall(c));
	if (found != OB_FLOW_FOUND)
		found = ob_backend_pick(skb, c, ob_conn_hash(c));
	if (found != OB_FLOW_FOUND)
		return found;
	if (c->key.proto == OB_PROTO_SCTP && c->port != c->key.port)
		return OB_REASON_SCTP_PORT;
	return ob_flow_create(c, known);
}

/*
 * The backend of the connection c->key: OB_FLOW_FOUND, or the reason why there
 * is none.
 */
static __noinline int ob_flow_find(const struct __sk_buff *skb,
				   struct ob_conn *c)
{
	struct ob_flow *flow = bpf_map_lookup_elem(&ob_flow, &c->key);

	if (!flow || !ob_flow_is_valid(flow, c->signs)) {
		if (flow)
			ob_reply_forget(c, flow);
		return ob_flow_new(skb, c, flow);
	}
	ob_flow_touch(flow, c->signs);
	c->addr = flow->addr;
	c->port = flow->port;
	return OB_FLOW_FOUND;
}
