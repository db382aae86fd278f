// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/cells_deployment.h"

#include <string.h>

#include "apimachinery/selector.h"

/* A status has no zeros. */
static int64_t number(const cJSON *object, const char *path)
{
	int64_t n = 0;

	(void)ob_json_int(object, path, &n);
	return n;
}

static cJSON *number_cell(struct ob_arena *a, const cJSON *object,
			  const char *path)
{
	return ob_json_number_new(a, (double)number(object, path));
}

static cJSON *ready(struct ob_arena *a, const cJSON *object)
{
	return ob_json_string_new(
		a, ob_arena_printf(
			   a, "%lld/%lld",
			   (long long)number(object, "status.readyReplicas"),
			   (long long)number(object, "spec.replicas")));
}

static cJSON *updated(struct ob_arena *a, const cJSON *object)
{
	return number_cell(a, object, "status.updatedReplicas");
}

static cJSON *available(struct ob_arena *a, const cJSON *object)
{
	return number_cell(a, object, "status.availableReplicas");
}

/* Of each container, with commas. */
static cJSON *containers_cell(struct ob_arena *a, const cJSON *object,
			      const char *key)
{
	const char *all = "", *comma = "";
	const cJSON *c;

	cJSON_ArrayForEach(c,
			   ob_json_at(object, "spec.template.spec.containers"))
	{
		const char *s = ob_json_string(c, key);

		all = ob_arena_printf(a, "%s%s%s", all, comma, s ? s : "");
		comma = ",";
	}
	return ob_json_string_new(a, all);
}

static cJSON *containers(struct ob_arena *a, const cJSON *object)
{
	return containers_cell(a, object, "name");
}

static cJSON *images(struct ob_arena *a, const cJSON *object)
{
	return containers_cell(a, object, "image");
}

static cJSON *selector(struct ob_arena *a, const cJSON *object)
{
	const char *text = ob_api_label_selector_text(
		a, ob_json_at(object, "spec.selector"));

	return ob_json_string_new(a, !text   ? "<error>"
				     : *text ? text
					     : "<none>");
}

cJSON *ob_api_cell_deployment(struct ob_arena *a, const char *name,
			      const cJSON *object)
{
	static const struct {
		const char *name;
		cJSON *(*make)(struct ob_arena *, const cJSON *);
	} cells[] = {
		{ "deployment.ready", ready },
		{ "deployment.updated", updated },
		{ "deployment.available", available },
		{ "deployment.containers", containers },
		{ "deployment.images", images },
		{ "deployment.selector", selector },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cells); i++)
		if (!strcmp(cells[i].name, name))
			return cells[i].make(a, object);
	return NULL;
}
