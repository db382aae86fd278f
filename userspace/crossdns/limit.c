// SPDX-License-Identifier: Apache-2.0
#include "crossdns/limit.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "kube/hash.h"

#define WORDS	   65536
#define NS_PER_SEC 1000000000ULL

struct ob_limit {
	struct ob_kube_seed seed;
	uint64_t interval_ns;
	/* When the next answer would be due, were they evenly spaced. */
	_Atomic uint64_t due_ns[WORDS];
};

int ob_limit_new(uint32_t rate, struct ob_limit **ret)
{
	struct ob_limit *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	ob_kube_seed_init(&l->seed);
	l->interval_ns = NS_PER_SEC / rate;
	*ret = l;
	return 0;
}

void ob_limit_free(struct ob_limit *l)
{
	free(l);
}

static _Atomic uint64_t *word_of(struct ob_limit *l,
				 const struct ob_addr *client)
{
	size_t len = client->family == AF_INET ? OB_LIMIT_LEN4 / 8
					       : OB_LIMIT_LEN6 / 8;
	uint8_t key[1 + OB_LIMIT_LEN6 / 8] = { client->family };

	memcpy(key + 1, client->b, len);
	return &l->due_ns[ob_kube_hash(&l->seed, key, sizeof(key)) % WORDS];
}

enum ob_limit_verdict ob_limit_take(struct ob_limit *l,
				    const struct ob_addr *client,
				    uint64_t now_ns, uint32_t count)
{
	_Atomic uint64_t *word = word_of(l, client);
	uint64_t due = atomic_load_explicit(word, memory_order_relaxed);
	uint64_t from;

	do {
		from = due > now_ns ? due : now_ns;
		if (from + l->interval_ns > now_ns + NS_PER_SEC)
			return count & 1 ? OB_LIMIT_SLIP : OB_LIMIT_DROP;
	} while (!atomic_compare_exchange_weak_explicit(
		word, &due, from + l->interval_ns, memory_order_relaxed,
		memory_order_relaxed));
	return OB_LIMIT_ANSWER;
}
