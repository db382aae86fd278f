// SPDX-License-Identifier: Apache-2.0
/* The other direction of peer.h: from structs to JSON, and comparing. */
#include "model/peer.h"

#include <string.h>

#include "base/timestamp.h"
#include "model/condition.h"

static bool texts_equal(const char *const *a, size_t n_a, const char *const *b,
			size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++)
		if (strcmp(a[i], b[i]) != 0)
			return false;
	return true;
}

bool ob_peer_spec_equal(const struct ob_peer_spec *a,
			const struct ob_peer_spec *b)
{
	return !strcmp(a->cluster_id, b->cluster_id) &&
	       texts_equal(a->cluster_cidr, a->n_cluster_cidr, b->cluster_cidr,
			   b->n_cluster_cidr) &&
	       texts_equal(a->own_cidr, a->n_own_cidr, b->own_cidr,
			   b->n_own_cidr) &&
	       !strcmp(a->endpoint, b->endpoint) && a->port == b->port &&
	       !strcmp(a->public_key, b->public_key) && a->ishub == b->ishub &&
	       a->is_public == b->is_public;
}

bool ob_peer_same_cidrs(const struct ob_peer_status *a,
			const struct ob_peer_status *b)
{
	return ob_prefixes_equal(a->cidrs, a->n_cidrs, b->cidrs, b->n_cidrs);
}

static bool conditions_equal(const struct ob_peer_status *a,
			     const struct ob_peer_status *b)
{
	if (a->n_conditions != b->n_conditions)
		return false;
	for (size_t i = 0; i < a->n_conditions; i++) {
		const struct ob_peer_condition *x = &a->conditions[i];
		const struct ob_peer_condition *y =
			ob_peer_condition_get(b, x->type);

		if (!y || strcmp(x->status, y->status) != 0 ||
		    strcmp(x->reason, y->reason) != 0 ||
		    strcmp(x->message, y->message) != 0 ||
		    x->generation != y->generation)
			return false;
	}
	return true;
}

bool ob_peer_status_equal(const struct ob_peer_status *a,
			  const struct ob_peer_status *b)
{
	return a->observed_generation == b->observed_generation &&
	       a->role == b->role && ob_peer_same_cidrs(a, b) &&
	       ob_prefixes_equal(a->global, a->n_global, b->global,
				 b->n_global) &&
	       !strcmp(a->endpoint, b->endpoint) && a->port == b->port &&
	       a->has_key == b->has_key &&
	       (!a->has_key || ob_key_equal(&a->public_key, &b->public_key)) &&
	       conditions_equal(a, b);
}

static cJSON *encode_texts(struct ob_arena *a, const char *const *v, size_t n)
{
	cJSON *list = ob_json_array(a);

	for (size_t i = 0; i < n; i++)
		ob_json_append(a, list, ob_json_string_new(a, v[i]));
	return list;
}

static cJSON *encode_prefixes(struct ob_arena *a, const struct ob_prefix *v,
			      size_t n)
{
	cJSON *list = ob_json_array(a);
	char buf[OB_PREFIX_STRLEN];

	for (size_t i = 0; i < n; i++) {
		ob_prefix_format(&v[i], buf, sizeof(buf));
		ob_json_append(a, list, ob_json_string_new(a, buf));
	}
	return list;
}

static cJSON *encode_spec(struct ob_arena *a, const struct ob_peer_spec *spec)
{
	cJSON *o = ob_json_object(a);

	ob_json_set_string(a, o, "cluster_id", spec->cluster_id);
	ob_json_set(a, o, "cluster_cidr",
		    encode_texts(a, spec->cluster_cidr, spec->n_cluster_cidr));
	if (spec->n_own_cidr > 0)
		ob_json_set(a, o, "own_cidr",
			    encode_texts(a, spec->own_cidr, spec->n_own_cidr));
	ob_json_set_string(a, o, "endpoint", spec->endpoint);
	ob_json_set_number(a, o, "port", (double)spec->port);
	ob_json_set_string(a, o, "public_key", spec->public_key);
	ob_json_set_bool(a, o, "ishub", spec->ishub);
	ob_json_set_bool(a, o, "isPublic", spec->is_public);
	return o;
}

