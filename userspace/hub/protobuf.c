// SPDX-License-Identifier: Apache-2.0
#include "hub/protobuf.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "hub/base64.h"

#define MAGIC	  "k8s" /* and the NUL behind it */
/* Of the object as JSON. */
#define MAX_SIZE  ((size_t)16 * 1024 * 1024)
#define MAX_DEPTH 8
#define MAX_FIELD 64

/* --- what the messages look like --- */

enum type {
	TEXT,	     /* left out when empty */
	TEXT_ALWAYS, /* not even then */
	INTEGER,
	BOOLEAN,
	MESSAGE,
	MAP_TEXT,  /* map<string, string> */
	MAP_BYTES, /* map<string, bytes>, base64 in JSON */
	INT_OR_TEXT,
};

struct message;
struct field {
	const char *name; /* NULL: no field of interest */
	enum type type;
	bool repeated;
	const struct message *message;
};

struct message {
	const struct field *fields; /* by number */
	size_t n;
};

#define FIELDS(...)                                                            \
	.fields = (const struct field[]){ __VA_ARGS__ },                       \
	.n = ARRAY_SIZE(((const struct field[]){ __VA_ARGS__ }))

static const struct message owner_reference = { FIELDS(
	[1] = { "kind", TEXT }, [3] = { "name", TEXT }, [4] = { "uid", TEXT },
	[5] = { "apiVersion", TEXT }, [6] = { "controller", BOOLEAN },
	[7] = { "blockOwnerDeletion", BOOLEAN }) };
static const struct message object_meta = {
	FIELDS([1] = { "name", TEXT }, [2] = { "generateName", TEXT },
	       [3] = { "namespace", TEXT }, [5] = { "uid", TEXT },
	       [6] = { "resourceVersion", TEXT }, [11] = { "labels", MAP_TEXT },
	       [12] = { "annotations", MAP_TEXT },
	       [13] = { "ownerReferences", MESSAGE, true, &owner_reference },
	       [14] = { "finalizers", TEXT_ALWAYS, true })
};
#define META [1] = { "metadata", MESSAGE, false, &object_meta }

static const struct message namespace_spec = {
	FIELDS([1] = { "finalizers", TEXT_ALWAYS, true })
};
static const struct message namespace_message = { FIELDS(
	META, [2] = { "spec", MESSAGE, false, &namespace_spec }) };
static const struct message config_map = { FIELDS(
	META, [2] = { "data", MAP_TEXT }, [3] = { "binaryData", MAP_BYTES },
	[4] = { "immutable", BOOLEAN }) };
static const struct message secret = { FIELDS(
	META, [2] = { "data", MAP_BYTES }, [3] = { "type", TEXT },
	[4] = { "stringData", MAP_TEXT }, [5] = { "immutable", BOOLEAN }) };
static const struct message meta_only = { FIELDS(META) };
static const struct message service_port = {
	FIELDS([1] = { "name", TEXT }, [2] = { "protocol", TEXT },
	       [3] = { "port", INTEGER }, [4] = { "targetPort", INT_OR_TEXT },
	       [6] = { "appProtocol", TEXT })
};
static const struct message service_spec = { FIELDS(
	[1] = { "ports", MESSAGE, true, &service_port },
	[2] = { "selector", MAP_TEXT }, [3] = { "clusterIP", TEXT },
	[4] = { "type", TEXT }, [5] = { "externalIPs", TEXT_ALWAYS, true },
	[7] = { "sessionAffinity", TEXT }, [10] = { "externalName", TEXT }) };
static const struct message service = { FIELDS(
	META, [2] = { "spec", MESSAGE, false, &service_spec }) };
static const struct message resource_attributes = {
	FIELDS([1] = { "namespace", TEXT }, [2] = { "verb", TEXT },
	       [3] = { "group", TEXT }, [4] = { "version", TEXT },
	       [5] = { "resource", TEXT }, [6] = { "subresource", TEXT },
	       [7] = { "name", TEXT })
};
static const struct message path_attributes = {
	FIELDS([1] = { "path", TEXT }, [2] = { "verb", TEXT })
};
static const struct message access_spec = {
	FIELDS([1] = { "resourceAttributes", MESSAGE, false,
		       &resource_attributes },
	       [2] = { "nonResourceAttributes", MESSAGE, false,
		       &path_attributes })
};
static const struct message access_review = { FIELDS(
	META, [2] = { "spec", MESSAGE, false, &access_spec }) };
static const struct message rules_spec = { FIELDS([1] = { "namespace",
							  TEXT }) };
static const struct message rules_review = { FIELDS(
	META, [2] = { "spec", MESSAGE, false, &rules_spec }) };
