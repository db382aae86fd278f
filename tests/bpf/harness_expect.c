// SPDX-License-Identifier: Apache-2.0
/* Running a program on a packet, and comparing what came of it. */
#include "harness.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

/* Where a failed expectation is, and what was run. */
struct trial {
	const char *file;
	int line;
	const char *mode;
	enum ob_hook hook;
	struct context ctx;
	const struct packet *in;
	const struct packet *out;
	int verdict;
	int reason;
};

static uint32_t usual_device(const struct harness *h, enum ob_hook hook)
{
	return hook == OB_HOOK_FROM_POD ? h->pod0 : h->ob0;
}

int harness_run(const struct harness *h, enum ob_hook hook,
		const struct context *ctx, unsigned flags,
		const struct packet *in, struct run *ret)
{
	uint32_t ifindex =
		ctx && ctx->ifindex ? ctx->ifindex : usual_device(h, hook);
	struct __sk_buff skb = { .ifindex = ifindex,
				 .ingress_ifindex = ifindex,
				 .gso_size = ctx ? ctx->gso_size : 0,
				 .gso_segs = ctx ? ctx->gso_segs : 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in->b,
		    .data_size_in = (uint32_t)in->len,
		    .data_out = ret->packet.b,
		    .data_size_out = sizeof(ret->packet.b), .ctx_in = &skb,
		    .ctx_size_in = sizeof(skb), .flags = flags);

	if (bpf_prog_test_run_opts(h->prog[hook], &opts))
		return -errno;
	ret->verdict = (int)opts.retval;
	ret->packet.len = opts.data_size_out;
	return 0;
}

static void print_addresses(const struct packet *p)
{
	char src[INET6_ADDRSTRLEN] = "?", dst[INET6_ADDRSTRLEN] = "?";
	const uint8_t *ip = p->b + PACKET_ETH;

	if (p->len >= PACKET_ETH + 40u && ip[0] >> 4 == 6) {
		inet_ntop(AF_INET6, ip + 8, src, sizeof(src));
		inet_ntop(AF_INET6, ip + 24, dst, sizeof(dst));
	} else if (p->len >= PACKET_ETH + 20u) {
		inet_ntop(AF_INET, ip + 12, src, sizeof(src));
		inet_ntop(AF_INET, ip + 16, dst, sizeof(dst));
	}
	fprintf(stderr, "  packet: %s > %s, %zu bytes\n", src, dst, p->len);
}

static void fail_trial(const struct trial *t, const char *what, long got,
		       long want)
{
	static const char *const hooks[] = { "from_pod", "to_tunnel",
					     "from_tunnel" };

	fprintf(stderr, "%s:%d: %s, %s: %s: got %ld, want %ld\n", t->file,
		t->line, hooks[t->hook], t->mode, what, got, want);
	print_addresses(t->in);
	_fail(t->file, t->line);
}

static void compare(const struct trial *t, const char *what, long got,
		    long want)
{
	if (got != want)
		fail_trial(t, what, got, want);
}

/* What the counters should have: a damaged packet's own words are not taken. */
static long wire_bytes(const struct trial *t)
{
	struct packet copy;

	if (t->reason == OB_REASON_MALFORMED)
		return (long)packet_ip_len(t->in);
	copy.len = t->in->len;
	memcpy(copy.b, t->in->b, copy.len);
	return (long)reference_wire_bytes(&t->ctx, &copy);
}

static long wire_packets(const struct trial *t)
{
	return t->ctx.gso_segs ? t->ctx.gso_segs : 1;
}

/* Exactly this packet, under its reason, or nothing. */
static void compare_drops(const struct harness *h, const struct trial *t)
{
	struct ob_count all = harness_all_drops(h), one;

	if (t->reason == NO_REASON) {
		compare(t, "packets counted as dropped", (long)all.packets, 0);
		return;
	}
	one = harness_drops(h, (enum ob_reason)t->reason, t->hook);
	compare(t, "packets under the reason", (long)one.packets,
		wire_packets(t));
	compare(t, "packets under all reasons", (long)all.packets,
		wire_packets(t));
	compare(t, "bytes under the reason", (long)one.bytes, wire_bytes(t));
}

