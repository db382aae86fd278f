// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The programs that the gateway's are compared with, and the sink that
 * receives. Each does the least that its job takes.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "capture.h"

#define TC_ACT_SHOT 2

volatile const __u32 ob_target; /* ifindex redirected to */

__u64 ob_received; /* one CPU sends and receives: no atomics */
__u64 ob_received_bytes;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, OB_CAPTURE_FRAMES);
	__type(key, __u32);
	__type(value, struct ob_capture);
} ob_captures SEC(".maps");

SEC("tcx/ingress")
int nop(struct __sk_buff *skb __attribute__((unused)))
{
	return 0;
}

SEC("tcx/ingress")
int redirect(struct __sk_buff *skb __attribute__((unused)))
{
	return bpf_redirect(ob_target, 0);
}

/* At the other end of a redirect: what the second hook costs by itself. */
SEC("tcx/egress")
int egress_nop(struct __sk_buff *skb __attribute__((unused)))
{
	return -1; /* TCX_NEXT */
}

/* What an Ethernet next hop would need besides: the two addresses. */
SEC("tcx/ingress")
int redirect_mac(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data;
	__u8 *end = (void *)(long)skb->data_end;

	if (data + 12 > end)
		return TC_ACT_SHOT;
	*(__u32 *)data = 0x00000002;
	*(__u32 *)(data + 4) = 0x00020400;
	*(__u32 *)(data + 8) = 0x03000000;
	return bpf_redirect(ob_target, 0);
}

SEC("tcx/ingress")
int sink_count(struct __sk_buff *skb __attribute__((unused)))
{
	ob_received++;
	return TC_ACT_SHOT;
}

SEC("tcx/ingress")
int sink_capture(struct __sk_buff *skb)
{
	__u32 i = ob_received++;
	struct ob_capture *c = bpf_map_lookup_elem(&ob_captures, &i);

	if (!c)
		return TC_ACT_SHOT;
	c->len = skb->len;
	if (bpf_skb_load_bytes(skb, 0, c->bytes, OB_FRAME_LEN))
		c->len = 0;
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
