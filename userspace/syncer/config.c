// SPDX-License-Identifier: Apache-2.0
#include "syncer/config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/api.h"
#include "model/peer.h"
#include "ob/api/services.h"

#define MOST_PODS    1024
#define MOST_OBJECTS 1000000

struct raw_profile {
	enum ob_profile v;
	struct ob_place at;
};

struct raw_lease {
	struct ob_raw_text namespace, name;
	struct ob_place at;
};

struct raw_limits {
	struct ob_raw_number services, slices, endpoints;
	struct ob_place at;
};

struct raw {
	struct ob_raw_text cluster;
	struct ob_raw_hub hub;
	struct ob_raw_kubernetes kubernetes;
	struct raw_profile profile;
	struct ob_raw_prefixes pods, block;
	struct ob_raw_metrics metrics;
	struct raw_lease lease;
	struct ob_raw_number renew, expiry;
	struct raw_limits limits;
};

static const struct {
	const char *name;
	enum ob_profile profile;
} profiles[] = {
	{ "nat", OB_PROFILE_NAT },
	{ "parallel", OB_PROFILE_PARALLEL },
	{ "routed", OB_PROFILE_ROUTED },
};

static int read_profile(struct ob_config_reader *r, const struct ob_yaml *node,
			const struct ob_place *at, void *out)
{
	struct raw_profile *p = out;
	const char *s = ob_value_text(r, node, at, "nat, parallel or routed");

	if (!s)
		return -EINVAL;
	p->at = *at;
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++)
		if (!strcmp(s, profiles[i].name)) {
			p->v = profiles[i].profile;
			return 0;
		}
	return ob_value_refuse(r, at, "none of nat, parallel and routed");
}

static const struct ob_field lease_fields[] = {
	{ "namespace", ob_value_label, offsetof(struct raw_lease, namespace),
	  false },
	{ "name", ob_value_label, offsetof(struct raw_lease, name), false },
	{ 0 },
};

static int read_lease(struct ob_config_reader *r, const struct ob_yaml *node,
		      const struct ob_place *at, void *out)
{
	struct raw_lease *lease = out;

	lease->at = *at;
	return ob_fields_read(r, node, at, lease_fields, lease);
}

/* More than all datapaths have room for is no limit. */
static int read_limit(struct ob_config_reader *r, const struct ob_yaml *node,
		      const struct ob_place *at, void *out)
{
	return ob_value_number(r, node, at, 1, MOST_OBJECTS, out);
}

static const struct ob_field limits_fields[] = {
	{ "services", read_limit, offsetof(struct raw_limits, services),
	  false },
	{ "endpointslices", read_limit, offsetof(struct raw_limits, slices),
	  false },
	{ "endpoints", read_limit, offsetof(struct raw_limits, endpoints),
	  false },
	{ 0 },
};

static int read_limits(struct ob_config_reader *r, const struct ob_yaml *node,
		       const struct ob_place *at, void *out)
{
	struct raw_limits *limits = out;

	limits->at = *at;
	return ob_fields_read(r, node, at, limits_fields, limits);
}

#define TOP_FIELD(name, member, fn, required)                                  \
	{                                                                      \
		name, fn, offsetof(struct raw, member), required               \
	}

static const struct ob_field top_fields[] = {
	TOP_FIELD("cluster_id", cluster, ob_value_label, true),
	TOP_FIELD("hub", hub, ob_api_hub_read, true),
	TOP_FIELD("kubernetes", kubernetes, ob_api_kubernetes_read, false),
	TOP_FIELD("profile", profile, read_profile, false),
	TOP_FIELD("pod_cidr", pods, ob_fields_prefixes, false),
	TOP_FIELD("clusterset_cidr", block, ob_fields_prefixes, false),
	TOP_FIELD("lease", lease, read_lease, false),
	TOP_FIELD("heartbeat", renew, ob_value_seconds, false),
	TOP_FIELD("expiry", expiry, ob_value_seconds, false),
	TOP_FIELD("limits", limits, read_limits, false),
	TOP_FIELD("metrics", metrics, ob_value_metrics, false),
	{ 0 },
};

static int check_prefixes(const struct ob_config_errors *e,
			  const struct ob_raw_prefixes *list, size_t max)
{
	if (list->n > max)
		return ob_config_fail(e, &list->at, "%zu prefixes, at most %zu",
				      list->n, max);
	for (size_t i = 0; i < list->n; i++) {
		const struct ob_raw_prefix *p = &list->v[i];

		if (p->v.len == 0)
			return ob_config_fail(e, &p->at,
					      "is the whole address space");
		for (size_t j = 0; j < i; j++)
			if (ob_prefix_overlaps(&p->v, &list->v[j].v))
				return ob_config_fail(e, &p->at,
						      "overlaps another of the "
						      "list");
	}
	return 0;
}

