// SPDX-License-Identifier: Apache-2.0
#include "octopus/alive.h"

#include "octopus/desired.h"

#define KEEPALIVE_BYTES 32 /* on the wire, without UDP and IP */

static struct ob_alive_peer *find(struct ob_alive *a, const struct ob_key *key)
{
	for (size_t i = 0; i < a->n; i++)
		if (ob_key_equal(&a->v[i].key, key))
			return &a->v[i];
	return NULL;
}

static struct ob_alive_peer *add(struct ob_alive *a,
				 const struct ob_wg_peer *peer, uint64_t now_ms)
{
	struct ob_alive_peer *p;

	if (a->n == OB_MAX_CLUSTERS)
		return NULL;
	p = &a->v[a->n++];
	*p = (struct ob_alive_peer){
		.key = peer->public_key,
		.rx_bytes = peer->rx_bytes,
		.tx_bytes = peer->tx_bytes,
		.rx_ms = now_ms,
	};
	return p;
}

/* More than keepalives alone could be, ours and one that acknowledges what came
 * last: the other end owes us a packet. */
static bool has_sent(const struct ob_alive_peer *p,
		     const struct ob_wg_peer *peer, uint64_t now_ms)
{
	uint64_t sent = peer->tx_bytes - p->tx_bytes, keepalives = 1;

	if (peer->keepalive_s)
		keepalives +=
			(now_ms - p->rx_ms) / 1000 / peer->keepalive_s + 1;
	return sent > keepalives * KEEPALIVE_BYTES;
}

static void account(struct ob_alive_peer *p, const struct ob_wg_peer *peer,
		    uint64_t now_ms)
{
	/* A peer that was deleted and made again counts from zero. */
	if (peer->rx_bytes != p->rx_bytes || peer->tx_bytes < p->tx_bytes) {
		p->rx_bytes = peer->rx_bytes;
		p->tx_bytes = peer->tx_bytes;
		p->rx_ms = now_ms;
		p->owed_ms = 0;
		return;
	}
	if (!p->owed_ms && has_sent(p, peer, now_ms))
		p->owed_ms = now_ms;
}

bool ob_alive_update(struct ob_alive *a, const struct ob_wg_peer *peer,
		     bool theirs, uint64_t now_ms, int64_t now_s)
{
	struct ob_alive_peer *p = find(a, &peer->public_key);

	if (!p)
		p = add(a, peer, now_ms);
	if (!p)
		return true;
	account(p, peer, now_ms);
	p->wanted = true;
	p->alive = peer->handshake_s > 0 &&
		   now_s - peer->handshake_s < OB_HANDSHAKE_FRESH_S &&
		   !(p->owed_ms && now_ms - p->owed_ms >= OB_ALIVE_ANSWER_MS) &&
		   !(theirs && now_ms - p->rx_ms >= OB_ALIVE_SILENT_MS);
	return p->alive;
}

void ob_alive_sweep(struct ob_alive *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].wanted)
			a->v[n++] = a->v[i];
	a->n = n;
	for (size_t i = 0; i < n; i++)
		a->v[i].wanted = false;
}
