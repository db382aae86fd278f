// SPDX-License-Identifier: Apache-2.0
#include "model/peer.h"

#include <errno.h>
#include <string.h>

#include "model/condition.h"
#include "model/network.h"
#include "model/reader.h"

#define CIDR_LEN     65
#define KEY_LEN	     65
#define REASON_LEN   129
#define ENDPOINT_LEN 512

static int read_texts(const struct ob_reader *r, const cJSON *object,
		      const char *key, const char ***ret, size_t *ret_n)
{
	const cJSON *list, *item;
	const char **v;
	size_t n;
	int err = ob_reader_list(r, object, key, OB_PEER_MAX_CIDRS, &list, &n);

	*ret_n = 0;
	if (err < 0 || !list)
		return err;
	v = ob_arena_array(r->arena, OB_PEER_MAX_CIDRS, sizeof(*v));
	n = 0;
	cJSON_ArrayForEach(item, list)
	{
		if (!cJSON_IsString(item))
			return ob_reader_refuse(
				r, key, "has an element that is not a string");
		if (strlen(item->valuestring) >= CIDR_LEN)
			return ob_reader_refuse(
				r, key, "has an element that is too long");
		v[n++] = ob_arena_strdup(r->arena, item->valuestring);
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

/* For the status: prefixes, not text. */
static int read_prefixes(const struct ob_reader *r, const cJSON *object,
			 const char *key, struct ob_prefix *v, size_t max,
			 size_t *ret_n)
{
	const char **text;
	size_t n;
	int err = read_texts(r, object, key, &text, &n);

	if (err < 0)
		return err;
	if (n > max)
		return ob_reader_refuse(r, key, "has too many elements");
	for (size_t i = 0; i < n; i++)
		if (ob_prefix_parse(text[i], &v[i]) < 0)
			return ob_reader_refuse(r, key,
						"has an element that is not a "
						"prefix");
	*ret_n = n;
	return 0;
}

static int read_metadata(struct ob_reader *r, const cJSON *object,
			 struct ob_peer *p)
{
	const cJSON *meta = ob_reader_member(object, "metadata");
	int err;

	r->where = "metadata";
	err = ob_reader_text(r, meta, "name", OB_READER_NAME_LEN, &p->name);
	if (err < 0)
		return err;
	if (!p->name[0])
		return ob_reader_refuse(r, "name", "is missing");
	r->name = p->name;
	err = ob_reader_text(r, meta, "uid", OB_READER_UID_LEN, &p->uid);
	if (err == 0)
		err = ob_reader_text(r, meta, "resourceVersion",
				     OB_READER_VERSION_LEN,
				     &p->resource_version);
	if (err == 0)
		err = ob_reader_int(r, meta, "generation", 0, INT64_MAX,
				    &p->generation);
	if (err == 0)
		err = ob_reader_time(r, meta, "creationTimestamp",
				     &p->created_s);
	if (err == 0)
		err = ob_reader_is_set(r, meta, "deletionTimestamp",
				       &p->deleting);
	return err;
}

static int read_spec(struct ob_reader *r, const cJSON *object,
		     struct ob_peer_spec *s)
{
	const cJSON *spec = ob_reader_member(object, "spec");
	int err;

	r->where = "spec";
	err = ob_reader_text(r, spec, "cluster_id", OB_READER_NAME_LEN,
			     &s->cluster_id);
	if (err == 0)
		err = read_texts(r, spec, "cluster_cidr", &s->cluster_cidr,
				 &s->n_cluster_cidr);
	if (err == 0)
		err = read_texts(r, spec, "own_cidr", &s->own_cidr,
				 &s->n_own_cidr);
	if (err == 0)
		err = ob_reader_text(r, spec, "endpoint", ENDPOINT_LEN,
				     &s->endpoint);
	if (err == 0)
		err = ob_reader_int(r, spec, "port", INT32_MIN, INT32_MAX,
				    &s->port);
	if (err == 0)
		err = ob_reader_text(r, spec, "public_key", KEY_LEN,
				     &s->public_key);
	if (err == 0)
		err = ob_reader_bool(r, spec, "ishub", false, &s->ishub);
	if (err == 0)
		err = ob_reader_bool(r, spec, "isPublic", false, &s->is_public);
	return err;
}

static int read_tunnel(const struct ob_reader *parent, const cJSON *status,
		       struct ob_peer_tunnel *t)
{
	const cJSON *tunnel = ob_reader_member(status, "tunnel");
	struct ob_reader r = *parent;
	int64_t mtu = 0, rx = 0, tx = 0;
	int err;

	t->there = tunnel;
	r.where = "status.tunnel";
	err = ob_reader_time(&r, tunnel, "lastHandshakeTime", &t->handshake_s);
	if (err == 0)
		err = ob_reader_text(&r, tunnel, "endpoint", ENDPOINT_LEN,
				     &t->endpoint);
	if (err == 0)
		err = ob_reader_int(&r, tunnel, "mtu", 0, UINT32_MAX, &mtu);
	if (err == 0)
		err = ob_reader_int(&r, tunnel, "receivedBytes", 0, INT64_MAX,
				    &rx);
	if (err == 0)
		err = ob_reader_int(&r, tunnel, "sentBytes", 0, INT64_MAX, &tx);
	t->mtu = (uint32_t)mtu;
	t->received_bytes = (uint64_t)rx;
	t->sent_bytes = (uint64_t)tx;
	return err;
}

static int read_role(const struct ob_reader *r, const cJSON *status,
		     enum ob_peer_role *ret)
{
	const char *text;
	int err = ob_reader_text(r, status, "role", REASON_LEN, &text);

	if (err < 0)
		return err;
	*ret = OB_PEER_UNDECIDED;
	while (strcmp(text, ob_peer_role_name(*ret)) != 0) {
		if (*ret == OB_PEER_PRIVATE)
			return ob_reader_refuse(r, "role", "is not a role");
		(*ret)++;
	}
	return 0;
}

static int read_key(const struct ob_reader *r, const cJSON *status,
		    struct ob_peer_status *s)
{
	const char *text;
	int err = ob_reader_text(r, status, "public_key", KEY_LEN, &text);

	if (err < 0 || !text[0])
		return err;
	if (ob_key_parse(text, &s->public_key) < 0 ||
	    ob_key_is_zero(&s->public_key))
		return ob_reader_refuse(r, "public_key",
					"is not a WireGuard public key");
	s->has_key = true;
	return 0;
}

static int read_accepted(const struct ob_reader *r, const cJSON *status,
			 struct ob_peer_status *s)
{
	int64_t port = 0;
	int err;

	s->cidrs =
		ob_arena_array(r->arena, OB_PEER_MAX_CIDRS, sizeof(*s->cidrs));
	err = ob_reader_int(r, status, "observedGeneration", 0, INT64_MAX,
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
		err = ob_reader_text(r, status, "endpoint", OB_HOST_LEN,
				     &s->endpoint);
	if (err == 0)
		err = ob_reader_int(r, status, "port", 1, UINT16_MAX, &port);
	if (err == 0)
		err = read_key(r, status, s);
	s->port = (uint16_t)port;
	return err;
}

static int read_status(struct ob_reader *r, const cJSON *object,
		       struct ob_peer_status *ret)
{
	const cJSON *status = ob_reader_member(object, "status");
	struct ob_peer_status s = { .endpoint = "", .tunnel.endpoint = "" };
	int err;

	*ret = s;
	r->where = "status";
	if (!status)
		return 0;
	err = read_accepted(r, status, &s);
	if (err == 0)
		err = ob_conditions_read(r, status, &s.conditions,
					 &s.n_conditions);
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
	struct ob_reader r = { .arena = arena,
			       .status = status,
			       .reason = "InvalidPeer",
			       .kind = OB_PEER_KIND,
			       .name = "?" };
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
