// SPDX-License-Identifier: Apache-2.0
#include "syncer/members.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/service_block.h"

static int compare(const void *a, const void *b)
{
	const struct ob_member *x = a, *y = b;

	return strcmp(x->cluster, y->cluster);
}

static const struct ob_prefix *copy(struct ob_arena *a,
				    const struct ob_prefix *v, size_t n)
{
	struct ob_prefix *to = ob_arena_array(a, n, sizeof(*to));

	for (size_t i = 0; i < n; i++)
		to[i] = v[i];
	return to;
}

/* As octopus sees it: what was accepted once stays. */
static bool is_member(const struct ob_peer *p)
{
	return !p->deleting && p->status.n_cidrs > 0;
}

static void take_members(struct ob_arena *a, const struct ob_members_input *in,
			 struct ob_members *m)
{
	m->v = ob_arena_array(a, in->n_peers, sizeof(*m->v));
	for (size_t i = 0; i < in->n_peers; i++) {
		const struct ob_peer *p = in->peers[i];
		struct ob_member *to = &m->v[m->n];

		if (!is_member(p))
			continue;
		m->n++;
		to->cluster = ob_arena_strdup(a, p->name);
		to->cidrs = copy(a, p->status.cidrs, p->status.n_cidrs);
		to->n_cidrs = p->status.n_cidrs;
		to->joined_s = p->created_s;
		if (!strcmp(p->name, in->config->cluster)) {
			m->own_uid = ob_arena_strdup(a, p->uid);
			m->own = *to;
		}
	}
	if (m->n > 0)
		qsort(m->v, m->n, sizeof(*m->v), compare);
}

static void map_pods(struct ob_arena *a, const struct ob_members_input *in,
		     struct ob_members *m)
{
	const struct ob_syncer_config *c = in->config;
	struct ob_mapping_input input = {
		.cidrs = m->own.cidrs,
		.n_cidrs = m->own.n_cidrs,
		.pods = c->pods,
		.n_pods = c->n_pods,
		.nodes = in->pods,
		.n_nodes = in->n_pods,
	};

	if (c->profile == OB_PROFILE_NAT)
		ob_mappings_make(a, &input, &m->mapped);
}

int ob_members_make(struct ob_arena *a, const struct ob_members_input *in,
		    struct ob_members *ret, struct ob_status *status)
{
	static const uint8_t families[2] = { AF_INET, AF_INET6 };
	const struct ob_syncer_config *c = in->config;
	struct ob_members m = { 0 };

	take_members(a, in, &m);
	if (!m.own_uid)
		return ob_status_set(status, EAGAIN, "NotAccepted",
				     "the hub has not accepted Peer %s: "
				     "octopus writes it",
				     c->cluster);
	map_pods(a, in, &m);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		m.has_block[i] =
			ob_service_block(m.own.cidrs, m.own.n_cidrs, c->block,
					 c->n_block, families[i],
					 &m.block[i]) == 0;
	*ret = m;
	return 0;
}

static bool same_member(const struct ob_member *a, const struct ob_member *b)
{
	return strcmp(a->cluster, b->cluster) == 0 &&
	       a->joined_s == b->joined_s &&
	       ob_prefixes_equal(a->cidrs, a->n_cidrs, b->cidrs, b->n_cidrs);
}

static bool same_mappings(const struct ob_mapped *a, const struct ob_mapped *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!ob_prefix_equal(&a->v[i].local, &b->v[i].local) ||
		    !ob_prefix_equal(&a->v[i].global, &b->v[i].global))
			return false;
	return true;
}

bool ob_members_equal(const struct ob_members *a, const struct ob_members *b)
{
	if (strcmp(a->own_uid, b->own_uid) != 0 || a->n != b->n ||
	    !same_mappings(&a->mapped, &b->mapped))
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!same_member(&a->v[i], &b->v[i]))
			return false;
	for (size_t i = 0; i < 2; i++)
		if (a->has_block[i] != b->has_block[i] ||
		    (a->has_block[i] &&
		     !ob_prefix_equal(&a->block[i], &b->block[i])))
			return false;
	return true;
}

const struct ob_member *ob_members_find(const struct ob_members *m,
					const char *cluster)
{
	struct ob_member key = { .cluster = cluster };

	return m->n ? bsearch(&key, m->v, m->n, sizeof(*m->v), compare) : NULL;
}

int64_t ob_members_since(const struct ob_members *m, const char *cluster,
			 int64_t exported_s, int64_t created_s)
{
	const struct ob_member *member = ob_members_find(m, cluster);
	int64_t joined_s = member ? member->joined_s : created_s;

	return exported_s > joined_s ? exported_s : joined_s;
}
