// SPDX-License-Identifier: Apache-2.0
#include "hub/remove.h"

#include <string.h>

#include "apimachinery/meta.h"
#include "hub/gc.h"
#include "hub/persist.h"

static cJSON *find(const cJSON *object, const char *name)
{
	cJSON *f;

	cJSON_ArrayForEach(f, ob_json_at(object, "metadata.finalizers"))
	{
		if (cJSON_IsString(f) && strcmp(f->valuestring, name) == 0)
			return f;
	}
	return NULL;
}

bool ob_hub_finalizer_has(const cJSON *object, const char *name)
{
	return find(object, name);
}

bool ob_hub_finalizer_drop(cJSON *object, const char *name)
{
	cJSON *list = ob_json_at(object, "metadata.finalizers");
	cJSON *f = find(object, name);

	if (!f)
		return false;
	ob_json_detach(list, f);
	if (!list->child)
		ob_json_detach(ob_json_get(object, "metadata"), list);
	return true;
}

static void finalizer_add(struct ob_arena *a, cJSON *object, const char *name)
{
	cJSON *list = ob_json_at(object, "metadata.finalizers");

	if (find(object, name))
		return;
	if (!list) {
		list = ob_json_array(a);
		ob_json_set(a, ob_json_get(object, "metadata"), "finalizers",
			    list);
	}
	ob_json_append(a, list, ob_json_string_new(a, name));
}

static bool is_namespace(const struct ob_hub_kind *k)
{
	return strcmp(k->id, OB_HUB_NAMESPACES) == 0;
}

bool ob_hub_remove_is_due(const struct ob_hub_kind *k, const cJSON *object)
{
	const cJSON *finalizers = ob_json_at(object, "metadata.finalizers");

	if (finalizers && finalizers->child)
		return false;
	finalizers = ob_json_at(object, "spec.finalizers");
	return !is_namespace(k) || !finalizers || !finalizers->child;
}

static void mark(struct ob_arena *a, cJSON *object, int64_t now_s)
{
	cJSON *meta = ob_json_get(object, "metadata");
	int64_t generation;

	ob_json_set_string(a, meta, "deletionTimestamp", ob_api_time(a, now_s));
	ob_json_set_number(a, meta, "deletionGracePeriodSeconds", 0);
	if (ob_json_int(meta, "generation", &generation) == 0)
		ob_json_set_number(a, meta, "generation",
				   (double)(generation + 1));
}

static void phase_set(struct ob_arena *a, cJSON *object)
{
	cJSON *status = ob_json_get(object, "status");

	if (!status) {
		status = ob_json_object(a);
		ob_json_set(a, object, "status", status);
	}
	ob_json_set_string(a, status, "phase", "Terminating");
}

int ob_hub_remove(struct ob_hub *hub, const struct ob_hub_kind *k,
		  struct ob_arena *a, cJSON *object, const char *policy,
		  int64_t now_s, bool dry_run, bool *ret_gone)
{
	bool marked = ob_json_string(object, "metadata.deletionTimestamp");
	cJSON *live = ob_json_copy(a, object);
	const char *text;

	if (!marked)
		ob_hub_gc_prepare(a, object, policy);
	if (!marked && strcmp(k->id, OB_HUB_CRDS) == 0)
		finalizer_add(a, object, OB_HUB_FINALIZER_CRD);
	*ret_gone = ob_hub_remove_is_due(k, object);
	if (!*ret_gone && marked)
		return 0;
	if (!marked && !*ret_gone)
		mark(a, object, now_s);
	if (!*ret_gone && is_namespace(k))
		phase_set(a, object);
	if (dry_run)
		return 0;
	if (*ret_gone)
		return ob_hub_persist_drop(hub, k, a, object);
	return ob_hub_persist_put(hub, k, a, live, object, &text);
}