static const struct message preconditions = {
	FIELDS([1] = { "uid", TEXT }, [2] = { "resourceVersion", TEXT })
};
static const struct message delete_options = {
	FIELDS([1] = { "gracePeriodSeconds", INTEGER },
	       [2] = { "preconditions", MESSAGE, false, &preconditions },
	       [3] = { "orphanDependents", BOOLEAN },
	       [4] = { "propagationPolicy", TEXT },
	       [5] = { "dryRun", TEXT_ALWAYS, true })
};
static const struct message type_meta = {
	FIELDS([1] = { "apiVersion", TEXT }, [2] = { "kind", TEXT })
};

static const struct {
	const char *kind;
	const struct message *message;
} kinds[] = {
	{ "Namespace", &namespace_message },
	{ "ConfigMap", &config_map },
	{ "Secret", &secret },
	{ "Service", &service },
	{ "ServiceAccount", &meta_only },
	{ "SelfSubjectReview", &meta_only },
	{ "SelfSubjectAccessReview", &access_review },
	{ "SelfSubjectRulesReview", &rules_review },
	{ "DeleteOptions", &delete_options },
};

/* --- the wire format --- */

struct reader {
	const unsigned char *at, *end;
};

static int read_varint(struct reader *r, uint64_t *ret)
{
	uint64_t v = 0;

	for (unsigned int shift = 0; shift < 64 && r->at < r->end; shift += 7) {
		v |= (uint64_t)(*r->at & 0x7f) << shift;
		if (!(*r->at++ & 0x80)) {
			*ret = v;
			return 0;
		}
	}
	return -EINVAL;
}

/* A value: a number (wire type 0) or bytes (2); the fixed ones are skipped. */
struct value {
	unsigned int number, wire;
	uint64_t varint;
	struct reader bytes;
};

static int read_bytes(struct reader *r, uint64_t size, struct reader *ret)
{
	if (size > (uint64_t)(r->end - r->at))
		return -EINVAL;
	ret->at = r->at;
	r->at += size;
	ret->end = r->at;
	return 0;
}

static int read_value(struct reader *r, struct value *ret)
{
	uint64_t tag;
	int e = read_varint(r, &tag);

	if (e < 0)
		return e;
	*ret = (struct value){ .wire = tag & 7 };
	ret->number = tag >> 3 < MAX_FIELD ? (unsigned int)(tag >> 3) : 0;
	if (ret->wire == 0)
		return read_varint(r, &ret->varint);
	if (ret->wire == 1)
		return read_bytes(r, 8, &ret->bytes);
	if (ret->wire == 5)
		return read_bytes(r, 4, &ret->bytes);
	if (ret->wire != 2)
		return -EINVAL;
	e = read_varint(r, &ret->varint);
	return e < 0 ? e : read_bytes(r, ret->varint, &ret->bytes);
}

/* NULL: a NUL inside, which is no text of ours. */
static char *text_of(struct ob_arena *a, const struct reader *r)
{
	size_t size = (size_t)(r->end - r->at);
	char *s = ob_arena_alloc(a, size + 1);

	if (size)
		memcpy(s, r->at, size);
	return memchr(s, '\0', size) ? NULL : s;
}

/* --- JSON from it --- */

static int message_decode(struct ob_arena *a, const struct message *m,
			  struct reader r, unsigned int depth, cJSON *object);

static int map_add(struct ob_arena *a, const struct field *f, cJSON *object,
		   struct reader entry)
{
	cJSON *map = ob_json_get(object, f->name);
	struct reader bytes = { 0 };
	const char *key = "", *text;
	struct value v;

	while (entry.at < entry.end) {
		if (read_value(&entry, &v) < 0 || v.wire != 2)
			return -EINVAL;
		if (v.number == 1)
			key = text_of(a, &v.bytes);
		else if (v.number == 2)
			bytes = v.bytes;
	}
	if (f->type == MAP_BYTES)
		text = ob_hub_base64_bytes(a, bytes.at,
					   (size_t)(bytes.end - bytes.at));
	else
		text = text_of(a, &bytes);
	if (!key || !text)
		return -EINVAL;
	if (!map) {
		map = ob_json_object(a);
		ob_json_set(a, object, f->name, map);
	}
	ob_json_set_string(a, map, key, text);
	return 0;
}

/* IntOrString: 1 type, 2 number, 3 text */
static cJSON *int_or_text(struct ob_arena *a, struct reader r)
{
	uint64_t is_text = 0, number = 0;
	const char *text = "";
	struct value v;

	while (r.at < r.end) {
		if (read_value(&r, &v) < 0)
			return NULL;
		if (v.number == 1)
			is_text = v.varint;
		else if (v.number == 2)
			number = v.varint;
		else if (v.number == 3 && v.wire == 2)
			text = text_of(a, &v.bytes);
	}
	if (is_text)
		return text ? ob_json_string_new(a, text) : NULL;
	return ob_json_number_new(a, (double)(int32_t)number);
}

