// SPDX-License-Identifier: Apache-2.0
#include "octopus/config_hub.h"

#include <errno.h>
#include <string.h>

#include "model/names.h"
#include "model/peer.h"
#include "octopus/config_check.h"
#include "octopus/config_claims.h"

/* Fields that make no sense without others. */

static int missing(const struct ob_config_errors *e,
		   const struct ob_place *section, const char *field)
{
	return ob_config_fail(e, section, "%s is missing", field);
}

static int without_hub(const struct ob_config_errors *e,
		       const struct ob_place *at)
{
	return at->path ? ob_config_fail(e, at, "needs hub") : 0;
}

int ob_config_check_static(const struct ob_config_errors *e,
			   const struct ob_raw_config *raw)
{
	const struct ob_place *only_hub[] = {
		&raw->endpoint.at,	 &raw->kubernetes.at,
		&raw->allocation.at,	 &raw->services.at,
		&raw->nodes.at,		 &raw->clusterset.at,
		&raw->service_policy.at,
	};

	if (!raw->global.at.path)
		return missing(e, &raw->at, "global_cidr");
	if (!raw->cidrs.at.path)
		return missing(e, &raw->at, "cluster_cidr");
	for (size_t i = 0; i < ARRAY_SIZE(only_hub); i++)
		if (without_hub(e, only_hub[i]) < 0)
			return -EINVAL;
	return 0;
}

static int check_exclusions(const struct ob_config_errors *e,
			    const struct ob_raw_config *raw)
{
	if (raw->peers.at.path)
		return ob_config_fail(e, &raw->peers.at,
				      "excludes hub: Peers say who the others "
				      "are");
	if (raw->mappings.at.path)
		return ob_config_fail(e, &raw->mappings.at,
				      "excludes hub, which decides about "
				      "cluster_cidr: give pod_cidr");
	if (raw->hub.v)
		return 0;
	if (raw->global.at.path)
		return ob_config_fail(e, &raw->global.at,
				      "is given by the hub, to which all "
				      "others listen: leave it out");
	if (raw->allocation.at.path)
		return ob_config_fail(e, &raw->allocation.at, "needs ishub");
	return 0;
}

static int check_endpoint(const struct ob_config_errors *e,
			  const struct ob_raw_config *raw)
{
	struct ob_prefix global[2];
	const char *fault;

	for (size_t i = 0; i < raw->global.n; i++)
		global[i] = raw->global.v[i].v;
	if (!raw->endpoint.v) {
		if (raw->hub.v)
			return missing(e, &raw->at, "endpoint of the hub");
		if (raw->is_public.v)
			return missing(e, &raw->at,
				       "endpoint of a public cluster");
		return 0;
	}
	if (!raw->hub.v && raw->is_public.at.path && !raw->is_public.v)
		return ob_config_fail(e, &raw->endpoint.at,
				      "needs ishub or isPublic");
	fault = ob_endpoint_fault(raw->endpoint.v, global, raw->global.n);
	return fault ? ob_config_fail(e, &raw->endpoint.at, "%s", fault) : 0;
}

/* Addresses. */

static int check_own(struct ob_arena *scratch, const struct ob_config_errors *e,
		     const struct ob_raw_config *raw)
{
	size_t n = raw->cidrs.n;
	struct ob_claim *claims = ob_arena_array(scratch, n, sizeof(*claims));
	char p[OB_PREFIX_STRLEN];

	if (raw->cidrs.n > OB_PEER_MAX_CIDRS)
		return ob_config_fail(e, &raw->cidrs.at,
				      "%zu prefixes, at most %d", n,
				      OB_PEER_MAX_CIDRS);
	for (size_t i = 0; i < n; i++) {
		const struct ob_raw_prefix *c = &raw->cidrs.v[i];
		const struct ob_raw_prefix *g =
			ob_raw_global(raw, c->v.addr.family);

		claims[i] = (struct ob_claim){ c, "this cluster" };
		ob_prefix_format(&c->v, p, sizeof(p));
		if (c->v.len == 0)
			return ob_config_fail(e, &c->at,
					      "is the whole address space");
		if (raw->hub.v && (!g || !ob_prefix_covers(&g->v, &c->v)))
			return ob_config_fail(
				e, &c->at, "%s is not inside global_cidr", p);
	}
	return ob_claims_check(e, claims, n);
}

