/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files that compile schemas share. */
#pragma once

#include "apimachinery/causes.h"
#include "apimachinery/schema_node.h"

enum ob_api_level {
	OB_API_LEVEL_ROOT,
	OB_API_LEVEL_ITEM,
	OB_API_LEVEL_FIELD,
};

/* Causes of the second kind are looked at only when there are none of the
 * first, and so on: one mistake makes several. */
struct ob_api_compiler {
	struct ob_arena *a;
	struct ob_api_causes causes, structural, defaults, warnings;
	size_t schemas, depth;
};

/* Where a schema stands, and what it stands for. */
struct ob_api_frame {
	const struct ob_api_place *place;
	enum ob_api_level level;
	bool nested; /* below allOf, anyOf, oneOf or not */
	bool types;  /* {type: integer} is allowed there: int-or-string */
};

/* Reading values of a schema. */
const char *ob_api_frame_path(struct ob_api_compiler *c,
			      const struct ob_api_frame *f, const char *key);
const char *ob_api_take_string(struct ob_api_compiler *c, const cJSON *json,
			       const struct ob_api_frame *f, const char *key);
void ob_api_take_strings(struct ob_api_compiler *c, const cJSON *json,
			 const struct ob_api_frame *f, const char *key,
			 struct ob_api_strings *ret);

/* One mistake of a key, to one of the compiler's lists. */
void ob_api_frame_required(struct ob_api_compiler *c,
			   struct ob_api_causes *list,
			   const struct ob_api_frame *f, const char *key,
			   const char *detail);
void ob_api_frame_forbidden(struct ob_api_compiler *c,
			    struct ob_api_causes *list,
			    const struct ob_api_frame *f, const char *key,
			    const char *detail);
void ob_api_frame_invalid(struct ob_api_compiler *c, struct ob_api_causes *list,
			  const struct ob_api_frame *f, const char *key,
			  const cJSON *value, const char *detail);

/* Once the rest of s is compiled. */
void ob_api_compile_list_type(struct ob_api_compiler *c, const cJSON *json,
			      const struct ob_api_frame *f,
			      struct ob_api_schema *s);
void ob_api_compile_map_type(struct ob_api_compiler *c, const cJSON *json,
			     const struct ob_api_frame *f,
			     struct ob_api_schema *s);
void ob_api_check_structure(struct ob_api_compiler *c, const cJSON *json,
			    const struct ob_api_frame *f,
			    const struct ob_api_schema *s);
