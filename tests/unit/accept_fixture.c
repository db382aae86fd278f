// SPDX-License-Identifier: Apache-2.0
#include "accept_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct ob_prefix world_prefix(const char *s)
{
	struct ob_prefix p;

	if (ob_prefix_parse(s, &p) < 0)
		fail_msg("%s is not a prefix", s);
	return p;
}

void world_global(struct world *w, const char *global, const char *own,
		  uint8_t slice_len)
{
	struct ob_prefix *p = ob_arena_alloc(w->arena, sizeof(*p));

	w->hub.global[0] = world_prefix(global);
	w->hub.n_global = 1;
	w->hub.n_own = own ? 1 : 0;
	if (own)
		*p = world_prefix(own);
	w->hub.own = p;
	w->hub.slice_len = slice_len;
}

void world_init(struct world *w)
{
	*w = (struct world){
		.arena = ob_arena_new(),
		.now_s = NOW,
		.hub = { .id = "hub",
			 .endpoint = "192.0.2.1",
			 .port = 31820,
			 .slice_len6 = 48,
			 .max_clusters = 255,
			 .tunnels_known = true },
	};
	w->hub.public_key.b[0] = 0xff;
	world_global(w, "10.112.0.0/12", "10.112.0.0/16", 16);
}

void world_done(struct world *w)
{
	ob_arena_free(w->arena);
}

const char *world_key(struct world *w, unsigned int seed)
{
	struct ob_key k = { 0 };

	memcpy(k.b, &seed, sizeof(seed));
	k.b[31] = 1;
	return ob_key_format(&k, ob_arena_alloc(w->arena, OB_KEY_STRLEN),
			     OB_KEY_STRLEN);
}

void world_touch(struct world *w, struct ob_peer *p)
{
	p->generation++;
	p->resource_version = ob_arena_printf(w->arena, "%llu", ++w->version);
}

void world_ask(struct world *w, struct ob_peer *p, const char *cidr)
{
	const char **v = ob_arena_array(w->arena, 1, sizeof(*v));

	v[0] = cidr ? ob_arena_strdup(w->arena, cidr) : NULL;
	p->spec.cluster_cidr = v;
	p->spec.n_cluster_cidr = cidr ? 1 : 0;
	world_touch(w, p);
}

struct ob_peer *world_add(struct world *w, const char *name, const char *cidr)
{
	struct ob_peer *p = ob_arena_alloc(w->arena, sizeof(*p));

	assert_true(w->n < MOST_PEERS);
	p->name = p->uid = ob_arena_strdup(w->arena, name);
	p->created_s = w->now_s;
	p->spec.cluster_id = p->name;
	p->spec.endpoint = p->status.endpoint = p->status.tunnel.endpoint = "";
	p->spec.public_key = world_key(w, (unsigned int)w->version + 1);
	w->tunnels[w->n] = (struct ob_peer_tunnel){ .endpoint = "" };
	w->refresh[w->n] = false;
	w->peers[w->n++] = p;
	world_ask(w, p, cidr);
	return p;
}

static size_t index_of(struct world *w, const char *name)
{
	for (size_t i = 0; i < w->n; i++)
		if (!strcmp(w->peers[i]->name, name))
			return i;
	fail_msg("there is no Peer %s", name);
	return 0;
}

struct ob_peer *world_get(struct world *w, const char *name)
{
	return w->peers[index_of(w, name)];
}

void world_delete(struct world *w, const char *name)
{
	size_t i = index_of(w, name);

	w->n--;
	w->peers[i] = w->peers[w->n];
	w->tunnels[i] = w->tunnels[w->n];
	w->refresh[i] = w->refresh[w->n];
}

static size_t compute(struct world *w)
{
	struct ob_accept_peer *in = ob_arena_array(w->arena, w->n, sizeof(*in));
	size_t writes = 0;

	for (size_t i = 0; i < w->n; i++)
		in[i] = (struct ob_accept_peer){ .peer = w->peers[i],
						 .tunnel = w->tunnels[i],
						 .refresh = w->refresh[i] };
	w->last = ob_arena_array(w->arena, w->n, sizeof(*w->last));
	ob_accept(w->arena, &w->hub, in, w->n, w->now_s, w->last, &w->totals);
	for (size_t i = 0; i < w->n; i++)
		writes += w->last[i].write;
	return writes;
}

void world_write(struct world *w, size_t i, const struct ob_peer_status *s)
{
	/* A copy, as from the API: statuses of a run share memory. */
	struct ob_peer *p = ob_arena_alloc(w->arena, sizeof(*p));

	*p = *w->peers[i];
	p->status = *s;
	p->bad_status = NULL;
	p->resource_version = ob_arena_printf(w->arena, "%llu", ++w->version);
	w->peers[i] = p;
}

size_t world_run(struct world *w)
{
	size_t writes = compute(w);

	for (size_t i = 0; i < w->n; i++)
		if (w->last[i].write)
			world_write(w, i, &w->last[i].status);
	return writes;
}

size_t world_run_lost(struct world *w)
{
	return compute(w);
}

void world_settle(struct world *w)
{
	for (int i = 0; i < 10; i++)
		if (world_run(w) == 0)
			return;
	fail_msg("it never comes to rest");
}

const char *world_cidr(struct world *w, const char *name)
{
	const struct ob_peer_status *s = &world_get(w, name)->status;
	char *buf = ob_arena_alloc(w->arena, OB_PREFIX_STRLEN);

	if (s->n_cidrs == 0)
		return "";
	return ob_prefix_format(&s->cidrs[0], buf, OB_PREFIX_STRLEN);
}

void assert_condition(struct world *w, const char *name, const char *type,
		      const char *status, const char *reason)
{
	const struct ob_peer_condition *c =
		ob_peer_condition_get(&world_get(w, name)->status, type);

	assert_non_null(c);
	assert_string_equal(c->status, status);
	assert_string_equal(c->reason, reason);
}

void assert_message(struct world *w, const char *name, const char *type,
		    const char *message)
{
	const struct ob_peer_condition *c =
		ob_peer_condition_get(&world_get(w, name)->status, type);

	assert_non_null(c);
	assert_string_equal(c->message, message);
}

static int compare(const void *a, const void *b)
{
	return ob_prefix_compare(a, b);
}

void assert_sound(struct world *w)
{
	OB_LIST(struct ob_prefix) all = { 0 };

	for (size_t i = 0; i < w->hub.n_own; i++)
		*OB_PUSH(w->arena, &all) = w->hub.own[i];
	for (size_t i = 0; i < w->n; i++) {
		const struct ob_peer_status *s = &w->peers[i]->status;

		if (s->role == OB_PEER_HUB)
			continue;
		for (size_t j = 0; j < s->n_cidrs; j++)
			*OB_PUSH(w->arena, &all) = s->cidrs[j];
	}
	if (all.n > 0)
		qsort(all.v, all.n, sizeof(*all.v), compare);
	for (size_t i = 0; i < all.n; i++) {
		assert_true(ob_prefix_covers(&w->hub.global[0], &all.v[i]));
		assert_false(i > 0 &&
			     ob_prefix_overlaps(&all.v[i - 1], &all.v[i]));
	}
}
