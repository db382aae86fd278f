// SPDX-License-Identifier: Apache-2.0
#include "hub/decode.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/yaml.h"
#include "hub/http.h"

int ob_hub_decode_json(struct ob_arena *a, const char *bytes, size_t size,
		       cJSON **ret, struct ob_status *status)
{
	return ob_json_parse(a, bytes ? bytes : "", size, OB_HUB_MAX_BODY, ret,
			     status);
}

static bool is_one_of(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

static cJSON *number(struct ob_arena *a, const char *s)
{
	const char *digits = s + (*s == '-' || *s == '+');
	char *end;
	double d;

	if (*digits < '0' || *digits > '9')
		return NULL;
	if (digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9') {
		/* 0755 is octal; 0899 is text. */
		unsigned long v = strtoul(digits, &end, 8);

		d = *s == '-' ? -(double)v : (double)v;
	} else {
		d = strtod(s, &end);
	}
	if (*end || !isfinite(d))
		return NULL;
	return ob_json_number_new(a, d);
}

static cJSON *scalar(struct ob_arena *a, const struct ob_yaml *node)
{
	static const char *const nulls[] = { "",     "~",    "null",
					     "Null", "NULL", NULL };
	static const char *const trues[] = { "true", "True", "TRUE", "yes",
					     "Yes",  "YES",  "on",   "On",
					     "ON",   NULL };
	static const char *const falses[] = { "false", "False", "FALSE", "no",
					      "No",    "NO",	"off",	 "Off",
					      "OFF",   NULL };
	const char *s = node->scalar;
	cJSON *v = NULL;

	if (node->quoted)
		return ob_json_string_new(a, s);
	if (is_one_of(s, nulls))
		return ob_json_null_new(a);
	if (is_one_of(s, trues))
		return ob_json_bool_new(a, true);
	if (is_one_of(s, falses))
		return ob_json_bool_new(a, false);
	v = number(a, s);
	return v ? v : ob_json_string_new(a, s);
}

/* Depth is bounded by OB_YAML_MAX_DEPTH. */
static cJSON *convert(struct ob_arena *a, const struct ob_yaml *node)
{
	cJSON *v = NULL;

	switch (node->kind) {
	case OB_YAML_SCALAR:
		return scalar(a, node);
	case OB_YAML_SEQUENCE:
		v = ob_json_array(a);
		for (const struct ob_yaml *n = node->children; n; n = n->next)
			ob_json_append(a, v, convert(a, n));
		return v;
	case OB_YAML_MAPPING:
		v = ob_json_object(a);
		for (const struct ob_yaml *n = node->children; n; n = n->next)
			ob_json_set(a, v, n->key, convert(a, n));
		return v;
	}
	return v;
}

int ob_hub_decode_yaml(struct ob_arena *a, const char *bytes, size_t size,
		       cJSON **ret, struct ob_status *status)
{
	struct ob_yaml *root;
	int r = ob_hub_decode_json(a, bytes, size, ret, NULL);

	if (r == 0)
		return 0;
	r = ob_yaml_parse(a, bytes ? bytes : "", size, &root, status);
	if (r < 0)
		return r;
	*ret = convert(a, root);
	return 0;
}
