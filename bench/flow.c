// SPDX-License-Identifier: Apache-2.0
#include "flow.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

const char *ob_flow_kind_name(enum ob_flow_kind kind)
{
	static const char *const names[] = {
		[OB_FLOW_ONE] = "one",
		[OB_FLOW_MANY] = "many",
		[OB_FLOW_NEW] = "new",
		[OB_FLOW_SCATTER] = "scatter",
	};

	return names[kind];
}

uint8_t ob_flow_prefixlen(unsigned int n_prefixes)
{
	if (n_prefixes <= 16)
		return 16;
	return n_prefixes <= 4096 ? 24 : 29;
}

uint32_t ob_flow_prefix(uint32_t base, unsigned int i, unsigned int n_prefixes)
{
	return base + (i << (32 - ob_flow_prefixlen(n_prefixes)));
}

/* The i-th of n addresses spread over all prefixes; never a network's .0. */
static uint32_t spread(uint32_t base, size_t i, size_t n,
		       unsigned int n_prefixes)
{
	size_t hosts = (1u << (32 - ob_flow_prefixlen(n_prefixes))) - 2;
	unsigned int prefix = (unsigned int)(i * n_prefixes / n);

	return htonl(ob_flow_prefix(base, prefix, n_prefixes) + 1 +
		     (uint32_t)(i % hosts));
}

/* Fisher-Yates with a fixed seed: neighbours in time are not in memory. */
static void shuffle(struct ob_pair *v, size_t n)
{
	uint64_t x = 0x9e3779b97f4a7c15ull;

	for (size_t i = n - 1; i > 0; i--) {
		struct ob_pair tmp = v[i];
		size_t j;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		j = x % (i + 1);
		v[i] = v[j];
		v[j] = tmp;
	}
}

int ob_flows_init(struct ob_flows *f, enum ob_flow_kind kind,
		  unsigned int n_prefixes)
{
	static const size_t n_pairs[] = { 1, OB_PODS, OB_PODS, OB_FLOWS_MANY };
	static const uint64_t n_flows[] = { 1, OB_FLOWS_MANY, 0,
					    OB_FLOWS_MANY };
	bool scatter = kind == OB_FLOW_SCATTER;

	*f = (struct ob_flows){
		.n_pairs = n_pairs[kind],
		.n_flows = n_flows[kind],
		.sport = OB_SPORT_FIRST,
		.dport = OB_DPORT_FIRST,
	};
	f->pairs = calloc(f->n_pairs, sizeof(*f->pairs));
	if (!f->pairs)
		return -ENOMEM;
	for (size_t i = 0; i < f->n_pairs; i++) {
		size_t k = f->n_pairs == 1 ? OB_PODS / 2 : i;
		size_t n = scatter ? f->n_pairs : OB_PODS;

		f->pairs[i].src = spread(OB_LOCAL_BASE, k, n, n_prefixes);
		f->pairs[i].dst = spread(OB_REMOTE_BASE, scatter ? k : n / 2, n,
					 n_prefixes);
	}
	shuffle(f->pairs, f->n_pairs);
	return 0;
}

void ob_flows_done(struct ob_flows *f)
{
	free(f->pairs);
	f->pairs = NULL;
}
