// SPDX-License-Identifier: Apache-2.0
#include "hub/carry.h"

#include <string.h>

static bool is_one_of(const struct ob_hub_kind *k, const char *const *ids)
{
	for (; *ids; ids++)
		if (strcmp(k->id, *ids) == 0)
			return true;
	return false;
}

bool ob_hub_carry_has_generation(const struct ob_hub_kind *k)
{
	static const char *const ids[] = { OB_HUB_CRDS, OB_HUB_DEPLOYMENTS,
					   "endpointslices.discovery.k8s.io",
					   NULL };

	return k->r->custom || is_one_of(k, ids);
}

bool ob_hub_carry_keeps_status(const struct ob_hub_kind *k)
{
	static const char *const ids[] = { "nodes", NULL };

	return is_one_of(k, ids);
}

bool ob_hub_carry_is_unconditional(const struct ob_hub_kind *k)
{
	static const char *const ids[] = { OB_HUB_CRDS,
					   "leases.coordination.k8s.io", NULL };

	return !k->r->custom && !is_one_of(k, ids);
}

static void carry(struct ob_arena *a, const cJSON *from, cJSON *to,
		  const char *key)
{
	const cJSON *v = ob_json_get(from, key);

	ob_json_set(a, to, key, v ? ob_json_copy(a, v) : NULL);
}

void ob_hub_carry_meta(struct ob_arena *a, const cJSON *live, cJSON *object)
{
	static const char *const ours[] = {
		"uid",
		"resourceVersion",
		"generation",
		"creationTimestamp",
		"deletionTimestamp",
		"deletionGracePeriodSeconds",
		"selfLink",
		"generateName",
	};
	const cJSON *from = ob_json_get(live, "metadata");
	cJSON *to = ob_json_get(object, "metadata");
	const cJSON *managed = ob_json_get(to, "managedFields");
	const cJSON *finalizers = ob_json_get(to, "finalizers");

	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		carry(a, from, to, ours[i]);
	if (!managed || !managed->child)
		carry(a, from, to, "managedFields");
	/* Nobody has none of them but no list. */
	if (finalizers && !finalizers->child)
		ob_json_set(a, to, "finalizers", NULL);
}

/* Of a status update: everything but the status, and whose fields are. */
static void carry_all_but_status(struct ob_arena *a, const cJSON *live,
				 cJSON *object)
{
	cJSON *status = ob_json_get(object, "status");
	cJSON *meta = ob_json_get(object, "metadata");
	cJSON *managed = ob_json_get(meta, "managedFields");
	cJSON *v, *next;

	if (status)
		ob_json_detach(object, status);
	if (managed)
		ob_json_detach(meta, managed);
	for (v = object->child; v; v = next) {
		next = v->next;
		ob_json_detach(object, v);
	}
	cJSON_ArrayForEach(v, live)
	{
		if (strcmp(v->string, "status") != 0)
			ob_json_set(a, object, v->string, ob_json_copy(a, v));
	}
	ob_json_set(a, ob_json_get(object, "metadata"), "managedFields",
		    managed);
	ob_json_set(a, object, "status", status);
}

void ob_hub_carry_parts(struct ob_arena *a, const struct ob_hub_kind *k,
			const struct ob_api_version *v, const char *subresource,
			const cJSON *live, cJSON *object)
{
	(void)k;
	if (strcmp(subresource, "status") == 0)
		carry_all_but_status(a, live, object);
	else if (v->has_status)
		carry(a, live, object, "status");
}

static bool has_finalizer(const cJSON *object, const char *name)
{
	const cJSON *f;

	cJSON_ArrayForEach(f, ob_json_at(object, "metadata.finalizers"))
	{
		if (cJSON_IsString(f) && strcmp(f->valuestring, name) == 0)
			return true;
	}
	return false;
}

int ob_hub_carry_check(struct ob_hub_call *c, const cJSON *live,
		       const cJSON *object)
{
	struct ob_api_causes causes = { 0 };
	const cJSON *f;

	if (!ob_json_string(live, "metadata.deletionTimestamp"))
		return 0;
	cJSON_ArrayForEach(f, ob_json_at(object, "metadata.finalizers"))
	{
		if (cJSON_IsString(f) && !has_finalizer(live, f->valuestring))
			ob_api_causes_add(
				c->a, &causes, "FieldValueForbidden",
				"metadata.finalizers",
				"Forbidden: no new finalizers can be added if "
				"the object is being deleted, found new "
				"finalizers []string{\"%s\"}",
				f->valuestring);
	}
	return causes.n ? ob_hub_call_invalid(c, c->route.name, &causes) : 0;
}

/* A copy without what is not the client's wish. */
static cJSON *wish(struct ob_arena *a, const cJSON *object, bool status_too)
{
	cJSON *v = ob_json_copy(a, object);

	ob_json_set(a, v, "metadata", NULL);
	if (!status_too)
		ob_json_set(a, v, "status", NULL);
	return v;
}

void ob_hub_carry_generation(struct ob_arena *a, const struct ob_hub_kind *k,
			     const struct ob_api_version *v, const cJSON *live,
			     cJSON *object)
{
	cJSON *meta = ob_json_get(object, "metadata");
	bool status_too = k->r->custom && !v->has_status;
	int64_t generation;

	if (ob_json_int(meta, "generation", &generation) < 0 ||
	    !ob_hub_carry_has_generation(k))
		return;
	if (!ob_json_equal(wish(a, live, status_too),
			   wish(a, object, status_too)))
		ob_json_set_number(a, meta, "generation",
				   (double)(generation + 1));
}

static cJSON *timeless(struct ob_arena *a, const cJSON *object)
{
	cJSON *v = ob_json_copy(a, object), *m;

	ob_json_set(a, ob_json_get(v, "metadata"), "resourceVersion", NULL);
	cJSON_ArrayForEach(m, ob_json_at(v, "metadata.managedFields"))
	{
		if (cJSON_IsObject(m))
			ob_json_set(a, m, "time", NULL);
	}
	return v;
}

bool ob_hub_carry_is_same(struct ob_arena *a, const cJSON *live,
			  const cJSON *object)
{
	return ob_json_equal(timeless(a, live), timeless(a, object));
}
