// SPDX-License-Identifier: Apache-2.0
#include "octopus/told.h"

#include <errno.h>
#include <stdlib.h>

void ob_told_done(struct ob_told *told)
{
	free(told->v);
	*told = (struct ob_told){ 0 };
}

static struct ob_told_entry *find(const struct ob_told *told,
				  const struct ob_key *key)
{
	for (size_t i = 0; i < told->n; i++)
		if (ob_key_equal(&told->v[i].public_key, key))
			return &told->v[i];
	return NULL;
}

struct ob_wg_endpoint ob_told_get(const struct ob_told *told,
				  const struct ob_key *key)
{
	const struct ob_told_entry *e = find(told, key);

	return e ? e->endpoint : (struct ob_wg_endpoint){ 0 };
}

struct ob_wg_endpoint ob_told_learn(struct ob_told *told,
				    const struct ob_key *key,
				    const struct ob_wg_endpoint *now,
				    const struct ob_wg_endpoint *would_tell)
{
	struct ob_wg_endpoint said = ob_told_get(told, key);

	if (said.addr.family || !now->addr.family || !would_tell->addr.family)
		return said;
	/* Without memory it is learned again in the next pass. */
	(void)ob_told_set(told, key, would_tell);
	return *would_tell;
}

int ob_told_set(struct ob_told *told, const struct ob_key *key,
		const struct ob_wg_endpoint *endpoint)
{
	struct ob_told_entry *e = find(told, key);

	if (!e) {
		e = reallocarray(told->v, told->n + 1, sizeof(*e));
		if (!e)
			return -ENOMEM;
		told->v = e;
		e = &told->v[told->n++];
	}
	*e = (struct ob_told_entry){ *key, *endpoint };
	return 0;
}

void ob_told_del(struct ob_told *told, const struct ob_key *key)
{
	struct ob_told_entry *e = find(told, key);

	if (e)
		*e = told->v[--told->n];
}
