// SPDX-License-Identifier: Apache-2.0
#include "octopus/accept.h"

#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "model/names.h"
#include "octopus/judge.h"

/* One run. Arrays have an element for each Peer. */
struct run {
	struct ob_arena *arena;
	const struct ob_accept_hub *hub;
	const struct ob_accept_peer *peers;
	size_t n;
	int64_t now_s;
	struct ob_given given;
	struct ob_grant *grants;     /* what each has at the end */
	struct ob_verdict *verdicts; /* on its spec */
};

static bool is_hub(const struct run *r, size_t i)
{
	return !strcmp(r->peers[i].peer->name, r->hub->id);
}

/* Orders. */

static int compare_int(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_written(const void *x, const void *y, void *arg)
{
	const struct run *r = arg;
	const struct ob_peer *a = r->peers[*(const size_t *)x].peer;
	const struct ob_peer *b = r->peers[*(const size_t *)y].peer;
	int c = ob_peer_version_compare(a->resource_version,
					b->resource_version);

	return c ?: strcmp(a->name, b->name);
}

static int64_t accepted_s(const struct ob_peer *p)
{
	const struct ob_peer_condition *c =
		ob_peer_condition_get(&p->status, OB_PEER_ACCEPTED);

	return c && !strcmp(c->status, "True") ? c->changed_s : INT64_MAX;
}

static int compare_accepted(const void *x, const void *y, void *arg)
{
	const struct run *r = arg;
	const struct ob_peer *a = r->peers[*(const size_t *)x].peer;
	const struct ob_peer *b = r->peers[*(const size_t *)y].peer;
	int c = compare_int(accepted_s(a), accepted_s(b));

	return c ?: compare_int(a->created_s, b->created_s)
			    ?: strcmp(a->name, b->name);
}

static size_t *order(struct run *r,
		     int (*compare)(const void *, const void *, void *))
{
	size_t *v = ob_arena_array(r->arena, r->n, sizeof(*v));

	for (size_t i = 0; i < r->n; i++)
		v[i] = i;
	if (r->n > 0)
		qsort_r(v, r->n, sizeof(*v), compare, r);
	return v;
}

/* What has been given away before. */

static void take_key(struct run *r, const struct ob_key *key, size_t owner)
{
	struct ob_key_holding *h = OB_PUSH(r->arena, &r->given.keys);

	h->key = *key;
	h->owner = owner;
}

static bool take_cidrs(struct run *r, const struct ob_prefix *v, size_t n,
		       size_t owner)
{
	for (size_t i = 0; i < n; i++)
		if (!ob_judge_is_inside(r->hub, &v[i]) ||
		    ob_space_conflict(&r->given.space, &v[i], owner))
			return false;
	for (size_t i = 0; i < n; i++)
		(void)ob_space_add(&r->given.space, &v[i], owner);
	return n > 0;
}

static void take_hub(struct run *r)
{
	for (size_t i = 0; i < r->hub->n_own; i++)
		(void)ob_space_add(&r->given.space, &r->hub->own[i],
				   OB_OWNER_HUB);
	if (!ob_key_is_zero(&r->hub->public_key))
		take_key(r, &r->hub->public_key, OB_OWNER_HUB);
}

/* A status that still makes sense is what the cluster has. */
static void take_status(struct run *r, size_t i, const struct ob_peer_status *s)
{
	struct ob_grant *g = &r->grants[i];

	if (!take_cidrs(r, s->cidrs, s->n_cidrs, i))
		return;
	*g = (struct ob_grant){
		.cidrs = s->cidrs,
		.n_cidrs = s->n_cidrs,
		.endpoint = "",
		.port = s->port,
		.role = OB_PEER_PRIVATE,
	};
	if (s->has_key && ob_given_key_is_free(&r->given, &s->public_key, i)) {
		take_key(r, &s->public_key, i);
		g->public_key = s->public_key;
		g->has_key = true;
	}
	if (s->role != OB_PEER_PUBLIC ||
	    ob_endpoint_fault(s->endpoint, r->hub->global, r->hub->n_global))
		return;
	g->endpoint = s->endpoint;
	g->role = OB_PEER_PUBLIC;
}

static void take_given(struct run *r)
{
	size_t *by_age = order(r, compare_accepted);

	take_hub(r);
	for (size_t k = 0; k < r->n; k++) {
		size_t i = by_age[k];

		if (is_hub(r, i))
			continue;
		take_status(r, i, &r->peers[i].peer->status);
		if (r->peers[i].pending)
			take_status(r, i, r->peers[i].pending);
		r->given.clusters += r->grants[i].n_cidrs > 0;
	}
}

/* What is new. */

static void give(struct run *r, size_t i, const struct ob_grant *grant)
{
	r->given.clusters += r->grants[i].n_cidrs == 0;
	(void)take_cidrs(r, grant->cidrs, grant->n_cidrs, i);
	if (grant->has_key)
		take_key(r, &grant->public_key, i);
	r->grants[i] = *grant;
}

static void judge_all(struct run *r)
{
	size_t *by_version = order(r, compare_written);

	for (size_t k = 0; k < r->n; k++) {
		struct ob_grant grant;
		size_t i = by_version[k];

		if (is_hub(r, i) || r->peers[i].peer->deleting)
			continue;
		r->verdicts[i] = ob_judge(&r->given, i, &r->grants[i], &grant);
		if (!r->verdicts[i].reason)
			give(r, i, &grant);
	}
}

/* Statuses. */

static const char *list(struct ob_arena *a, const struct ob_grant *g)
{
	char p[OB_PREFIX_STRLEN];
	const char *s = "";

	for (size_t i = 0; i < g->n_cidrs; i++)
		s = ob_arena_printf(
			a, "%s%s%s", s, i ? ", " : "",
			ob_prefix_format(&g->cidrs[i], p, sizeof(p)));
	return s;
}

/* As it was, it keeps the time when it became so. */
static void put_condition(const struct run *r, size_t i, const char *type,
			  const char *status, const char *reason,
			  const char *message, struct ob_peer_status *s)
{
	const struct ob_peer *p = r->peers[i].peer;
	const struct ob_peer_condition *was =
		ob_peer_condition_get(&p->status, type);
	bool same = was && !strcmp(was->status, status);

	s->conditions[s->n_conditions++] = (struct ob_peer_condition){
		.type = type,
		.status = status,
		.reason = reason,
		.message = message,
		.changed_s = same ? was->changed_s : r->now_s,
		.generation = p->generation,
	};
}

static void put_verdict(const struct run *r, size_t i, struct ob_peer_status *s)
{
	const struct ob_verdict *v = &r->verdicts[i];
	const struct ob_grant *g = &r->grants[i];
	const char *text = v->message, *has = list(r->arena, g);

	if (!v->reason) {
		put_condition(
			r, i, OB_PEER_ACCEPTED, "True", "Accepted",
			ob_arena_printf(r->arena, "%s is this cluster's", has),
			s);
		put_condition(r, i, OB_PEER_CONFLICT, "False", "NoConflict",
			      "nobody else has what it asks for", s);
		put_condition(r, i, OB_PEER_DEGRADED, "False", "AsSpecified",
			      "everything is as the spec says", s);
		return;
	}
	if (g->n_cidrs > 0)
		text = ob_arena_printf(r->arena, "%s; it keeps %s", v->message,
				       has);
	put_condition(r, i, OB_PEER_ACCEPTED, "False", v->reason, text, s);
	put_condition(r, i, OB_PEER_CONFLICT, v->conflict ? "True" : "False",
		      v->conflict ? v->reason : "NoConflict",
		      v->conflict ? v->message
				  : "nobody else has what it asks for",
		      s);
	put_condition(r, i, OB_PEER_DEGRADED, g->n_cidrs ? "True" : "False",
		      g->n_cidrs ? "SpecRefused" : "NotInUse",
		      g->n_cidrs ? text : "nothing of it is in use", s);
}

static void put_liveness(const struct run *r, size_t i,
			 struct ob_peer_status *s)
{
	int64_t handshake_s = r->peers[i].tunnel.handshake_s;
	char buf[OB_TIMESTAMP_STRLEN];

	if (handshake_s == 0)
		put_condition(r, i, OB_PEER_READY, "False", "NoHandshake",
			      "no handshake with the hub yet", s);
	else if (r->now_s - handshake_s < OB_READY_HANDSHAKE_S)
		put_condition(r, i, OB_PEER_READY, "True", "Connected",
			      "its tunnel to the hub is alive", s);
	else
		put_condition(
			r, i, OB_PEER_READY, "False", "HandshakeStale",
			ob_arena_printf(r->arena,
					"the last handshake with the hub "
					"was at %s",
					ob_timestamp_format(handshake_s, buf,
							    sizeof(buf))),
			s);
}

static void put_ready(const struct run *r, size_t i, struct ob_peer_status *s)
{
	const struct ob_peer_condition *was =
		ob_peer_condition_get(&r->peers[i].peer->status, OB_PEER_READY);

	if (s->n_cidrs == 0)
		put_condition(r, i, OB_PEER_READY, "False", "NotAccepted",
			      "nothing of it has been accepted", s);
	else if (!s->has_key)
		put_condition(r, i, OB_PEER_READY, "False", "NoPublicKey",
			      "its octopus has not published a key", s);
	else if (r->hub->tunnels_known)
		put_liveness(r, i, s);
	else if (was)
		put_condition(r, i, OB_PEER_READY, was->status, was->reason,
			      was->message, s);
	else
		put_condition(r, i, OB_PEER_READY, "Unknown", "NotLookedYet",
			      "the hub has just started", s);
}

static void put_tunnel(const struct run *r, size_t i, struct ob_peer_status *s)
{
	const struct ob_accept_peer *p = &r->peers[i];
	const struct ob_peer_tunnel *was = &p->peer->status.tunnel;

	s->tunnel = p->tunnel.there ? p->tunnel : *was;
	if (s->n_cidrs == 0)
		s->tunnel = (struct ob_peer_tunnel){ .endpoint = "" };
	if (!s->tunnel.endpoint)
		s->tunnel.endpoint = "";
}

static void fill_cluster(const struct run *r, size_t i,
			 struct ob_peer_status *s)
{
	const struct ob_grant *g = &r->grants[i];

	if (g->n_cidrs > 0) {
		s->role = g->role;
		s->cidrs = g->cidrs;
		s->n_cidrs = g->n_cidrs;
		s->endpoint = g->endpoint;
		s->port = g->port;
		s->public_key = g->public_key;
		s->has_key = g->has_key;
	}
	put_verdict(r, i, s);
	put_ready(r, i, s);
	put_tunnel(r, i, s);
}

static void fill_hub(const struct run *r, size_t i, struct ob_peer_status *s)
{
	const struct ob_accept_hub *h = r->hub;

	s->role = OB_PEER_HUB;
	s->n_global = h->n_global;
	memcpy(s->global, h->global, sizeof(s->global));
	s->n_cidrs = h->n_own;
	s->cidrs = ob_arena_array(r->arena, h->n_own, sizeof(*s->cidrs));
	for (size_t j = 0; j < h->n_own; j++)
		s->cidrs[j] = h->own[j];
	s->endpoint = h->endpoint;
	s->port = h->port;
	s->public_key = h->public_key;
	s->has_key = !ob_key_is_zero(&h->public_key);
	put_condition(r, i, OB_PEER_ACCEPTED, "True", "Accepted",
		      "this is the hub", s);
	put_condition(r, i, OB_PEER_CONFLICT, "False", "NoConflict",
		      "nobody else has what it asks for", s);
	put_condition(r, i, OB_PEER_DEGRADED, "False", "AsSpecified",
		      "everything is as the spec says", s);
	put_condition(r, i, OB_PEER_READY, s->has_key ? "True" : "False",
		      s->has_key ? "Hub" : "NoPublicKey",
		      s->has_key ? "this is the hub"
				 : "its octopus has not published a key",
		      s);
}

static bool same_numbers(const struct ob_peer_tunnel *a,
			 const struct ob_peer_tunnel *b)
{
	return a->there == b->there && a->handshake_s == b->handshake_s &&
	       a->mtu == b->mtu && a->received_bytes == b->received_bytes &&
	       a->sent_bytes == b->sent_bytes &&
	       !strcmp(a->endpoint, b->endpoint);
}

static struct ob_accepted result(const struct run *r, size_t i)
{
	const struct ob_accept_peer *p = &r->peers[i];
	const struct ob_peer_status *was = &p->peer->status;
	struct ob_accepted a = { .status = { .endpoint = "",
					     .tunnel.endpoint = "" } };

	if (p->peer->deleting) {
		a.status = *was;
		return a;
	}
	a.status.observed_generation = p->peer->generation;
	a.status.conditions = ob_arena_array(r->arena, OB_PEER_MAX_CONDITIONS,
					     sizeof(*a.status.conditions));
	if (is_hub(r, i))
		fill_hub(r, i, &a.status);
	else
		fill_cluster(r, i, &a.status);
	a.write = p->peer->bad_status ||
		  !ob_peer_status_equal(&a.status, was) ||
		  (p->refresh && !same_numbers(&a.status.tunnel, &was->tunnel));
	return a;
}

void ob_accept(struct ob_arena *a, const struct ob_accept_hub *hub,
	       const struct ob_accept_peer *peers, size_t n, int64_t now_s,
	       struct ob_accepted *ret, struct ob_accept_totals *ret_totals)
{
	struct run r = {
		.arena = a,
		.hub = hub,
		.peers = peers,
		.n = n,
		.now_s = now_s,
		.given = { .arena = a,
			   .hub = hub,
			   .peers = peers,
			   .space.arena = a },
		.grants = ob_arena_array(a, n, sizeof(*r.grants)),
		.verdicts = ob_arena_array(a, n, sizeof(*r.verdicts)),
	};
	uint8_t len = hub->global[0].addr.family == AF_INET ? hub->slice_len
							    : hub->slice_len6;

	take_given(&r);
	judge_all(&r);
	for (size_t i = 0; i < n; i++)
		ret[i] = result(&r, i);
	ret_totals->clusters = r.given.clusters;
	ret_totals->available =
		ob_space_count_free(&r.given.space, &hub->global[0], len);
}
