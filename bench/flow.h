/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who talks to whom: the address plan that every mode shares, and the order in
 * which the sender goes through its flows.
 *
 *   pods of this cluster    172.16.0.0/12   local, one of N prefixes
 *   their global addresses  10.32.0.0/12    same host bits
 *   the other clusters      10.64.0.0/10    one of N prefixes
 *
 * With 1, 1,000 and 100,000 prefixes these are /16, /24 and /29. Pods are
 * spread evenly over the prefixes, so that a thousand pods touch as many
 * entries as there are, up to a thousand.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OB_PODS	      1000
#define OB_FLOWS_MANY 50000

#define OB_LOCAL_BASE	0xac100000u /* 172.16.0.0 */
#define OB_GLOBAL_BASE	0x0a200000u /* 10.32.0.0 */
#define OB_REMOTE_BASE	0x0a400000u /* 10.64.0.0 */
#define OB_NETWORK_BASE 0x0a000000u /* 10.0.0.0/8, the global network */
#define OB_NETWORK_LEN	8
#define OB_SPORT_FIRST	1024
#define OB_SPORTS	60000
#define OB_DPORT_FIRST	5000

enum ob_flow_kind {
	OB_FLOW_ONE,	 /* one flow */
	OB_FLOW_MANY,	 /* 50,000 flows of 1,000 pods to one address */
	OB_FLOW_NEW,	 /* the same, but no flow has a second packet */
	OB_FLOW_SCATTER, /* 50,000 pairs: every packet another pod and peer */
	OB_FLOW_KINDS
};

/* Addresses in network order, ports in host order. */
struct ob_bench_flow {
	uint32_t src, dst;
	uint16_t sport, dport;
};

/* Addresses in network order. */
struct ob_pair {
	uint32_t src, dst;
};

struct ob_flows {
	struct ob_pair *pairs;
	size_t n_pairs;
	uint64_t n_flows; /* 0: never repeats */
	/* position */
	size_t pair;
	uint64_t flow;
	uint16_t sport, dport;
};

const char *ob_flow_kind_name(enum ob_flow_kind kind);

/* Prefix length of each of n prefixes: 16, 24 or 29. */
uint8_t ob_flow_prefixlen(unsigned int n_prefixes);
/* The i-th prefix above base, host order. */
uint32_t ob_flow_prefix(uint32_t base, unsigned int i, unsigned int n_prefixes);

/* At the first flow. The caller frees with ob_flows_done. */
int ob_flows_init(struct ob_flows *f, enum ob_flow_kind kind,
		  unsigned int n_prefixes);
void ob_flows_done(struct ob_flows *f);

/* The current flow; then moves to the next. No division: this is timed. */
static inline struct ob_bench_flow ob_flows_next(struct ob_flows *f)
{
	const struct ob_pair *p = &f->pairs[f->pair];
	struct ob_bench_flow flow = { p->src, p->dst, f->sport, f->dport };

	if (++f->flow == f->n_flows) {
		f->flow = 0;
		f->pair = 0;
		f->sport = OB_SPORT_FIRST;
		f->dport = OB_DPORT_FIRST;
		return flow;
	}
	if (++f->pair == f->n_pairs)
		f->pair = 0;
	if (++f->sport == OB_SPORT_FIRST + OB_SPORTS) {
		f->sport = OB_SPORT_FIRST;
		f->dport++;
	}
	return flow;
}