static uint32_t slot_of(const struct harness *h, const struct packet *p,
			bool dst)
{
	const uint8_t *ip = p->b + PACKET_ETH;
	bool v4 = ip[0] >> 4 == 4;
	const struct ob_route *route =
		network_route(&h->net, v4 ? AF_INET : AF_INET6,
			      ip + (v4 ? 12 : 8) + (dst ? (v4 ? 4 : 16) : 0));

	return route ? route->slot : 0;
}

static void compare_traffic(const struct harness *h, const struct trial *t)
{
	bool tx = t->hook == OB_HOOK_TO_TUNNEL;
	bool counts = t->hook != OB_HOOK_FROM_POD && t->verdict != VERDICT_DROP;
	struct ob_traffic traffic;

	if (t->reason == OB_REASON_MALFORMED)
		return;
	traffic = harness_traffic(h, slot_of(h, t->in, tx));
	compare(t, "tx packets", (long)traffic.tx_packets,
		counts && tx ? wire_packets(t) : 0);
	compare(t, "rx packets", (long)traffic.rx_packets,
		counts && !tx ? wire_packets(t) : 0);
	compare(t, "bytes", (long)(traffic.tx_bytes + traffic.rx_bytes),
		counts ? wire_bytes(t) : 0);
}

static void compare_packet(const struct trial *t, const struct packet *got)
{
	const struct packet *want = t->out;
	bool same = got->len == want->len &&
		    !memcmp(got->b + PACKET_ETH, want->b + PACKET_ETH,
			    want->len - PACKET_ETH);

	if (same)
		return;
	packet_print_difference(got->b + PACKET_ETH, packet_ip_len(got),
				want->b + PACKET_ETH, packet_ip_len(want));
	fail_trial(t, "bytes of the packet", (long)got->len, (long)want->len);
}

static void try(const struct harness *h, struct trial *t, const char *mode,
		unsigned flags)
{
	struct run run;
	int r;

	t->mode = mode;
	harness_zero_counters(h);
	r = harness_run(h, t->hook, &t->ctx, flags, t->in, &run);
	compare(t, r == -EBADMSG ? "sum over the packet" : "run", r, 0);
	compare(t, "verdict", run.verdict, t->verdict);
	compare(t, "length", (long)run.packet.len, (long)t->in->len);
	if (t->verdict != VERDICT_DROP)
		compare_packet(t, &run.packet);
	compare_drops(h, t);
	compare_traffic(h, t);
}

static void try_all(struct harness *h, struct trial *t, bool gso)
{
	size_t len = packet_ip_len(t->in);

	for (int recall = 1; recall >= 0; recall--) {
		harness_recall(h, recall);
		try(h, t, "plain", RUN_PLAIN);
		try(h, t, recall ? "recalled" : "looked up", RUN_PLAIN);
		if (h->has_complete)
			try(h, t, "CHECKSUM_COMPLETE", RUN_COMPLETE);
	}
	harness_recall(h, true);
	if (!gso)
		return;
	t->ctx.gso_size = (uint32_t)len / 3;
	t->ctx.gso_segs = 3;
	try(h, t, "GSO", RUN_PLAIN);
}

void expect_bytes_at(const char *file, int line, struct harness *h,
		     enum ob_hook hook, const struct context *ctx,
		     const struct packet *in, const struct packet *out,
		     int verdict, int reason)
{
	struct trial t = { .file = file,
			   .line = line,
			   .hook = hook,
			   .in = in,
			   .out = out ? out : in,
			   .verdict = verdict,
			   .reason = reason };

	if (ctx)
		t.ctx = *ctx;
	try_all(h, &t, false);
}

/* Could this come out of an application's large TCP write? */
static bool could_be_gso(const struct packet_spec *in, int reason)
{
	return in->l4 == L4_TCP && !in->frag_len && in->payload >= 30 &&
	       reason != OB_REASON_TOO_BIG && reason != OB_REASON_FRAGMENTED;
}

void expect_at(const char *file, int line, struct harness *h, enum ob_hook hook,
	       const struct context *ctx, const struct packet_spec *in,
	       const struct packet_spec *out, int verdict, int reason)
{
	struct packet in_packet, out_packet;
	struct trial t = { .file = file,
			   .line = line,
			   .hook = hook,
			   .in = &in_packet,
			   .out = &out_packet,
			   .verdict = verdict,
			   .reason = reason };

	packet_build(in, &in_packet);
	packet_build(out, &out_packet);
	if (ctx)
		t.ctx = *ctx;
	try_all(h, &t, could_be_gso(in, reason) && !t.ctx.gso_size);
}
