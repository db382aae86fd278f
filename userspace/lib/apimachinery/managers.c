// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/managers.h"

#include <stdlib.h>
#include <string.h>

#include "apimachinery/causes.h"

/* More updaters than these are put together, oldest first. */
#define MAX_UPDATERS 10
#define ANCIENT	     "ancient-changes"

static const char *text(const cJSON *object, const char *key)
{
	const char *s = ob_json_string(object, key);

	return s ? s : "";
}

static void read_one(struct ob_arena *a, const cJSON *entry,
		     struct ob_api_owners *owners)
{
	struct ob_api_owner *o;

	if (strcmp(text(entry, "fieldsType"), "FieldsV1") != 0)
		return;
	o = OB_PUSH(a, owners);
	o->name = text(entry, "manager");
	o->operation = text(entry, "operation");
	o->api_version = text(entry, "apiVersion");
	o->subresource = text(entry, "subresource");
	o->time = text(entry, "time");
	o->set = ob_api_set_decode(a, ob_json_get(entry, "fieldsV1"));
}

void ob_api_owners_read(struct ob_arena *a, const cJSON *object,
			struct ob_api_owners *ret)
{
	const cJSON *list = ob_json_at(object, "metadata.managedFields");

	for (const cJSON *e = cJSON_IsArray(list) ? list->child : NULL; e;
	     e = e->next)
		read_one(a, e, ret);
}

static bool is_apply(const struct ob_api_owner *o)
{
	return !strcmp(o->operation, "Apply");
}

/* Those who applied first, then by time, then by name. */
static int by_age(const void *x, const void *y)
{
	const struct ob_api_owner *p = x, *q = y;
	int order = strcmp(p->operation, q->operation);

	if (!order)
		order = strcmp(p->time, q->time);
	if (!order)
		order = strcmp(p->name, q->name);
	if (!order)
		order = strcmp(p->api_version, q->api_version);
	return order ? order : strcmp(p->subresource, q->subresource);
}

static void drop_empty(struct ob_api_owners *owners)
{
	size_t n = 0;

	for (size_t i = 0; i < owners->n; i++)
		if (!ob_api_set_is_empty(owners->v[i].set))
			owners->v[n++] = owners->v[i];
	owners->n = n;
}

/* The oldest updaters become one, so that the list cannot grow for ever. */
static void cap(struct ob_arena *a, struct ob_api_owners *owners)
{
	size_t first = 0, extra, updaters;
	struct ob_api_owner *ancient;

	while (first < owners->n && is_apply(&owners->v[first]))
		first++;
	updaters = owners->n - first;
	if (updaters <= MAX_UPDATERS)
		return;
	extra = updaters - MAX_UPDATERS;
	ancient = &owners->v[first + extra];
	for (size_t i = first; i < first + extra; i++)
		ancient->set =
			ob_api_set_union(a, ancient->set, owners->v[i].set);
	ancient->name = ANCIENT;
	ancient->subresource = "";
	memmove(&owners->v[first], ancient,
		(owners->n - first - extra) * sizeof(*ancient));
	owners->n -= extra;
}

static cJSON *write_one(struct ob_arena *a, const struct ob_api_owner *o)
{
	cJSON *e = ob_json_object(a);

	ob_json_set_string(a, e, "manager", o->name);
	ob_json_set_string(a, e, "operation", o->operation);
	ob_json_set_string(a, e, "apiVersion", o->api_version);
	if (*o->time)
		ob_json_set_string(a, e, "time", o->time);
	ob_json_set_string(a, e, "fieldsType", "FieldsV1");
	ob_json_set(a, e, "fieldsV1", ob_api_set_encode(a, o->set));
	if (*o->subresource)
		ob_json_set_string(a, e, "subresource", o->subresource);
	return e;
}

void ob_api_owners_write(struct ob_arena *a, cJSON *object,
			 struct ob_api_owners *owners)
{
	cJSON *meta = ob_json_get(object, "metadata"), *list;

	drop_empty(owners);
	if (owners->n)
		qsort(owners->v, owners->n, sizeof(*owners->v), by_age);
	cap(a, owners);
	if (!cJSON_IsObject(meta)) {
		meta = ob_json_object(a);
		ob_json_set(a, object, "metadata", meta);
	}
	list = ob_json_array(a);
	for (size_t i = 0; i < owners->n; i++)
		ob_json_append(a, list, write_one(a, &owners->v[i]));
	ob_json_set(a, meta, "managedFields", owners->n ? list : NULL);
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static bool is_manager(const struct ob_api_owner *o,
		       const struct ob_api_manager *m)
{
	return !strcmp(o->name, m->name) &&
	       !strcmp(o->operation, m->operation) &&
	       !strcmp(o->subresource, or_empty(m->subresource)) &&
	       (is_apply(o) || !strcmp(o->api_version, m->api_version));
}

struct ob_api_owner *ob_api_owners_take(struct ob_arena *a,
					struct ob_api_owners *owners,
					const struct ob_api_manager *m)
{
	struct ob_api_owner *o;

	for (size_t i = 0; i < owners->n; i++)
		if (is_manager(&owners->v[i], m))
			return &owners->v[i];
	o = OB_PUSH(a, owners);
	o->name = m->name;
	o->operation = m->operation;
	o->api_version = m->api_version;
	o->subresource = or_empty(m->subresource);
	o->time = "";
	return o;
}

const char *ob_api_owner_print(struct ob_arena *a, const struct ob_api_owner *o)
{
	const char *name = ob_api_quote(a, o->name);

	if (*o->subresource)
		name = ob_arena_printf(a, "%s with subresource %s", name,
				       ob_api_quote(a, o->subresource));
	if (is_apply(o))
		return name;
	return ob_arena_printf(a, "%s using %s", name, o->api_version);
}
