// SPDX-License-Identifier: Apache-2.0
#include "octopus/config_mappings.h"

#include "model/allocate.h"
#include "octopus/config_claims.h"
#include "octopus/topology.h"

/* A pod whose own address looks global is fine only when it is the same. */
static int check_local(const struct ob_config_errors *e,
		       const struct ob_raw_config *raw,
		       const struct ob_raw_prefix *local,
		       const struct ob_prefix *global)
{
	const struct ob_raw_prefix *g =
		ob_raw_global(raw, local->v.addr.family);
	char p[OB_PREFIX_STRLEN];

	if (!g || !ob_prefix_overlaps(&g->v, &local->v))
		return 0;
	if (ob_prefix_equal(&local->v, global))
		return 0;
	ob_prefix_format(&local->v, p, sizeof(p));
	return ob_config_fail(e, &local->at,
			      "%s overlaps global_cidr: only a prefix of our "
			      "cluster_cidr that keeps its address may",
			      p);
}

static int check_explicit(const struct ob_config_errors *e,
			  const struct ob_raw_mapping *m,
			  const struct ob_network *net)
{
	if (m->local.v.addr.family != m->global.v.addr.family ||
	    m->local.v.len != m->global.v.len)
		return ob_config_fail(e, &m->global.at,
				      "local and global differ in length");
	if (!ob_network_owns(net, &m->global.v))
		return ob_config_fail(e, &m->global.at,
				      "is not inside our cluster_cidr");
	return 0;
}

static int take_explicit(struct ob_arena *scratch,
			 const struct ob_config_errors *e,
			 const struct ob_raw_config *raw,
			 struct ob_network *net)
{
	size_t n = raw->mappings.n;
	struct ob_claim *locals = ob_arena_array(scratch, n, sizeof(*locals));
	struct ob_claim *globals = ob_arena_array(scratch, n, sizeof(*globals));
	int r;

	for (size_t i = 0; i < n; i++) {
		const struct ob_raw_mapping *m = &raw->mappings.v[i];

		r = check_explicit(e, m, net);
		if (r == 0)
			r = check_local(e, raw, &m->local, &m->global.v);
		if (r < 0)
			return r;
		locals[i] = (struct ob_claim){ &m->local, "another mapping" };
		globals[i] = (struct ob_claim){ &m->global, "another mapping" };
		net->mappings[i].local = m->local.v;
		net->mappings[i].global = m->global.v;
	}
	r = ob_claims_check(e, locals, n);
	return r < 0 ? r : ob_claims_check(e, globals, n);
}

static int take_allocated(struct ob_arena *scratch,
			  const struct ob_config_errors *e,
			  const struct ob_raw_config *raw,
			  struct ob_network *net)
{
	size_t n = raw->pods.n, failed = 0;
	struct ob_claim *locals = ob_arena_array(scratch, n, sizeof(*locals));
	struct ob_prefix *blocks = ob_arena_array(scratch, n, sizeof(*blocks));
	char p[OB_PREFIX_STRLEN];
	int r;

	for (size_t i = 0; i < n; i++) {
		locals[i] = (struct ob_claim){ &raw->pods.v[i], "pod_cidr" };
		blocks[i] = raw->pods.v[i].v;
	}
	r = ob_claims_check(e, locals, n);
	if (r < 0)
		return r;
	r = ob_mappings_allocate(scratch, net->cidrs, net->n_cidrs, blocks, n,
				 net->mappings, &failed);
	for (size_t i = 0; i < (r < 0 ? failed : n); i++) {
		int err = check_local(e, raw, &raw->pods.v[i],
				      &net->mappings[i].global);
		if (err < 0)
			return err;
	}
	if (r == 0)
		return 0;
	ob_prefix_format(&blocks[failed], p, sizeof(p));
	return ob_config_fail(e, &raw->pods.v[failed].at,
			      "%s does not fit in what is left of "
			      "cluster_cidr",
			      p);
}

int ob_config_check_mappings(struct ob_arena *scratch, struct ob_arena *keep,
			     const struct ob_config_errors *e,
			     const struct ob_raw_config *raw,
			     struct ob_network *net)
{
	size_t n = raw->mappings.n + raw->pods.n;

	if (raw->mappings.at.path && raw->pods.at.path)
		return ob_config_fail(e, &raw->mappings.at,
				      "excludes pod_cidr: give one of them");
	/* One entry of the map is for our own address. */
	if (n > OB_MAX_PREFIXES - 1)
		return ob_config_fail(
			e, raw->pods.n ? &raw->pods.at : &raw->mappings.at,
			"%zu prefixes, at most %d", n, OB_MAX_PREFIXES - 1);
	net->mappings = ob_arena_array(keep, n, sizeof(*net->mappings));
	net->n_mappings = n;
	if (raw->mappings.n > 0)
		return take_explicit(scratch, e, raw, net);
	return take_allocated(scratch, e, raw, net);
}
