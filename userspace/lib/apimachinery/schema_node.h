/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a compiled schema, for those who walk along it. */
#pragma once

#include "apimachinery/regex.h"
#include "apimachinery/schema.h"

enum ob_api_type {
	OB_API_ANY,
	OB_API_OBJECT,
	OB_API_ARRAY,
	OB_API_STRING,
	OB_API_INTEGER,
	OB_API_NUMBER,
	OB_API_BOOLEAN,
};

enum ob_api_list_type {
	OB_API_LIST_UNSET, /* atomic, except for what validates lists */
	OB_API_LIST_ATOMIC,
	OB_API_LIST_SET,
	OB_API_LIST_MAP,
};

struct ob_api_property {
	const char *name;
	const struct ob_api_schema *schema;
};

struct ob_api_schemas {
	const struct ob_api_schema **v;
	size_t n, room;
};

struct ob_api_strings {
	const char **v;
	size_t n, room;
};

#define OB_API_NO_LIMIT (-1)

struct ob_api_schema {
	const cJSON *json; /* what it was made from */
	enum ob_api_type type;
	bool nullable, preserve, int_or_string, embedded, unique, atomic_map;
	const cJSON *fallback;			    /* default */
	const cJSON *choices;			    /* enum */
	OB_LIST(struct ob_api_property) properties; /* by name */
	struct ob_api_strings required;
	bool has_additional, closed; /* closed: additionalProperties: false */
	const struct ob_api_schema *additional; /* NULL: true */
	const struct ob_api_schema *items;
	const cJSON *minimum, *maximum, *multiple_of;
	bool exclusive_minimum, exclusive_maximum;
	int64_t min_length, max_length, min_items, max_items;
	int64_t min_properties, max_properties;
	const struct ob_regex *pattern;
	const char *pattern_text, *format;
	struct ob_api_schemas all_of, any_of, one_of;
	const struct ob_api_schema *negated; /* not */
	enum ob_api_list_type list_type;
	struct ob_api_strings list_keys;
	const struct ob_api_schema *meta; /* of a root: ObjectMeta */
};

const struct ob_api_schema *
ob_api_schema_property(const struct ob_api_schema *s, const char *name);
/* That of a member of an object: a property or additional; NULL: unknown. */
const struct ob_api_schema *ob_api_schema_member(const struct ob_api_schema *s,
						 const char *name);
/* "string" ... as validation calls a value. */
const char *ob_api_type_name(const cJSON *v);
/* Formats that are not known are never wrong. */
bool ob_api_format_valid(const char *format, const char *value);
/* Indexes of texts that stood before; each text no more than once. */
struct ob_api_indexes {
	size_t *v, n, room;
};
void ob_api_duplicates(struct ob_arena *a, const char *const *texts, size_t n,
		       struct ob_api_indexes *ret);
