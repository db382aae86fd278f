// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/table.h"

#include <math.h>
#include <string.h>

#include "apimachinery/cells.h"

/* What a CustomResourceDefinition without columns gets. */
static const struct ob_api_column age_column = {
	.name = "Age",
	.type = "date",
	.format = "",
	.description = "Since when the object exists.",
	.json_path = ".metadata.creationTimestamp",
};

static const struct ob_api_column name_column = {
	.name = "Name",
	.type = "string",
	.format = "name",
	.description = "Unique within a namespace.",
};

static const struct ob_api_column *columns_of(const struct ob_api_version *v,
					      size_t *ret_n)
{
	*ret_n = v->n_columns ? v->n_columns : 1;
	return v->n_columns ? v->columns : &age_column;
}

/* Events are about when they happened: their name is a column like others. */
static bool has_name_column(const struct ob_api_resource *r,
			    const struct ob_api_version *v)
{
	for (size_t i = 0; !r->custom && i < v->n_columns; i++)
		if (!strcmp(v->columns[i].format, "name"))
			return true;
	return false;
}

static cJSON *definition(struct ob_arena *a, const struct ob_api_column *c)
{
	cJSON *d = ob_json_object(a);

	ob_json_set_string(a, d, "name", c->name);
	ob_json_set_string(a, d, "type", c->type);
	ob_json_set_string(a, d, "format", c->format ? c->format : "");
	ob_json_set_string(a, d, "description",
			   c->description ? c->description : "");
	ob_json_set_number(a, d, "priority", c->priority);
	return d;
}

static cJSON *definitions(struct ob_arena *a, const struct ob_api_resource *r,
			  const struct ob_api_version *v)
{
	const struct ob_api_column *columns;
	cJSON *all = ob_json_array(a);
	size_t n;

	columns = columns_of(v, &n);
	if (!has_name_column(r, v))
		ob_json_append(a, all, definition(a, &name_column));
	for (size_t i = 0; i < n; i++)
		ob_json_append(a, all, definition(a, &columns[i]));
	return all;
}

cJSON *ob_api_table_new(struct ob_arena *a, const struct ob_api_resource *r,
			const struct ob_api_version *v, const char *api_version,
			bool with_definitions)
{
	cJSON *table = ob_json_object(a);

	ob_json_set_string(a, table, "kind", "Table");
	ob_json_set_string(a, table, "apiVersion", api_version);
	ob_json_set(a, table, "metadata", ob_json_object(a));
	ob_json_set(a, table, "columnDefinitions",
		    with_definitions ? definitions(a, r, v) : ob_json_array(a));
	ob_json_set(a, table, "rows", ob_json_array(a));
	return table;
}

static cJSON *string_cell(struct ob_arena *a, const cJSON *v)
{
	return ob_json_string_new(a, cJSON_IsString(v) ? v->valuestring
						       : ob_json_print(a, v));
}

/* NULL: nothing to show; the value is of another type, say. */
static cJSON *path_cell(struct ob_arena *a, const struct ob_api_column *c,
			const cJSON *object, long long now_s)
{
	const cJSON *v = ob_api_path_get(object, c->json_path);

	if (!v || cJSON_IsNull(v))
		return NULL;
	if (!strcmp(c->type, "string"))
		return string_cell(a, v);
	if (!strcmp(c->type, "date"))
		return cJSON_IsString(v)
			       ? ob_json_string_new(
					 a, ob_api_cell_age(a, v, now_s))
			       : NULL;
	if (!strcmp(c->type, "boolean"))
		return cJSON_IsBool(v) ? ob_json_bool_new(a, cJSON_IsTrue(v))
				       : NULL;
	if (!cJSON_IsNumber(v))
		return NULL;
	return ob_json_number_new(a, !strcmp(c->type, "integer")
					     ? trunc(v->valuedouble)
					     : v->valuedouble);
}

static cJSON *cell(struct ob_arena *a, const struct ob_api_column *c,
		   const cJSON *object, long long now_s)
{
	cJSON *v;

	if (c->json_path[0] == '=')
		v = ob_api_cell_builtin(a, c->json_path + 1, object, now_s);
	else
		v = path_cell(a, c, object, now_s);
	return v ? v : ob_json_null_new(a);
}

static cJSON *partial(struct ob_arena *a, const cJSON *object,
		      const char *api_version)
{
	const cJSON *meta = ob_json_get(object, "metadata");
	cJSON *part = ob_json_object(a);

	ob_json_set_string(a, part, "kind", "PartialObjectMetadata");
	ob_json_set_string(a, part, "apiVersion", api_version);
	ob_json_set(a, part, "metadata",
		    meta ? ob_json_copy(a, meta) : ob_json_object(a));
	return part;
}

void ob_api_table_add(struct ob_arena *a, cJSON *table,
		      const struct ob_api_resource *r,
		      const struct ob_api_version *v, const cJSON *object,
		      const char *include_object, long long now_s)
{
	cJSON *row = ob_json_object(a), *cells = ob_json_array(a), *included;
	const char *name = ob_json_string(object, "metadata.name");
	const struct ob_api_column *columns;
	size_t n;

	columns = columns_of(v, &n);
	if (!has_name_column(r, v))
		ob_json_append(a, cells,
			       ob_json_string_new(a, name ? name : ""));
	for (size_t i = 0; i < n; i++)
		ob_json_append(a, cells, cell(a, &columns[i], object, now_s));
	ob_json_set(a, row, "cells", cells);
	if (include_object && !strcmp(include_object, "None"))
		included = ob_json_null_new(a);
	else if (include_object && !strcmp(include_object, "Object"))
		included = ob_json_copy(a, object);
	else
		included =
			partial(a, object, ob_json_string(table, "apiVersion"));
	ob_json_set(a, row, "object", included);
	ob_json_append(a, ob_json_get(table, "rows"), row);
}
