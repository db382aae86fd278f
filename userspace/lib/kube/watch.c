// SPDX-License-Identifier: Apache-2.0
#include "kube/watch.h"

#include <errno.h>
#include <string.h>

#define REASON	      "UnexpectedAnswer"
#define NAME_MAX_LEN  253
#define CONTINUE_MAX  8192
#define EXPECTED_TYPE "one of ADDED, MODIFIED, DELETED, BOOKMARK, ERROR"

static int refuse(struct ob_status *status, const char *what)
{
	return ob_status_set(status, EPROTO, REASON, "%s", what);
}

static bool is_version(const char *s)
{
	return s && *s && strlen(s) < OB_KUBE_VERSION_LEN;
}

/* It becomes part of a key and of log lines. */
static bool is_name(const char *s)
{
	if (!s || !*s || strlen(s) > NAME_MAX_LEN)
		return false;
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == '/' || *s == 0x7f)
			return false;
	return true;
}

int ob_kube_watch_identify(struct ob_arena *a, const cJSON *object,
			   const char **ret_key, const char **ret_version,
			   struct ob_status *status)
{
	const cJSON *meta = ob_json_get(object, "metadata");
	const char *name = ob_json_string(meta, "name");
	const char *namespace = ob_json_string(meta, "namespace");
	const char *version = ob_json_string(meta, "resourceVersion");

	if (!is_name(name))
		return refuse(status, "an object without a valid "
				      "metadata.name");
	if (namespace && *namespace && !is_name(namespace))
		return refuse(status, "an object without a valid "
				      "metadata.namespace");
	if (!is_version(version))
		return refuse(status, "an object without a valid "
				      "metadata.resourceVersion");
	*ret_key = namespace && *namespace
			   ? ob_arena_printf(a, "%s/%s", namespace, name)
			   : name;
	*ret_version = version;
	return 0;
}

static int type_of(const char *type, enum ob_kube_event_type *ret)
{
	static const struct {
		const char *name;
		enum ob_kube_event_type type;
	} types[] = {
		{ "ADDED", OB_KUBE_EVENT_SET },
		{ "MODIFIED", OB_KUBE_EVENT_SET },
		{ "DELETED", OB_KUBE_EVENT_DELETED },
		{ "BOOKMARK", OB_KUBE_EVENT_BOOKMARK },
		{ "ERROR", OB_KUBE_EVENT_ERROR },
	};

	for (size_t i = 0; type && i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(type, types[i].name) != 0)
			continue;
		*ret = types[i].type;
		return 0;
	}
	return -EPROTO;
}

static int read_object(struct ob_arena *a, struct ob_kube_watch_event *e,
		       struct ob_status *status)
{
	switch (e->type) {
	case OB_KUBE_EVENT_ERROR:
		return 0;
	case OB_KUBE_EVENT_BOOKMARK:
		e->version =
			ob_json_string(e->object, "metadata.resourceVersion");
		if (!is_version(e->version))
			return refuse(status, "a bookmark without a valid "
					      "metadata.resourceVersion");
		return 0;
	case OB_KUBE_EVENT_SET:
	case OB_KUBE_EVENT_DELETED:
		return ob_kube_watch_identify(a, e->object, &e->key,
					      &e->version, status);
	}
	return -EPROTO;
}

int ob_kube_watch_decode(struct ob_arena *a, const char *line, size_t size,
			 struct ob_kube_watch_event *ret,
			 struct ob_status *status)
{
	struct ob_status problem = OB_STATUS_INIT;
	struct ob_kube_watch_event e = { 0 };
	cJSON *root = NULL;
	int r = ob_json_parse(a, line, size, OB_KUBE_EVENT_MAX, &root,
			      &problem);

	if (r < 0)
		return ob_status_set(status, EPROTO, REASON,
				     "a watch event that is no JSON: %s",
				     problem.message);
	if (type_of(ob_json_string(root, "type"), &e.type) < 0)
		return refuse(status,
			      "a watch event whose type is not " EXPECTED_TYPE);
	e.object = ob_json_get(root, "object");
	if (!cJSON_IsObject(e.object))
		return refuse(status, "a watch event without an object");
	r = read_object(a, &e, status);
	if (r < 0)
		return r;
	*ret = e;
	return 0;
}

int ob_kube_watch_page(const cJSON *body, struct ob_kube_page *ret,
		       struct ob_status *status)
{
	const cJSON *items = ob_json_get(body, "items");
	const char *version = ob_json_string(body, "metadata.resourceVersion");
	const char *from = ob_json_string(body, "metadata.continue");

	/* Go writes an empty list as null now and then. */
	if (items && !cJSON_IsNull(items) && !cJSON_IsArray(items))
		return refuse(status, "a list whose items are no array");
	if (!items && !ob_json_get(body, "metadata"))
		return refuse(status, "an object that is no list");
	if (!is_version(version))
		return refuse(status, "a list without a valid "
				      "metadata.resourceVersion");
	if (from && strlen(from) > CONTINUE_MAX)
		return refuse(status, "a list whose metadata.continue is too "
				      "long");
	*ret = (struct ob_kube_page){
		.items = cJSON_IsArray(items) ? items : NULL,
		.version = version,
		.continue_from = from && *from ? from : NULL,
	};
	return 0;
}
