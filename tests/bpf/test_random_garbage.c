// SPDX-License-Identifier: Apache-2.0
/*
 * 100,000 damaged packets for each program: bits flipped, lengths changed,
 * cut short, or noise from end to end. Whatever they are, the program runs,
 * says one of its verdicts, keeps the length, and harms no valid checksum.
 */
#include "random.h"

#include <errno.h>
#include <string.h>

#define ROUNDS 100000

static void flip_bytes(struct rng *rng, struct packet *p)
{
	uint32_t n = 1 + rng_below(rng, 8);
	uint32_t reach =
		p->len - PACKET_ETH < 100 ? (uint32_t)p->len - PACKET_ETH : 100;

	while (n-- && reach)
		p->b[PACKET_ETH + rng_below(rng, reach)] =
			(uint8_t)rng_next(rng);
}

/* Values at the ends of their ranges, where headers keep lengths. */
static void set_lengths(struct rng *rng, struct packet *p)
{
	static const uint8_t at[] = { 0, 2, 3, 4, 5, 6, 9, 20, 32, 40, 41 };
	static const uint8_t values[] = { 0,	1,    4,    5,	  0x0f, 0x40,
					  0x45, 0x4f, 0x60, 0x7f, 0x80, 0xff };

	for (int i = 0; i < 3; i++) {
		size_t where =
			PACKET_ETH + (size_t)at[rng_below(rng, sizeof(at))];

		if (where < p->len)
			p->b[where] = values[rng_below(rng, sizeof(values))];
	}
}

/* Not below the IP header: the kernel lets no test packet be so short. */
static void cut(struct rng *rng, struct packet *p)
{
	size_t least = PACKET_ETH + 40;

	if (p->len > least)
		p->len = least + rng_below(rng, (uint32_t)(p->len - least));
}

static void fill_with_noise(struct rng *rng, struct packet *p)
{
	for (size_t i = PACKET_ETH; i < p->len; i++)
		p->b[i] = (uint8_t)rng_next(rng);
}

static void damage(struct rng *rng, struct packet *p)
{
	switch (rng_below(rng, 8)) {
	case 0:
		fill_with_noise(rng, p);
		break;
	case 1:
	case 2:
		cut(rng, p);
		break;
	case 3:
	case 4:
		set_lengths(rng, p);
		break;
	case 5:
		cut(rng, p);
		flip_bytes(rng, p);
		break;
	default:
		flip_bytes(rng, p);
		break;
	}
}

static bool is_verdict(int verdict)
{
	return verdict == VERDICT_NEXT || verdict == VERDICT_DROP ||
	       verdict == VERDICT_REDIRECT;
}

static void check_run(const struct packet *in, const struct run *run, int round)
{
	const char *bad;

	if (!is_verdict(run->verdict))
		fail_msg("round %d: verdict %d", round, run->verdict);
	if (run->packet.len != in->len)
		fail_msg("round %d: length %zu became %zu", round, in->len,
			 run->packet.len);
	if (run->verdict == VERDICT_DROP ||
	    packet_bad_checksum(in->b + PACKET_ETH, packet_ip_len(in)))
		return;
	bad = packet_bad_checksum(run->packet.b + PACKET_ETH,
				  packet_ip_len(&run->packet));
	if (bad)
		fail_msg("round %d: harmed: %s", round, bad);
}

static void run_it(const struct harness *h, enum ob_hook hook,
		   const struct context *ctx, unsigned flags,
		   const struct packet *in, struct run *ret, int round)
{
	int r = harness_run(h, hook, ctx, flags, in, ret);

	if (r)
		fail_msg("round %d: %s", round,
			 r == -EBADMSG ? "sum over the packet" : "run failed");
}

/* The same packet without what is remembered must come to the same end. */
static void check_without_recall(struct harness *h, enum ob_hook hook,
				 const struct context *ctx,
				 const struct packet *in, const struct run *run,
				 int round)
{
	struct run again;

	harness_recall(h, false);
	run_it(h, hook, ctx, RUN_PLAIN, in, &again, round);
	harness_recall(h, true);
	if (again.verdict != run->verdict)
		fail_msg("round %d: %d when recalled, %d else", round,
			 run->verdict, again.verdict);
	if (run->verdict != VERDICT_DROP &&
	    memcmp(again.packet.b, run->packet.b, in->len) != 0)
		fail_msg("round %d: other bytes when recalled", round);
}

static void survive(struct harness *h, enum ob_hook hook, const char *name)
{
	struct rng rng = rng_start(name);

	random_network(h, true);
	for (int i = 0; i < ROUNDS; i++) {
		struct random_packet r;
		struct packet in;
		struct run run;

		random_packet(&rng, h, hook, &r);
		packet_build(&r.spec, &in);
		/* So that there is something to recall for these addresses. */
		run_it(h, hook, &r.ctx, RUN_PLAIN, &in, &run, i);
		damage(&rng, &in);
		run_it(h, hook, &r.ctx, RUN_PLAIN, &in, &run, i);
		check_run(&in, &run, i);
		if (run.verdict != VERDICT_DROP && h->has_complete && i & 1)
			run_it(h, hook, &r.ctx, RUN_COMPLETE, &in, &run, i);
		if (i % 4 == 0)
			check_without_recall(h, hook, &r.ctx, &in, &run, i);
	}
}

static void from_pod_survives_garbage(void **state)
{
	survive(*state, OB_HOOK_FROM_POD, __func__);
}

static void to_tunnel_survives_garbage(void **state)
{
	survive(*state, OB_HOOK_TO_TUNNEL, __func__);
}

static void from_tunnel_survives_garbage(void **state)
{
	survive(*state, OB_HOOK_FROM_TUNNEL, __func__);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		harness_test(from_pod_survives_garbage),
		harness_test(to_tunnel_survives_garbage),
		harness_test(from_tunnel_survives_garbage),
	};

	return harness_main(tests);
}
