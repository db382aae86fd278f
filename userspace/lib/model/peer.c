// SPDX-License-Identifier: Apache-2.0
#include "model/peer.h"

#include <errno.h>
#include <string.h>

#include "base/timestamp.h"
#include "model/network.h"

#define REASON "InvalidPeer"

#define NAME_LEN     254 /* lengths with the NUL */
#define UID_LEN	     129
#define VERSION_LEN  65
#define CIDR_LEN     65
#define KEY_LEN	     65
#define REASON_LEN   129
#define MESSAGE_LEN  4096
#define ENDPOINT_LEN 512

/* What a decoding function works with. */
struct reader {
	struct ob_arena *arena;
	struct ob_status *status;
	const char *name;  /* of the Peer */
	const char *where; /* "spec", "status.conditions[2]" */
};

static int refuse(const struct reader *r, const char *key, const char *what)
{
	return ob_status_set(r->status, EINVAL, REASON, "Peer %s: %s.%s: %s",
			     r->name, r->where, key, what);
}

/* A member that is there; null is as good as missing. */
static const cJSON *member(const cJSON *object, const char *key)
{
	const cJSON *v = ob_json_get(object, key);

	return cJSON_IsNull(v) ? NULL : v;
}

/* size: with the NUL. */
static int read_text(const struct reader *r, const cJSON *object,
		     const char *key, size_t size, const char **ret)
{
	const cJSON *v = member(object, key);

	*ret = "";
	if (!v)
		return 0;
	if (!cJSON_IsString(v))
		return refuse(r, key, "is not a string");
	if (strlen(v->valuestring) >= size)
		return refuse(r, key, "is too long");
	*ret = ob_arena_strdup(r->arena, v->valuestring);
	return 0;
}

static int read_bool(const struct reader *r, const cJSON *object,
		     const char *key, bool *ret)
{
	const cJSON *v = member(object, key);

	*ret = cJSON_IsTrue(v);
	if (v && !cJSON_IsBool(v))
		return refuse(r, key, "is neither true nor false");
	return 0;
}

/* Missing: 0. */
static int read_int(const struct reader *r, const cJSON *object,
		    const char *key, int64_t min, int64_t max, int64_t *ret)
{
	int64_t v = 0;

	*ret = 0;
	if (!member(object, key))
		return 0;
	if (ob_json_int(object, key, &v) < 0)
		return refuse(r, key, "is not a whole number");
	if (v < min || v > max)
		return refuse(r, key, "is out of range");
	*ret = v;
	return 0;
}

/* Missing: 0. */
static int read_time(const struct reader *r, const cJSON *object,
		     const char *key, int64_t *ret)
{
	const char *s;
	int err = read_text(r, object, key, OB_TIMESTAMP_STRLEN * 2, &s);

	*ret = 0;
	if (err < 0 || !s[0])
		return err;
	if (ob_timestamp_parse(s, ret) < 0)
		return refuse(r, key, "is not a time");
	return 0;
}