/* NULL: malformed. */
static cJSON *value_json(struct ob_arena *a, const struct field *f,
			 const struct value *v, unsigned int depth)
{
	const char *text;
	cJSON *object;

	switch (f->type) {
	case INTEGER:
		return ob_json_number_new(a, (double)(int64_t)v->varint);
	case BOOLEAN:
		return ob_json_bool_new(a, v->varint != 0);
	case TEXT:
	case TEXT_ALWAYS:
		text = text_of(a, &v->bytes);
		return text ? ob_json_string_new(a, text) : NULL;
	case INT_OR_TEXT:
		return int_or_text(a, v->bytes);
	case MESSAGE:
		object = ob_json_object(a);
		return message_decode(a, f->message, v->bytes, depth + 1,
				      object) < 0
			       ? NULL
			       : object;
	case MAP_TEXT:
	case MAP_BYTES:
		break; /* map_add() */
	}
	return NULL;
}

static unsigned int wire_of(enum type type)
{
	return type == INTEGER || type == BOOLEAN ? 0 : 2;
}

static int field_decode(struct ob_arena *a, const struct field *f,
			const struct value *v, unsigned int depth,
			cJSON *object)
{
	cJSON *json, *list;

	if (v->wire != wire_of(f->type))
		return -EINVAL;
	if (f->type == MAP_TEXT || f->type == MAP_BYTES)
		return map_add(a, f, object, v->bytes);
	if (f->type == TEXT && v->varint == 0)
		return 0;
	json = value_json(a, f, v, depth);
	if (!json)
		return -EINVAL;
	if (!f->repeated) {
		ob_json_set(a, object, f->name, json);
		return 0;
	}
	list = ob_json_get(object, f->name);
	if (!list) {
		list = ob_json_array(a);
		ob_json_set(a, object, f->name, list);
	}
	ob_json_append(a, list, json);
	return 0;
}

static int message_decode(struct ob_arena *a, const struct message *m,
			  struct reader r, unsigned int depth, cJSON *object)
{
	struct value v;
	int e = 0;

	if (depth > MAX_DEPTH)
		return -EINVAL;
	while (e == 0 && r.at < r.end) {
		e = read_value(&r, &v);
		if (e == 0 && v.number < m->n && m->fields[v.number].name)
			e = field_decode(a, &m->fields[v.number], &v, depth,
					 object);
	}
	return e;
}

/* runtime.Unknown: 1 type, 2 the object */
static int envelope_decode(struct ob_arena *a, struct reader r, cJSON *object,
			   struct reader *ret_raw)
{
	struct value v;
	int e = 0;

	while (e == 0 && r.at < r.end) {
		e = read_value(&r, &v);
		if (e < 0 || v.wire != 2)
			continue;
		if (v.number == 1)
			e = message_decode(a, &type_meta, v.bytes, 0, object);
		else if (v.number == 2)
			*ret_raw = v.bytes;
	}
	return e;
}

static const struct message *message_of(const char *kind)
{
	for (size_t i = 0; kind && i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].message;
	return NULL;
}

/* Text came as it is: UTF-8 and all limits are checked at the one door. */
static int checked(struct ob_arena *a, const cJSON *object, cJSON **ret,
		   struct ob_status *status)
{
	const char *text = ob_json_print(a, object);

	return ob_json_parse(a, text, strlen(text), MAX_SIZE, ret, status) < 0
		       ? -EINVAL
		       : 0;
}

int ob_hub_protobuf_decode(struct ob_arena *a, const void *bytes, size_t size,
			   cJSON **ret, struct ob_status *status)
{
	struct reader r = { bytes, (const unsigned char *)bytes + size };
	cJSON *object = ob_json_object(a);
	const struct message *m;
	struct reader raw = { 0 };
	int e = -EINVAL;

	if (size >= sizeof(MAGIC) && memcmp(bytes, MAGIC, sizeof(MAGIC)) == 0) {
		r.at += sizeof(MAGIC);
		e = envelope_decode(a, r, object, &raw);
	}
	if (e < 0)
		return ob_status_set(status, EINVAL, "BadRequest",
				     "the protobuf message is malformed");
	m = message_of(ob_json_string(object, "kind"));
	if (!m)
		return -ENOTSUP;
	if (message_decode(a, m, raw, 0, object) < 0)
		return ob_status_set(status, EINVAL, "BadRequest",
				     "the protobuf message is malformed");
	return checked(a, object, ret, status);
}
