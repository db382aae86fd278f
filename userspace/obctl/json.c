// SPDX-License-Identifier: Apache-2.0
#include "obctl/json.h"

#include <inttypes.h>
#include <string.h>

void ob_ctl_json_u64(struct ob_arena *a, cJSON *object, const char *name,
		     uint64_t value)
{
	cJSON *item = ob_json_null_new(a);

	item->type = cJSON_Raw;
	item->valuestring = ob_arena_printf(a, "%" PRIu64, value);
	ob_json_set(a, object, name, item);
}

void ob_ctl_json_string(struct ob_arena *a, cJSON *object, const char *name,
			const char *value)
{
	ob_json_set(a, object, name,
		    value ? ob_json_string_new(a, value) : ob_json_null_new(a));
}

void ob_ctl_json_bool(struct ob_arena *a, cJSON *object, const char *name,
		      bool value)
{
	ob_json_set_bool(a, object, name, value);
}

void ob_ctl_json_addr(struct ob_arena *a, cJSON *object, const char *name,
		      const struct ob_addr *addr)
{
	char buf[OB_ADDR_STRLEN];

	ob_ctl_json_string(a, object, name,
			   addr->family ? ob_addr_format(addr, buf, sizeof(buf))
					: NULL);
}

void ob_ctl_json_prefix(struct ob_arena *a, cJSON *object, const char *name,
			const struct ob_prefix *prefix)
{
	char buf[OB_PREFIX_STRLEN];

	ob_ctl_json_string(a, object, name,
			   prefix->addr.family
				   ? ob_prefix_format(prefix, buf, sizeof(buf))
				   : NULL);
}

cJSON *ob_ctl_json_array(struct ob_arena *a, cJSON *object, const char *name)
{
	cJSON *array = ob_json_array(a);

	ob_json_set(a, object, name, array);
	return array;
}

cJSON *ob_ctl_json_object(struct ob_arena *a, cJSON *array)
{
	cJSON *object = ob_json_object(a);

	ob_json_append(a, array, object);
	return object;
}

static void new_line(int depth, FILE *out)
{
	fputc('\n', out);
	for (int i = 0; i < depth; i++)
		fputs("  ", out);
}

/* One character of compact text that is not inside a string. */
static void indent(const char *text, int *depth, FILE *out)
{
	bool opens = *text == '{' || *text == '[';
	bool closes = *text == '}' || *text == ']';
	bool empty = (opens && (text[1] == '}' || text[1] == ']')) ||
		     (closes && (text[-1] == '{' || text[-1] == '['));

	*depth += opens - closes;
	if (closes && !empty)
		new_line(*depth, out);
	fputc(*text, out);
	if ((opens && !empty) || *text == ',')
		new_line(*depth, out);
	if (*text == ':')
		fputc(' ', out);
}

void ob_ctl_json_print(struct ob_arena *a, const cJSON *json, FILE *out)
{
	bool in_string = false;
	int depth = 0;

	for (const char *text = ob_json_print(a, json); *text; text++) {
		bool quote = *text == '"';

		if (!in_string && !quote) {
			indent(text, &depth, out);
			continue;
		}
		fputc(*text, out);
		if (in_string && *text == '\\')
			fputc(*++text, out);
		else if (quote)
			in_string = !in_string;
	}
	fputc('\n', out);
}

void ob_ctl_json_print_line(struct ob_arena *a, const cJSON *json, FILE *out)
{
	fprintf(out, "%s\n", ob_json_print(a, json));
}
