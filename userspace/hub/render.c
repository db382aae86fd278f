// SPDX-License-Identifier: Apache-2.0
#include "hub/render.h"

#include <inttypes.h>
#include <string.h>

#include "apimachinery/table.h"
#include "hub/persist.h"

struct ob_hub_view ob_hub_view_of(const struct ob_hub_call *c,
				  struct ob_arena *a)
{
	const char *include = ob_hub_route_param(&c->route, "includeObject");
	struct ob_hub_view v = {
		.kind = c->kind,
		.version = c->version,
		.media = c->accept.media,
		.include_object =
			include ? ob_arena_strdup(a, include) : "Metadata",
	};

	snprintf(v.meta_version, sizeof(v.meta_version), "%s",
		 *c->accept.version ? c->accept.version : "v1");
	return v;
}

static const char *meta_api_version(struct ob_arena *a,
				    const struct ob_hub_view *v)
{
	return ob_arena_printf(a, "meta.k8s.io/%s", v->meta_version);
}

cJSON *ob_hub_render_table(struct ob_arena *a, const struct ob_hub_view *view,
			   bool with_columns)
{
	return ob_api_table_new(a, view->kind->r, view->version,
				meta_api_version(a, view), with_columns);
}

void ob_hub_render_row(struct ob_arena *a, const struct ob_hub_view *view,
		       cJSON *table, const char *text, size_t size,
		       int64_t now_s)
{
	cJSON *o =
		ob_hub_persist_tree(a, view->kind, view->version, text, size);

	if (o)
		ob_api_table_add(a, table, view->kind->r, view->version, o,
				 view->include_object, now_s);
}

static const char *render_table(struct ob_arena *a,
				const struct ob_hub_view *view,
				const char *text, size_t size,
				bool with_columns, int64_t now_s)
{
	cJSON *table = ob_hub_render_table(a, view, with_columns);
	cJSON *object =
		ob_hub_persist_tree(a, view->kind, view->version, text, size);
	const char *rv;
	cJSON *meta;

	if (!object)
		return NULL;
	ob_api_table_add(a, table, view->kind->r, view->version, object,
			 view->include_object, now_s);
	rv = ob_json_string(object, "metadata.resourceVersion");
	meta = ob_json_get(table, "metadata");
	if (!meta) {
		meta = ob_json_object(a);
		ob_json_set(a, table, "metadata", meta);
	}
	if (rv)
		ob_json_set_string(a, meta, "resourceVersion", rv);
	return ob_json_print(a, table);
}

static const char *render_partial(struct ob_arena *a,
				  const struct ob_hub_view *view,
				  const char *text, size_t size)
{
	cJSON *object =
		ob_hub_persist_tree(a, view->kind, view->version, text, size);
	cJSON *partial = ob_json_object(a);

	if (!object)
		return NULL;
	ob_json_set_string(a, partial, "kind", "PartialObjectMetadata");
	ob_json_set_string(a, partial, "apiVersion", meta_api_version(a, view));
	ob_json_set(a, partial, "metadata",
		    ob_json_copy(a, ob_json_get(object, "metadata")));
	return ob_json_print(a, partial);
}

const char *ob_hub_render(struct ob_arena *a, const struct ob_hub_view *view,
			  const struct ob_hub_object *o, bool with_columns,
			  int64_t now_s)
{
	if (view->media == OB_HUB_MEDIA_TABLE)
		return render_table(a, view, o->text, o->size, with_columns,
				    now_s);
	if (view->media == OB_HUB_MEDIA_PARTIAL)
		return render_partial(a, view, o->text, o->size);
	return ob_hub_persist_in_version(a, view->kind, view->version, o);
}

const char *ob_hub_render_bookmark(struct ob_arena *a,
				   const struct ob_hub_view *view, uint64_t rv,
				   bool initial_end)
{
	cJSON *o = ob_json_object(a), *meta = ob_json_object(a), *notes;

	if (view->media == OB_HUB_MEDIA_TABLE) {
		o = ob_hub_render_table(a, view, false);
	} else {
		ob_json_set_string(a, o, "kind", view->kind->r->kind);
		ob_json_set_string(
			a, o, "apiVersion",
			ob_hub_kind_api_version(a, view->kind, view->version));
	}
	ob_json_set_string(a, meta, "resourceVersion",
			   ob_arena_printf(a, "%" PRIu64, rv));
	ob_json_set(a, meta, "creationTimestamp", ob_json_null_new(a));
	if (initial_end) {
		notes = ob_json_object(a);
		ob_json_set_string(a, notes, "k8s.io/initial-events-end",
				   "true");
		ob_json_set(a, meta, "annotations", notes);
	}
	ob_json_set(a, o, "metadata", meta);
	return ob_json_print(a, o);
}
