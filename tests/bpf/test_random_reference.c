// SPDX-License-Identifier: Apache-2.0
/*
 * The programs against the reference translation, on 100,000 random packets
 * each: verdict, reason, every byte, and all counters at the end.
 */
#include "random.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 100000
#define SLOTS  4

/* What the counters should have at the end. */
struct totals {
	struct ob_traffic traffic[SLOTS];
	struct ob_count drops[OB_REASON_COUNT];
};

static void add_drop(struct totals *t, int reason, uint32_t n, size_t bytes)
{
	if (reason == NO_REASON)
		return;
	t->drops[reason].packets += n;
	t->drops[reason].bytes += bytes;
}

static void add_totals(struct totals *t, const struct harness *h,
		       enum ob_hook hook, const struct context *ctx,
		       const struct packet *in, const struct outcome *want)
{
	bool v4 = in->b[PACKET_ETH] >> 4 == 4, tx = hook == OB_HOOK_TO_TUNNEL;
	const uint8_t *addr = in->b + PACKET_ETH + (v4 ? 12 : 8);
	uint32_t n = ctx->gso_segs ? ctx->gso_segs : 1;
	const struct ob_route *route;
	struct packet copy = *in;
	size_t bytes = reference_wire_bytes(ctx, &copy);

	add_drop(t, want->reason, n, bytes);
	if (want->verdict == VERDICT_DROP || hook == OB_HOOK_FROM_POD)
		return;
	addr += tx ? (v4 ? 4 : 16) : 0;
	route = network_route(&h->net, v4 ? AF_INET : AF_INET6, addr);
	if (!route || route->slot >= SLOTS) {
		fail_msg("forwarded without a route");
		return;
	}
	if (tx) {
		t->traffic[route->slot].tx_packets += n;
		t->traffic[route->slot].tx_bytes += bytes;
	} else {
		t->traffic[route->slot].rx_packets += n;
		t->traffic[route->slot].rx_bytes += bytes;
	}
}

static void compare_totals(const struct harness *h, enum ob_hook hook,
			   const struct totals *t)
{
	for (uint32_t slot = 0; slot < SLOTS; slot++) {
		struct ob_traffic got = harness_traffic(h, slot);

		assert_memory_equal(&got, &t->traffic[slot], sizeof(got));
	}
	for (int reason = 0; reason < OB_REASON_COUNT; reason++) {
		struct ob_count got =
			harness_drops(h, (enum ob_reason)reason, hook);

		assert_int_equal(got.packets, t->drops[reason].packets);
		assert_int_equal(got.bytes, t->drops[reason].bytes);
	}
}

static void fail_round(const struct random_packet *r, int round,
		       const char *what)
{
	fprintf(stderr, "round %d: %s > %s, L4 kind %d, fragment %u+%u\n",
		round, r->spec.src, r->spec.dst, (int)r->spec.l4,
		r->spec.frag_off, r->spec.frag_len);
	if (r->spec.inner)
		fprintf(stderr, "  about %s > %s, L4 kind %d\n", r->inner.src,
			r->inner.dst, (int)r->inner.l4);
	fail_msg("%s", what);
}

static void compare(const struct random_packet *r, int round,
		    const struct run *got, const struct outcome *want)
{
	const uint8_t *a = got->packet.b + PACKET_ETH;
	const uint8_t *b = want->packet.b + PACKET_ETH;
	size_t n = packet_ip_len(&want->packet);

	if (got->verdict != want->verdict) {
		fprintf(stderr, "got %d, want %d (reason %d)\n", got->verdict,
			want->verdict, want->reason);
		fail_round(r, round, "another verdict");
	}
	if (got->packet.len != want->packet.len)
		fail_round(r, round, "another length");
	if (want->verdict == VERDICT_DROP)
		return;
	if (memcmp(a, b, n) != 0) {
		packet_print_difference(a, n, b, n);
		fail_round(r, round, "other bytes");
	}
	if (packet_bad_checksum(a, n))
		fail_round(r, round, packet_bad_checksum(a, n));
}

static void one_round(struct rng *rng, struct harness *h, enum ob_hook hook,
		      int round, struct totals *totals)
{
	struct random_packet r;
	struct packet in;
	struct outcome want;
	struct run got;
	unsigned flags = RUN_PLAIN;

	random_packet(rng, h, hook, &r);
	packet_build(&r.spec, &in);
	reference_run(&h->net, hook, &r.ctx, &in, &want);
	if (h->has_complete && want.verdict != VERDICT_DROP &&
	    rng_next(rng) & 1)
		flags = RUN_COMPLETE;
	if (harness_run(h, hook, &r.ctx, flags, &in, &got))
		fail_round(&r, round, flags ? "sum over the packet" : "run");
	compare(&r, round, &got, &want);
	add_totals(totals, h, hook, &r.ctx, &in, &want);
}

static void agree(struct harness *h, enum ob_hook hook, const char *name)
{
	struct rng rng = rng_start(name);

	for (int relay = 0; relay < 2; relay++) {
		struct totals totals = { 0 };
		void *state = h;

		harness_fresh(&state);
		random_network(h, relay);
		for (int i = 0; i < ROUNDS / 2; i++)
			one_round(&rng, h, hook, i, &totals);
		compare_totals(h, hook, &totals);
	}
}

static void from_pod_agrees_with_the_reference(void **state)
{
	agree(*state, OB_HOOK_FROM_POD, __func__);
}

static void to_tunnel_agrees_with_the_reference(void **state)
{
	agree(*state, OB_HOOK_TO_TUNNEL, __func__);
}

static void from_tunnel_agrees_with_the_reference(void **state)
{
	agree(*state, OB_HOOK_FROM_TUNNEL, __func__);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(from_pod_agrees_with_the_reference),
		harness_test(to_tunnel_agrees_with_the_reference),
		harness_test(from_tunnel_agrees_with_the_reference),
	};

	return harness_main(tests);
}