static int check_pods(struct ob_arena *scratch,
		      const struct ob_config_errors *e,
		      const struct ob_raw_config *raw)
{
	size_t n = raw->pods.n;
	struct ob_claim *claims = ob_arena_array(scratch, n, sizeof(*claims));

	/* One entry of the map is for our own address. */
	if (n > OB_MAX_PREFIXES - 1)
		return ob_config_fail(e, &raw->pods.at,
				      "%zu prefixes, at most %d", n,
				      OB_MAX_PREFIXES - 1);
	for (size_t i = 0; i < n; i++)
		claims[i] = (struct ob_claim){ &raw->pods.v[i], "pod_cidr" };
	return ob_claims_check(e, claims, n);
}

/* Inside what we ask for; what the hub gives us is only known later. */
static int check_block(const struct ob_config_errors *e,
		       const struct ob_raw_config *raw,
		       const struct ob_raw_prefix *block)
{
	char p[OB_PREFIX_STRLEN];
	bool asked = false;

	for (size_t i = 0; i < raw->cidrs.n; i++) {
		const struct ob_prefix *c = &raw->cidrs.v[i].v;

		asked |= c->addr.family == block->v.addr.family;
		if (ob_prefix_covers(c, &block->v))
			return 0;
	}
	if (!asked)
		return 0;
	ob_prefix_format(&block->v, p, sizeof(p));
	return ob_config_fail(e, &block->at, "%s is not inside cluster_cidr",
			      p);
}

static int check_services(const struct ob_config_errors *e,
			  const struct ob_raw_config *raw)
{
	const struct ob_raw_prefixes *blocks = &raw->clusterset;

	if (blocks->at.path && !raw->kubernetes.at.path)
		return ob_config_fail(e, &blocks->at, "needs kubernetes");
	if (raw->service_policy.at.path && !raw->kubernetes.at.path)
		return ob_config_fail(e, &raw->service_policy.at,
				      "needs kubernetes");
	for (size_t i = 0; i < blocks->n; i++) {
		const struct ob_raw_prefix *b = &blocks->v[i];

		if (i > 1 ||
		    (i == 1 && blocks->v[0].v.addr.family == b->v.addr.family))
			return ob_config_fail(e, &b->at,
					      "a second block of the same "
					      "family");
		if (check_block(e, raw, b) < 0)
			return -EINVAL;
	}
	return 0;
}

static int check_gateways(const struct ob_config_errors *e,
			  const struct ob_raw_addrs *gateways)
{
	for (size_t i = 1; i < gateways->n; i++)
		for (size_t j = 0; j < i; j++)
			if (gateways->v[i].v.family == gateways->v[j].v.family)
				return ob_config_fail(e, &gateways->v[i].at,
						      "a second gateway of the "
						      "same family");
	return 0;
}

static uint8_t slice_len(const struct ob_raw_config *raw, uint8_t family)
{
	const struct ob_raw_allocation *a = &raw->allocation;

	if (family == AF_INET)
		return a->prefix_len.at.path ? (uint8_t)a->prefix_len.v
					     : OB_DEFAULT_SLICE_LEN;
	return a->prefix_len6.at.path ? (uint8_t)a->prefix_len6.v
				      : OB_DEFAULT_SLICE_LEN6;
}

static int check_allocation(const struct ob_config_errors *e,
			    const struct ob_raw_config *raw)
{
	char p[OB_PREFIX_STRLEN];

	for (size_t i = 0; i < raw->global.n; i++) {
		const struct ob_raw_prefix *g = &raw->global.v[i];
		uint8_t len = slice_len(raw, g->v.addr.family);
		const struct ob_raw_number *n =
			g->v.addr.family == AF_INET
				? &raw->allocation.prefix_len
				: &raw->allocation.prefix_len6;

		if (len >= g->v.len)
			continue;
		ob_prefix_format(&g->v, p, sizeof(p));
		return ob_config_fail(e, n->at.path ? &n->at : &g->at,
				      "a slice of /%u is larger than %s", len,
				      p);
	}
	return 0;
}

