// SPDX-License-Identifier: Apache-2.0
#include "octopus/nudge.h"

#include <errno.h>

static struct ob_nudged *find(struct ob_nudge *n, const struct ob_key *key)
{
	for (size_t i = 0; i < n->n; i++)
		if (ob_key_equal(&n->v[i].key, key))
			return &n->v[i];
	return NULL;
}

static struct ob_nudged *add(struct ob_nudge *n, const struct ob_key *key,
			     uint64_t now_ms)
{
	struct ob_nudged *e;

	if (n->n == OB_MAX_CLUSTERS)
		return NULL;
	e = &n->v[n->n++];
	*e = (struct ob_nudged){ .key = *key, .since_ms = now_ms };
	return e;
}

bool ob_nudge_is_due(struct ob_nudge *n, const struct ob_key *key,
		     const struct ob_wg_peer *now, uint64_t now_ms)
{
	static const uint64_t at_ms[] = { 250, 700, 1500, 3000 };
	struct ob_nudged *e = find(n, key) ?: add(n, key, now_ms);

	if (!e)
		return false;
	e->wanted = true;
	if (!now || now->handshake_s > 0 || e->count >= ARRAY_SIZE(at_ms) ||
	    now_ms - e->since_ms < at_ms[e->count])
		return false;
	e->count++;
	return true;
}

void ob_nudge_sweep(struct ob_nudge *n)
{
	for (size_t i = 0; i < n->n;) {
		if (n->v[i].wanted)
			n->v[i++].wanted = false;
		else
			n->v[i] = n->v[--n->n];
	}
}

int ob_nudge_peer(struct ob_wg *wg, const char *device,
		  const struct ob_wg_peer *peer)
{
	int r = ob_wg_peer_del(wg, device, &peer->public_key);

	if (r < 0 && r != -ENOENT)
		return r;
	return ob_wg_peer_change(wg, device, peer);
}