cJSON *ob_peer_encode(struct ob_arena *a, const char *namespace,
		      const char *name, const struct ob_peer_spec *spec)
{
	cJSON *o = ob_json_object(a), *meta = ob_json_object(a);

	ob_json_set_string(a, o, "apiVersion",
			   OB_PEER_GROUP "/" OB_PEER_VERSION);
	ob_json_set_string(a, o, "kind", OB_PEER_KIND);
	ob_json_set_string(a, meta, "name", name);
	ob_json_set_string(a, meta, "namespace", namespace);
	ob_json_set(a, o, "metadata", meta);
	ob_json_set(a, o, "spec", encode_spec(a, spec));
	return o;
}

/* null removes a member: what "" and 0 mean here. */
static void set_text(struct ob_arena *a, cJSON *o, const char *key,
		     const char *text)
{
	ob_json_set(a, o, key,
		    text[0] ? ob_json_string_new(a, text)
			    : ob_json_null_new(a));
}

static void set_time(struct ob_arena *a, cJSON *o, const char *key, int64_t s)
{
	char buf[OB_TIMESTAMP_STRLEN];

	set_text(a, o, key,
		 s > 0 ? ob_timestamp_format(s, buf, sizeof(buf)) : "");
}

static void set_number(struct ob_arena *a, cJSON *o, const char *key,
		       uint64_t v)
{
	ob_json_set(a, o, key,
		    v ? ob_json_number_new(a, (double)v) : ob_json_null_new(a));
}

static void set_prefixes(struct ob_arena *a, cJSON *o, const char *key,
			 const struct ob_prefix *v, size_t n)
{
	ob_json_set(a, o, key,
		    n ? encode_prefixes(a, v, n) : ob_json_null_new(a));
}

static cJSON *encode_tunnel(struct ob_arena *a, const struct ob_peer_tunnel *t)
{
	cJSON *o = ob_json_object(a);

	if (!t->there)
		return ob_json_null_new(a);
	set_time(a, o, "lastHandshakeTime", t->handshake_s);
	set_text(a, o, "endpoint", t->endpoint);
	set_number(a, o, "mtu", t->mtu);
	ob_json_set_number(a, o, "receivedBytes", (double)t->received_bytes);
	ob_json_set_number(a, o, "sentBytes", (double)t->sent_bytes);
	return o;
}

cJSON *ob_peer_encode_status(struct ob_arena *a, const char *resource_version,
			     const struct ob_peer_status *s)
{
	cJSON *o = ob_json_object(a), *meta = ob_json_object(a);
	cJSON *status = ob_json_object(a);
	char key[OB_KEY_STRLEN];

	ob_json_set_string(a, meta, "resourceVersion", resource_version);
	ob_json_set_number(a, status, "observedGeneration",
			   (double)s->observed_generation);
	set_text(a, status, "role", ob_peer_role_name(s->role));
	set_prefixes(a, status, "cluster_cidr", s->cidrs, s->n_cidrs);
	set_prefixes(a, status, "global_cidr", s->global, s->n_global);
	set_text(a, status, "endpoint", s->endpoint);
	set_number(a, status, "port", s->port);
	set_text(a, status, "public_key",
		 s->has_key ? ob_key_format(&s->public_key, key, sizeof(key))
			    : "");
	ob_json_set(a, status, "conditions",
		    ob_conditions_encode(a, s->conditions, s->n_conditions));
	ob_json_set(a, status, "tunnel", encode_tunnel(a, &s->tunnel));
	ob_json_set(a, o, "metadata", meta);
	ob_json_set(a, o, "status", status);
	return o;
}