int ob_config_check_hub(struct ob_arena *scratch,
			const struct ob_config_errors *e,
			const struct ob_raw_config *raw)
{
	int r = check_exclusions(e, raw);

	if (r == 0)
		r = ob_api_hub_check(e, &raw->hub_api);
	if (r == 0 && raw->hub.v && !raw->global.at.path)
		r = missing(e, &raw->at, "global_cidr of the hub");
	if (r == 0 && raw->hub.v)
		r = ob_config_check_global(e, raw);
	if (r == 0)
		r = check_allocation(e, raw);
	if (r == 0)
		r = check_endpoint(e, raw);
	if (r == 0)
		r = check_own(scratch, e, raw);
	if (r == 0)
		r = check_pods(scratch, e, raw);
	if (r == 0)
		r = check_services(e, raw);
	return r < 0 ? r : check_gateways(e, &raw->gateways);
}

/* From raw to kept. */

static void keep_locals(struct ob_arena *a, const struct ob_raw_config *raw,
			struct ob_hub_mode *h)
{
	size_t n = 0;

	h->n_locals = raw->services.n + raw->nodes.n;
	h->locals = ob_arena_array(a, h->n_locals, sizeof(*h->locals));
	for (size_t i = 0; i < raw->services.n; i++)
		h->locals[n++] = (struct ob_local_cidr){ raw->services.v[i].v,
							 "service_cidr" };
	for (size_t i = 0; i < raw->nodes.n; i++)
		h->locals[n++] = (struct ob_local_cidr){ raw->nodes.v[i].v,
							 "node_cidr" };
}

static void keep_gateways(const struct ob_raw_addrs *gateways,
			  struct ob_hub_mode *h)
{
	for (size_t i = 0; i < gateways->n; i++) {
		const struct ob_addr *a = &gateways->v[i].v;

		h->gateways[a->family == AF_INET ? 0 : 1] = *a;
	}
}

static void keep_services(const struct ob_raw_config *raw,
			  struct ob_hub_mode *h)
{
	const struct ob_raw_text *policy = &raw->service_policy;

	h->n_clusterset = raw->clusterset.n;
	for (size_t i = 0; i < raw->clusterset.n; i++)
		h->clusterset[i] = raw->clusterset.v[i].v;
	if (policy->at.path && !strcmp(policy->v, "local-first"))
		h->service_policy = OB_SERVICE_LOCAL_FIRST;
}

struct ob_hub_mode *ob_config_hub_new(struct ob_arena *a,
				      const struct ob_raw_config *raw)
{
	struct ob_hub_mode *h = ob_arena_alloc(a, sizeof(*h));
	const struct ob_raw_kubernetes *k = &raw->kubernetes;

	h->url = ob_raw_text_keep(a, &raw->hub_api.url, NULL);
	h->ca_file = ob_raw_text_keep(a, &raw->hub_api.ca_file, NULL);
	h->token_file = ob_raw_text_keep(a, &raw->hub_api.token_file, NULL);
	h->kubeconfig = ob_raw_text_keep(a, &raw->hub_api.kubeconfig, NULL);
	h->namespace =
		ob_raw_text_keep(a, &raw->hub_api.namespace, OB_PEER_NAMESPACE);
	h->endpoint = ob_raw_text_keep(a, &raw->endpoint, "");
	h->request = ob_raw_prefixes_keep(a, &raw->cidrs);
	h->n_request = raw->cidrs.n;
	h->pods = ob_raw_prefixes_keep(a, &raw->pods);
	h->n_pods = raw->pods.n;
	keep_locals(a, raw, h);
	keep_gateways(&raw->gateways, h);
	if (k->at.path)
		h->kubernetes = k->kubeconfig.at.path
					? OB_KUBERNETES_KUBECONFIG
					: OB_KUBERNETES_IN_CLUSTER;
	h->kubernetes_file = ob_raw_text_keep(a, &k->kubeconfig, NULL);
	h->slice_len = slice_len(raw, AF_INET);
	h->slice_len6 = slice_len(raw, AF_INET6);
	keep_services(raw, h);
	return h;
}
