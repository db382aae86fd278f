// SPDX-License-Identifier: Apache-2.0
#include "octopus/judge.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "model/names.h"
#include "model/network.h"

#define SHOWN_LEN    72 /* of a foreign value in a message, quoted */
#define SENTENCE_LEN 400

static struct ob_verdict fine(void)
{
	return (struct ob_verdict){ 0 };
}

static struct ob_verdict __attribute__((format(printf, 3, 4)))
refuse(const struct ob_given *g, const char *reason, const char *format, ...)
{
	char sentence[SENTENCE_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	return (struct ob_verdict){
		.reason = reason,
		.message = ob_arena_strdup(g->arena, sentence),
	};
}

static const char *quote(const struct ob_given *g, const char *s)
{
	return ob_log_quote(s, ob_arena_alloc(g->arena, SHOWN_LEN), SHOWN_LEN);
}

static const char *show(const struct ob_given *g, const struct ob_prefix *p)
{
	return ob_prefix_format(p, ob_arena_alloc(g->arena, OB_PREFIX_STRLEN),
				OB_PREFIX_STRLEN);
}

static const char *owner_name(const struct ob_given *g, size_t owner)
{
	if (owner == OB_OWNER_HUB)
		return g->hub->id;
	return g->peers[owner].peer->name;
}

static const struct ob_key_holding *
key_holder(const struct ob_given *g, const struct ob_key *key, size_t owner)
{
	for (size_t i = 0; i < g->keys.n; i++)
		if (g->keys.v[i].owner != owner &&
		    ob_key_equal(&g->keys.v[i].key, key))
			return &g->keys.v[i];
	return NULL;
}

bool ob_given_key_is_free(const struct ob_given *g, const struct ob_key *key,
			  size_t owner)
{
	return !key_holder(g, key, owner);
}

bool ob_judge_is_inside(const struct ob_accept_hub *hub,
			const struct ob_prefix *p)
{
	for (size_t i = 0; i < hub->n_global; i++)
		if (ob_prefix_covers(&hub->global[i], p))
			return !ob_prefix_equal(&hub->global[i], p);
	return false;
}

/* One field after the other. */

static struct ob_verdict judge_identity(const struct ob_given *g,
					const struct ob_peer *p)
{
	struct ob_verdict v;

	if (strcmp(p->spec.cluster_id, p->name) != 0)
		return refuse(g, "NameMismatch",
			      "spec.cluster_id is %s, not the name of the Peer",
			      quote(g, p->spec.cluster_id));
	if (!ob_name_is_label(p->name))
		return refuse(g, "InvalidName",
			      "spec.cluster_id %s is not a DNS label (lower "
			      "case letters, digits and '-', at most 63)",
			      quote(g, p->name));
	if (!p->spec.ishub)
		return fine();
	v = refuse(g, "NotTheHub",
		   "spec.ishub is true, but cluster %s is the hub", g->hub->id);
	v.conflict = true;
	return v;
}

static struct ob_verdict judge_key(const struct ob_given *g, size_t i,
				   struct ob_grant *ret)
{
	const char *text = g->peers[i].peer->spec.public_key;
	const struct ob_key_holding *holder;
	struct ob_verdict v;

	/* Its octopus has not started yet. */
	if (!text[0])
		return fine();
	if (ob_key_parse(text, &ret->public_key) < 0)
		return refuse(g, "InvalidPublicKey",
			      "spec.public_key is not a WireGuard public key "
			      "(44 characters of base64)");
	if (ob_key_is_zero(&ret->public_key))
		return refuse(g, "InvalidPublicKey",
			      "spec.public_key is all zeros");
	holder = key_holder(g, &ret->public_key, i);
	ret->has_key = true;
	if (!holder)
		return fine();
	v = refuse(g, "PublicKeyInUse",
		   "spec.public_key is the key of cluster %s",
		   owner_name(g, holder->owner));
	v.conflict = true;
	return v;
}

static struct ob_verdict judge_endpoint(const struct ob_given *g,
					const struct ob_peer_spec *spec,
					struct ob_grant *ret)
{
	const char *fault;

	ret->endpoint = "";
	ret->role = OB_PEER_PRIVATE;
	if (spec->port != 0 && (spec->port < 1 || spec->port > UINT16_MAX))
		return refuse(g, "InvalidPort",
			      "spec.port %lld is not from 1 to 65535",
			      (long long)spec->port);
	ret->port = spec->port ? (uint16_t)spec->port : OB_DEFAULT_PORT;
	if (!spec->endpoint[0]) {
		if (!spec->is_public)
			return fine();
		return refuse(g, "InvalidEndpoint",
			      "spec.endpoint is missing, but spec.isPublic is "
			      "true");
	}
	fault = ob_endpoint_fault(spec->endpoint, g->hub->global,
				  g->hub->n_global);
	if (fault)
		return refuse(g, "InvalidEndpoint", "spec.endpoint %s %s",
			      quote(g, spec->endpoint), fault);
	if (spec->is_public) {
		ret->endpoint = spec->endpoint;
		ret->role = OB_PEER_PUBLIC;
	}
	return fine();
}

static struct ob_verdict parse_cidr(const struct ob_given *g, const char *text,
				    struct ob_prefix *ret)
{
	switch (ob_prefix_parse(text, ret)) {
	case 0:
		break;
	case -EDOM:
		return refuse(g, "InvalidCIDR",
			      "spec.cluster_cidr %s has bits set beyond its "
			      "length",
			      quote(g, text));
	case -ERANGE:
		return refuse(g, "InvalidCIDR",
			      "spec.cluster_cidr %s has a length that does not "
			      "fit its address",
			      quote(g, text));
	default:
		return refuse(g, "InvalidCIDR",
			      "spec.cluster_cidr %s is not a prefix",
			      quote(g, text));
	}
	if (!ob_judge_is_inside(g->hub, ret))
		return refuse(g, "OutsideGlobalCIDR",
			      "spec.cluster_cidr %s is not a part of the "
			      "global CIDR %s",
			      text, show(g, &g->hub->global[0]));
	return fine();
}

static struct ob_verdict judge_cidr(const struct ob_given *g, size_t i,
				    const char *text, struct ob_grant *ret)
{
	struct ob_prefix *p = &ret->cidrs[ret->n_cidrs];
	const struct ob_holding *other;
	struct ob_verdict v = parse_cidr(g, text, p);

	if (v.reason)
		return v;
	for (size_t j = 0; j < ret->n_cidrs; j++)
		if (ob_prefix_overlaps(&ret->cidrs[j], p))
			return refuse(g, "InvalidCIDR",
				      "spec.cluster_cidr has %s, which "
				      "overlaps %s before it",
				      text, show(g, &ret->cidrs[j]));
	ret->n_cidrs++;
	other = ob_space_conflict(&g->space, p, i);
	if (!other)
		return fine();
	v = refuse(g, "CIDROverlap",
		   "spec.cluster_cidr %s overlaps %s of cluster %s", text,
		   show(g, &other->prefix), owner_name(g, other->owner));
	v.conflict = true;
	return v;
}

static bool has_family(const struct ob_grant *grant, uint8_t family)
{
	for (size_t i = 0; i < grant->n_cidrs; i++)
		if (grant->cidrs[i].addr.family == family)
			return true;
	return false;
}

/* A slice of each family that it does not have yet. */
static struct ob_verdict allocate(const struct ob_given *g,
				  const struct ob_grant *now,
				  struct ob_grant *ret)
{
	for (size_t j = 0; j < now->n_cidrs; j++)
		ret->cidrs[ret->n_cidrs++] = now->cidrs[j];
	for (size_t j = 0; j < g->hub->n_global; j++) {
		const struct ob_prefix *global = &g->hub->global[j];
		uint8_t family = global->addr.family;
		uint8_t len = family == AF_INET ? g->hub->slice_len
						: g->hub->slice_len6;

		if (has_family(ret, family) ||
		    ret->n_cidrs == OB_PEER_MAX_CIDRS)
			continue;
		if (ob_space_find_free(&g->space, global, len,
				       &ret->cidrs[ret->n_cidrs]) < 0)
			return refuse(g, "Exhausted",
				      "spec.cluster_cidr is empty, and the "
				      "global CIDR %s has no /%u left",
				      show(g, global), len);
		ret->n_cidrs++;
	}
	return fine();
}

static struct ob_verdict judge_cidrs(const struct ob_given *g, size_t i,
				     const struct ob_grant *now,
				     struct ob_grant *ret)
{
	const struct ob_peer_spec *spec = &g->peers[i].peer->spec;

	ret->cidrs = ob_arena_array(g->arena, OB_PEER_MAX_CIDRS,
				    sizeof(*ret->cidrs));
	/* The reference's clusters ask for [""] when they ask for nothing. */
	if (spec->n_cluster_cidr == 0 ||
	    (spec->n_cluster_cidr == 1 && !spec->cluster_cidr[0][0]))
		return allocate(g, now, ret);
	for (size_t j = 0; j < spec->n_cluster_cidr; j++) {
		struct ob_verdict v =
			judge_cidr(g, i, spec->cluster_cidr[j], ret);

		if (v.reason)
			return v;
	}
	return fine();
}

struct ob_verdict ob_judge(const struct ob_given *g, size_t i,
			   const struct ob_grant *now, struct ob_grant *ret)
{
	const struct ob_peer *p = g->peers[i].peer;
	struct ob_grant grant = { 0 };
	struct ob_verdict v = judge_identity(g, p);

	if (!v.reason && now->n_cidrs == 0 &&
	    g->clusters >= g->hub->max_clusters)
		v = refuse(g, "TooManyClusters",
			   "there are %zu clusters besides the hub already, "
			   "the most there can be",
			   g->clusters);
	if (!v.reason)
		v = judge_cidrs(g, i, now, &grant);
	if (!v.reason)
		v = judge_key(g, i, &grant);
	if (!v.reason)
		v = judge_endpoint(g, &p->spec, &grant);
	if (!v.reason)
		*ret = grant;
	return v;
}
