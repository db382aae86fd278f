// SPDX-License-Identifier: Apache-2.0
#include "hub/persist.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "apimachinery/schema.h"
#include "hub/convert.h"
#include "hub/decode.h"

int ob_hub_persist_get(struct ob_hub *hub, const struct ob_hub_kind *k,
		       const struct ob_api_version *v, const char *namespace,
		       const char *name, struct ob_arena *a, cJSON **ret)
{
	const struct ob_hub_key key = { k->id, namespace, name };
	struct ob_hub_object o;
	int r = ob_hub_store_get(hub->store, &key, a, &o);

	if (r < 0)
		return r;
	*ret = ob_hub_persist_tree(a, k, v ? v : ob_hub_kind_storage(k), o.text,
				   o.size);
	return *ret ? 0 : -EUCLEAN;
}

void ob_hub_persist_head(struct ob_arena *a, cJSON *object,
			 const char *api_version, const char *kind)
{
	cJSON *rest = object->child;

	object->child = NULL;
	ob_json_set_string(a, object, "apiVersion", api_version);
	ob_json_set_string(a, object, "kind", kind);
	while (rest) {
		cJSON *next = rest->next;

		rest->next = rest->prev = NULL;
		if (strcmp(rest->string, "apiVersion") != 0 &&
		    strcmp(rest->string, "kind") != 0)
			ob_json_set(a, object, rest->string, rest);
		rest = next;
	}
}

static struct ob_hub_key key_of(const struct ob_hub_kind *k,
				const cJSON *object)
{
	const char *ns = ob_json_string(object, "metadata.namespace");

	return (struct ob_hub_key){
		.resource = k->id,
		.namespace = ns && k->r->namespaced ? ns : "",
		.name = ob_json_string(object, "metadata.name"),
	};
}

static bool owns(const cJSON *object, const char *uid)
{
	const cJSON *owners = ob_json_at(object, "metadata.ownerReferences");
	const cJSON *o;

	cJSON_ArrayForEach(o, owners)
	{
		const char *u = ob_json_string(o, "uid");

		if (u && strcmp(u, uid) == 0)
			return true;
	}
	return false;
}

/* Owners of x that do not own y. */
static int owners_change(struct ob_hub *hub, const struct ob_hub_key *key,
			 const cJSON *x, const cJSON *y,
			 int (*change)(struct ob_hub_store *, const char *,
				       const struct ob_hub_key *))
{
	const cJSON *o;
	int r = 0;

	cJSON_ArrayForEach(o, ob_json_at(x, "metadata.ownerReferences"))
	{
		const char *uid = ob_json_string(o, "uid");

		if (r == 0 && uid && !owns(y, uid))
			r = change(hub->store, uid, key);
	}
	return r;
}

static void rv_set(struct ob_hub *hub, struct ob_arena *a, cJSON *object)
{
	ob_json_set_string(
		a, ob_json_get(object, "metadata"), "resourceVersion",
		ob_arena_printf(a, "%" PRIu64, ob_hub_store_next(hub->store)));
}

int ob_hub_persist_put(struct ob_hub *hub, const struct ob_hub_kind *k,
		       struct ob_arena *a, const cJSON *live, cJSON *object,
		       const char **ret_text)
{
	const struct ob_hub_key key = key_of(k, object);
	const char *uid = ob_json_string(object, "metadata.uid");
	int r;

	ob_hub_convert_store(a, k, object);
	ob_hub_persist_head(
		a, object,
		ob_hub_kind_api_version(a, k, ob_hub_kind_storage(k)),
		k->r->kind);
	if (strcmp(k->id, OB_HUB_EVENTS) == 0)
		ob_hub_persist_head(a, object, "v1", k->r->kind);
	rv_set(hub, a, object);
	*ret_text = ob_json_print(a, object);
	r = ob_hub_store_put(hub->store, &key, uid, *ret_text);
	if (r == 0)
		r = owners_change(hub, &key, live, object, ob_hub_store_disown);
	if (r == 0)
		r = owners_change(hub, &key, object, live, ob_hub_store_own);
	if (r == 0)
		hub->traffic.writes++;
	return r;
}

int ob_hub_persist_drop(struct ob_hub *hub, const struct ob_hub_kind *k,
			struct ob_arena *a, cJSON *object)
{
	const struct ob_hub_key key = key_of(k, object);
	int r;

	rv_set(hub, a, object);
	r = ob_hub_store_delete(hub->store, &key, ob_json_print(a, object));
	if (r == 0)
		r = owners_change(hub, &key, object, NULL, ob_hub_store_disown);
	if (r == 0)
		hub->traffic.writes++;
	return r;
}

/* What the text of an object begins with when it has this version. */
static const char *prefix(struct ob_arena *a, const struct ob_hub_kind *k,
			  const struct ob_api_version *v)
{
	return ob_arena_printf(a, "{\"apiVersion\":\"%s\",",
			       ob_hub_kind_api_version(a, k, v));
}

/* That of the stored text: Kubernetes takes its defaults, not those of the
 * version that is asked for. */
static const struct ob_api_version *version_of(const struct ob_hub_kind *k,
					       const cJSON *object)
{
	const char *name = ob_json_string(object, "apiVersion");
	const char *slash = name ? strchr(name, '/') : NULL;

	for (size_t i = 0; slash && i < k->r->n_versions; i++)
		if (strcmp(k->r->versions[i].name, slash + 1) == 0)
			return &k->r->versions[i];
	return ob_hub_kind_storage(k);
}

cJSON *ob_hub_persist_tree(struct ob_arena *a, const struct ob_hub_kind *k,
			   const struct ob_api_version *v, const char *text,
			   size_t size)
{
	const char *begin = prefix(a, k, v);
	cJSON *object;

	if (ob_hub_decode_json(a, text, size, &object, NULL) < 0)
		return NULL;
	if (k->incomplete_rv)
		ob_api_schema_default(a, version_of(k, object)->schema, object);
	if (strncmp(text, begin, strlen(begin)) != 0) {
		ob_hub_convert_load(a, k, object);
		ob_hub_persist_head(a, object, ob_hub_kind_api_version(a, k, v),
				    k->r->kind);
	}
	return object;
}

const char *ob_hub_persist_in_version(struct ob_arena *a,
				      const struct ob_hub_kind *k,
				      const struct ob_api_version *v,
				      const struct ob_hub_object *o)
{
	const char *begin = prefix(a, k, v);
	cJSON *object;

	if (strncmp(o->text, begin, strlen(begin)) == 0 &&
	    (!k->incomplete_rv || o->rv > k->incomplete_rv))
		return o->text;
	object = ob_hub_persist_tree(a, k, v, o->text, o->size);
	return object ? ob_json_print(a, object) : NULL;
}