static int read_texts(const struct reader *r, const cJSON *object,
		      const char *key, const char ***ret, size_t *ret_n)
{
	const cJSON *list = member(object, key), *item;
	const char **v;
	size_t n = 0;

	*ret_n = 0;
	if (!list)
		return 0;
	if (!cJSON_IsArray(list))
		return refuse(r, key, "is not a list");
	v = ob_arena_array(r->arena, OB_PEER_MAX_CIDRS, sizeof(*v));
	cJSON_ArrayForEach(item, list)
	{
		if (n == OB_PEER_MAX_CIDRS)
			return refuse(r, key, "has more than 16 elements");
		if (!cJSON_IsString(item))
			return refuse(r, key,
				      "has an element that is not a "
				      "string");
		if (strlen(item->valuestring) >= CIDR_LEN)
			return refuse(r, key,
				      "has an element that is too "
				      "long");
		v[n++] = ob_arena_strdup(r->arena, item->valuestring);
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

/* For the status: prefixes, not text. */
static int read_prefixes(const struct reader *r, const cJSON *object,
			 const char *key, struct ob_prefix *v, size_t max,
			 size_t *ret_n)
{
	const char **text;
	size_t n;
	int err = read_texts(r, object, key, &text, &n);

	if (err < 0)
		return err;
	if (n > max)
		return refuse(r, key, "has too many elements");
	for (size_t i = 0; i < n; i++)
		if (ob_prefix_parse(text[i], &v[i]) < 0)
			return refuse(r, key,
				      "has an element that is not a "
				      "prefix");
	*ret_n = n;
	return 0;
}

static int read_metadata(struct reader *r, const cJSON *object,
			 struct ob_peer *p)
{
	const cJSON *meta = member(object, "metadata");
	const char *deleted;
	int err;

	r->where = "metadata";
	err = read_text(r, meta, "name", NAME_LEN, &p->name);
	if (err < 0)
		return err;
	if (!p->name[0])
		return refuse(r, "name", "is missing");
	r->name = p->name;
	err = read_text(r, meta, "uid", UID_LEN, &p->uid);
	if (err == 0)
		err = read_text(r, meta, "resourceVersion", VERSION_LEN,
				&p->resource_version);
	if (err == 0)
		err = read_int(r, meta, "generation", 0, INT64_MAX,
			       &p->generation);
	if (err == 0)
		err = read_time(r, meta, "creationTimestamp", &p->created_s);
	if (err == 0)
		err = read_text(r, meta, "deletionTimestamp",
				OB_TIMESTAMP_STRLEN * 2, &deleted);
	if (err == 0)
		p->deleting = deleted[0];
	return err;
}

static int read_spec(struct reader *r, const cJSON *object,
		     struct ob_peer_spec *s)
{
	const cJSON *spec = member(object, "spec");
	int err;

	r->where = "spec";
	err = read_text(r, spec, "cluster_id", NAME_LEN, &s->cluster_id);
	if (err == 0)
		err = read_texts(r, spec, "cluster_cidr", &s->cluster_cidr,
				 &s->n_cluster_cidr);
	if (err == 0)
		err = read_texts(r, spec, "own_cidr", &s->own_cidr,
				 &s->n_own_cidr);
	if (err == 0)
		err = read_text(r, spec, "endpoint", ENDPOINT_LEN,
				&s->endpoint);
	if (err == 0)
		err = read_int(r, spec, "port", INT32_MIN, INT32_MAX, &s->port);
	if (err == 0)
		err = read_text(r, spec, "public_key", KEY_LEN, &s->public_key);
	if (err == 0)
		err = read_bool(r, spec, "ishub", &s->ishub);
	if (err == 0)
		err = read_bool(r, spec, "isPublic", &s->is_public);
	return err;
}

static int read_condition(const struct reader *r, const cJSON *item,
			  struct ob_peer_condition *c)
{
	int err = read_text(r, item, "type", REASON_LEN, &c->type);

	if (err == 0)
		err = read_text(r, item, "status", REASON_LEN, &c->status);
	if (err == 0)
		err = read_text(r, item, "reason", REASON_LEN, &c->reason);
	if (err == 0)
		err = read_text(r, item, "message", MESSAGE_LEN, &c->message);
	if (err == 0)
		err = read_time(r, item, "lastTransitionTime", &c->changed_s);
	if (err == 0)
		err = read_int(r, item, "observedGeneration", 0, INT64_MAX,
			       &c->generation);
	if (err == 0 && !c->type[0])
		err = refuse(r, "type", "is missing");
	return err;
}

static int read_conditions(const struct reader *parent, const cJSON *status,
			   struct ob_peer_status *s)
{
	struct reader r = *parent;
	const cJSON *list = member(status, "conditions"), *item;

	if (list && !cJSON_IsArray(list))
		return refuse(parent, "conditions", "is not a list");
	s->conditions = ob_arena_array(r.arena, OB_PEER_MAX_CONDITIONS,
				       sizeof(*s->conditions));
	cJSON_ArrayForEach(item, list)
	{
		int err;

		if (s->n_conditions == OB_PEER_MAX_CONDITIONS)
			return refuse(parent, "conditions",
				      "has too many elements");
		r.where = ob_arena_printf(r.arena, "%s.conditions[%zu]",
					  parent->where, s->n_conditions);
		err = read_condition(&r, item, &s->conditions[s->n_conditions]);
		if (err < 0)
			return err;
		s->n_conditions++;
	}
	return 0;
}

static int read_tunnel(const struct reader *parent, const cJSON *status,
		       struct ob_peer_tunnel *t)
{
	const cJSON *tunnel = member(status, "tunnel");
	struct reader r = *parent;
	int64_t mtu = 0, rx = 0, tx = 0;
	int err;

	t->there = tunnel;
	r.where = "status.tunnel";
	err = read_time(&r, tunnel, "lastHandshakeTime", &t->handshake_s);
	if (err == 0)
		err = read_text(&r, tunnel, "endpoint", ENDPOINT_LEN,
				&t->endpoint);
	if (err == 0)
		err = read_int(&r, tunnel, "mtu", 0, UINT32_MAX, &mtu);
	if (err == 0)
		err = read_int(&r, tunnel, "receivedBytes", 0, INT64_MAX, &rx);
	if (err == 0)
		err = read_int(&r, tunnel, "sentBytes", 0, INT64_MAX, &tx);
	t->mtu = (uint32_t)mtu;
	t->received_bytes = (uint64_t)rx;
	t->sent_bytes = (uint64_t)tx;
	return err;
}

static int read_role(const struct reader *r, const cJSON *status,
		     enum ob_peer_role *ret)
{
	const char *text;
	int err = read_text(r, status, "role", REASON_LEN, &text);

	if (err < 0)
		return err;
	*ret = OB_PEER_UNDECIDED;
	while (strcmp(text, ob_peer_role_name(*ret)) != 0) {
		if (*ret == OB_PEER_PRIVATE)
			return refuse(r, "role", "is not a role");
		(*ret)++;
	}
	return 0;
}

static int read_key(const struct reader *r, const cJSON *status,
		    struct ob_peer_status *s)
{
	const char *text;
	int err = read_text(r, status, "public_key", KEY_LEN, &text);

	if (err < 0 || !text[0])
		return err;
	if (ob_key_parse(text, &s->public_key) < 0 ||
	    ob_key_is_zero(&s->public_key))
		return refuse(r, "public_key", "is not a WireGuard public key");
	s->has_key = true;
	return 0;
}

static int read_accepted(const struct reader *r, const cJSON *status,
			 struct ob_peer_status *s)
{
	int64_t port = 0;
	int err;

	s->cidrs =
		ob_arena_array(r->arena, OB_PEER_MAX_CIDRS, sizeof(*s->cidrs));
	err = read_int(r, status, "observedGeneration", 0, INT64_MAX,
		       &s->observed_generation);
	if (err == 0)
		err = read_role(r, status, &s->role);
	if (err == 0)
		err = read_prefixes(r, status, "cluster_cidr", s->cidrs,
				    OB_PEER_MAX_CIDRS, &s->n_cidrs);
	if (err == 0)
		err = read_prefixes(r, status, "global_cidr", s->global,
				    ARRAY_SIZE(s->global), &s->n_global);
	if (err == 0)
		err = read_text(r, status, "endpoint", OB_HOST_LEN,
				&s->endpoint);
	if (err == 0)
		err = read_int(r, status, "port", 1, UINT16_MAX, &port);
	if (err == 0)
		err = read_key(r, status, s);
	s->port = (uint16_t)port;
	return err;
}

static int read_status(struct reader *r, const cJSON *object,
		       struct ob_peer_status *ret)
{
	const cJSON *status = member(object, "status");
	struct ob_peer_status s = { .endpoint = "", .tunnel.endpoint = "" };
	int err;

	*ret = s;
	r->where = "status";
	if (!status)
		return 0;
	err = read_accepted(r, status, &s);
	if (err == 0)
		err = read_conditions(r, status, &s);
	if (err == 0)
		err = read_tunnel(r, status, &s.tunnel);
	if (err == 0)
		*ret = s;
	return err;
}

int ob_peer_decode(const cJSON *object, struct ob_peer **ret,
		   struct ob_status *status)
{
	struct ob_arena *arena = ob_arena_new();
	struct ob_status local = OB_STATUS_INIT;
	_cleanup_(ob_peer_freep) struct ob_peer *p =
		ob_arena_alloc(arena, sizeof(*p));
	struct reader r = { .arena = arena, .status = status, .name = "?" };
	int err;

	p->arena = arena;
	err = read_metadata(&r, object, p);
	if (err == 0)
		err = read_spec(&r, object, &p->spec);
	if (err < 0)
		return err;
	r.status = &local;
	if (read_status(&r, object, &p->status) < 0)
		p->bad_status = ob_arena_strdup(arena, local.message);
	*ret = TAKE_PTR(p);
	return 0;
}

void ob_peer_free(struct ob_peer *p)
{
	/* It lives in its own arena. */
	if (p)
		ob_arena_free(p->arena);
}

const char *ob_peer_role_name(enum ob_peer_role role)
{
	switch (role) {
	case OB_PEER_UNDECIDED:
		return "";
	case OB_PEER_HUB:
		return "hub";
	case OB_PEER_PUBLIC:
		return "public";
	case OB_PEER_PRIVATE:
		return "private";
	}
	return "";
}

const struct ob_peer_condition *
ob_peer_condition_get(const struct ob_peer_status *s, const char *type)
{
	for (size_t i = 0; i < s->n_conditions; i++)
		if (!strcmp(s->conditions[i].type, type))
			return &s->conditions[i];
	return NULL;
}

bool ob_peer_condition_is_true(const struct ob_peer_status *s, const char *type)
{
	const struct ob_peer_condition *c = ob_peer_condition_get(s, type);

	return c && !strcmp(c->status, "True");
}

int ob_peer_version_compare(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	if (n != m)
		return n < m ? -1 : 1;
	return strcmp(a, b);
}
