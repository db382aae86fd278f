// SPDX-License-Identifier: Apache-2.0
#include "obctl/json.h"

#include <inttypes.h>

static void *allocate(size_t size)
{
	void *p = malloc(size);

	if (!p)
		abort();
	return p;
}

void ob_ctl_json_init(void)
{
	cJSON_Hooks hooks = { .malloc_fn = allocate, .free_fn = free };

	cJSON_InitHooks(&hooks);
}

void ob_ctl_json_u64(cJSON *object, const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	cJSON_AddRawToObject(object, name, text);
}

void ob_ctl_json_string(cJSON *object, const char *name, const char *value)
{
	if (value)
		cJSON_AddStringToObject(object, name, value);
	else
		cJSON_AddNullToObject(object, name);
}

void ob_ctl_json_bool(cJSON *object, const char *name, bool value)
{
	cJSON_AddBoolToObject(object, name, value);
}

void ob_ctl_json_addr(cJSON *object, const char *name,
		      const struct ob_addr *addr)
{
	char buf[OB_ADDR_STRLEN];

	ob_ctl_json_string(object, name,
			   addr->family ? ob_addr_format(addr, buf, sizeof(buf))
					: NULL);
}

void ob_ctl_json_prefix(cJSON *object, const char *name,
			const struct ob_prefix *prefix)
{
	char buf[OB_PREFIX_STRLEN];

	ob_ctl_json_string(object, name,
			   prefix->addr.family
				   ? ob_prefix_format(prefix, buf, sizeof(buf))
				   : NULL);
}

cJSON *ob_ctl_json_array(cJSON *object, const char *name)
{
	return cJSON_AddArrayToObject(object, name);
}

cJSON *ob_ctl_json_object(cJSON *array)
{
	cJSON *object = cJSON_CreateObject();

	cJSON_AddItemToArray(array, object);
	return object;
}

static void print(char *text, FILE *out)
{
	fputs(text, out);
	fputc('\n', out);
	free(text);
}

void ob_ctl_json_print(const cJSON *json, FILE *out)
{
	print(cJSON_Print(json), out);
}

void ob_ctl_json_print_line(const cJSON *json, FILE *out)
{
	print(cJSON_PrintUnformatted(json), out);
}
