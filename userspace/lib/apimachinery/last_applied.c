// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/last_applied.h"

#include <stdlib.h>
#include <string.h>

#include "apimachinery/tree.h"
#include "apimachinery/typed.h"

#define ANNOTATION "kubectl.kubernetes.io/last-applied-configuration"
#define MAX_LEN	   (256 * 1024)

static const char *annotation(const cJSON *object)
{
	const cJSON *all = ob_json_at(object, "metadata.annotations");
	const cJSON *v = ob_json_get(all, ANNOTATION);

	return cJSON_IsString(v) ? v->valuestring : "";
}

static bool is_kubectl(const struct ob_api_manager *m)
{
	return !strcmp(m->name, "kubectl");
}

const struct ob_api_set *ob_api_last_applied_fields(
	struct ob_arena *a, const struct ob_api_schema *schema,
	const cJSON *live, const struct ob_api_manager *manager)
{
	const char *text = annotation(live);
	cJSON *config = NULL;

	if (!is_kubectl(manager) || !*text ||
	    ob_json_parse(a, text, strlen(text), MAX_LEN, &config, NULL) < 0)
		return NULL;
	return ob_api_typed_fields(a, schema, config);
}

static int by_name(const void *x, const void *y)
{
	cJSON *const *p = x, *const *q = y;

	return strcmp((*p)->string, (*q)->string);
}

/* A copy with members in the order of the alphabet, as Go prints them: kubectl
 * compares the text. */
static cJSON *sorted(struct ob_arena *a, const cJSON *v)
{
	size_t n = (size_t)cJSON_GetArraySize(v), i = 0;
	cJSON **all, *out;

	if (cJSON_IsArray(v)) {
		out = ob_json_array(a);
		for (const cJSON *c = v->child; c; c = c->next)
			ob_json_append(a, out, sorted(a, c));
		return out;
	}
	if (!cJSON_IsObject(v))
		return ob_json_copy(a, v);
	all = ob_arena_array(a, n, sizeof(cJSON *));
	for (cJSON *c = v->child; c; c = c->next)
		all[i++] = c;
	if (n)
		qsort(all, n, sizeof(cJSON *), by_name);
	out = ob_json_object(a);
	for (i = 0; i < n; i++)
		ob_api_member_add(a, out, all[i]->string, sorted(a, all[i]));
	return out;
}

void ob_api_last_applied_sync(struct ob_arena *a, cJSON *object,
			      const cJSON *config,
			      const struct ob_api_manager *manager)
{
	cJSON *copy, *annotations;
	const char *text;

	if (!is_kubectl(manager) || !*annotation(object))
		return;
	copy = ob_json_copy(a, config);
	annotations = ob_json_at(copy, "metadata.annotations");
	if (annotations)
		ob_json_set(a, annotations, ANNOTATION, NULL);
	text = ob_json_print(a, sorted(a, copy));
	if (strlen(text) < MAX_LEN)
		ob_json_set_string(
			a, ob_json_at(object, "metadata.annotations"),
			ANNOTATION, ob_arena_printf(a, "%s\n", text));
}