static int check(const struct ob_config_errors *e, const struct raw *raw)
{
	const struct ob_raw_prefixes *block = &raw->block;
	int r = ob_api_hub_check(e, &raw->hub);

	if (r == 0)
		r = check_prefixes(e, &raw->pods, MOST_PODS);
	if (r == 0)
		r = check_prefixes(e, block, 2);
	if (r < 0)
		return r;
	if (block->n == 2 &&
	    block->v[0].v.addr.family == block->v[1].v.addr.family)
		return ob_config_fail(e, &block->v[1].at,
				      "a second block of the same family");
	if (raw->pods.at.path && raw->profile.v != OB_PROFILE_NAT)
		return ob_config_fail(e, &raw->pods.at, "needs profile nat");
	return 0;
}

static void keep_places(struct ob_arena *a, const struct raw *raw,
			struct ob_syncer_config *c)
{
	c->hub = (struct ob_kube_place){
		.url = ob_raw_text_keep(a, &raw->hub.url, NULL),
		.ca_file = ob_raw_text_keep(a, &raw->hub.ca_file, NULL),
		.token_file = ob_raw_text_keep(a, &raw->hub.token_file, NULL),
		.kubeconfig = ob_raw_text_keep(a, &raw->hub.kubeconfig, NULL),
	};
	c->local = (struct ob_kube_place){
		.kubeconfig =
			ob_raw_text_keep(a, &raw->kubernetes.kubeconfig, NULL),
		.in_cluster = !raw->kubernetes.kubeconfig.at.path,
	};
	c->hub_namespace =
		ob_raw_text_keep(a, &raw->hub.namespace, OB_PEER_NAMESPACE);
}

static void keep_metrics(const struct raw *raw, struct ob_syncer_config *c)
{
	c->has_metrics = !raw->metrics.off;
	c->metrics_port = OB_SYNCER_METRICS_PORT;
	if (raw->metrics.at.path) {
		c->metrics_addr = raw->metrics.addr;
		c->metrics_port = raw->metrics.port;
		return;
	}
	(void)ob_addr_parse("127.0.0.1", &c->metrics_addr);
}

static size_t limit_of(const struct ob_raw_number *raw, size_t otherwise)
{
	return raw->at.path ? raw->v : otherwise;
}

static void keep_all(const struct raw *raw, struct ob_syncer_config *c)
{
	struct ob_arena *a = c->arena;

	c->cluster = ob_raw_text_keep(a, &raw->cluster, NULL);
	keep_places(a, raw, c);
	c->profile = raw->profile.v;
	c->pods = ob_raw_prefixes_keep(a, &raw->pods);
	c->n_pods = raw->pods.n;
	c->block = ob_raw_prefixes_keep(a, &raw->block);
	c->n_block = raw->block.n;
	c->lease_namespace =
		ob_raw_text_keep(a, &raw->lease.namespace, OB_SYNCER_NAMESPACE);
	c->lease_name = ob_raw_text_keep(a, &raw->lease.name, OB_SYNCER_LEASE);
	c->renew_s = raw->renew.at.path ? raw->renew.v : OB_HEARTBEAT_RENEW_S;
	c->expiry_s =
		raw->expiry.at.path ? raw->expiry.v : OB_HEARTBEAT_EXPIRED_S;
	c->limits = (struct ob_quota_limits){
		.services = limit_of(&raw->limits.services, OB_QUOTA_SERVICES),
		.slices = limit_of(&raw->limits.slices, OB_QUOTA_SLICES),
		.endpoints =
			limit_of(&raw->limits.endpoints, OB_QUOTA_ENDPOINTS),
	};
	keep_metrics(raw, c);
}

int ob_syncer_config_parse(const char *name, const char *bytes, size_t size,
			   struct ob_syncer_config **ret,
			   struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *scratch = ob_arena_new();
	struct ob_config_errors e = { .name = name, .status = status };
	struct ob_syncer_config *c;
	struct raw raw = { 0 };
	struct ob_arena *a;
	struct ob_place at;
	int r = ob_fields_document(scratch, &e, bytes, size, top_fields, &raw,
				   &at);

	if (r == 0)
		r = check(&e, &raw);
	if (r < 0)
		return r;
	a = ob_arena_new();
	c = ob_arena_alloc(a, sizeof(*c));
	c->arena = a;
	keep_all(&raw, c);
	if (c->expiry_s < 2 * c->renew_s) {
		ob_syncer_config_free(c);
		return ob_config_fail(
			&e, raw.expiry.at.path ? &raw.expiry.at : &raw.renew.at,
			"expiry has to be at least twice "
			"heartbeat");
	}
	*ret = c;
	return 0;
}

int ob_syncer_config_load(const char *path, struct ob_syncer_config **ret,
			  struct ob_status *status)
{
	_free_ char *bytes = NULL;
	size_t size = 0;
	int r = ob_fields_file(path, &bytes, &size, status);

	if (r < 0)
		return r;
	return ob_syncer_config_parse(path, bytes, size, ret, status);
}

void ob_syncer_config_free(struct ob_syncer_config *c)
{
	/* It lives in its own arena. */
	ob_arena_free(c->arena);
}
