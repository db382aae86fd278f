/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structural schemas (apiextensions.k8s.io/v1 openAPIV3Schema): compiled once,
 * then defaulting, pruning and validation of objects, in the order in which
 * kube-apiserver does them. Understands type, properties, required,
 * additionalProperties, items, enum, pattern (RE2), minimum/maximum
 * (exclusive), minLength/maxLength, minItems/maxItems, min/maxProperties,
 * uniqueItems, multipleOf, format (date-time, ipv4, ipv6, cidr, int32, int64,
 * byte, uri, hostname ...), nullable, default, allOf/anyOf/oneOf/not,
 * x-kubernetes-preserve-unknown-fields, -int-or-string, -embedded-resource,
 * -list-type, -list-map-keys, -map-type. x-kubernetes-validations (CEL) is
 * stored and not evaluated, which ob_api_schema_compile reports as a warning.
 */
#pragma once

#include "base/json.h"

struct ob_api_schema;

/* A field that is wrong, as in a Status' details.causes. */
struct ob_api_cause {
	const char *type;    /* FieldValueRequired, FieldValueInvalid, ... */
	const char *field;   /* spec.cluster_cidr[0] */
	const char *message; /* as kube-apiserver words it */
};

struct ob_api_causes {
	struct ob_api_cause *v;
	size_t n, room;
};

/* "FieldValueInvalid", path, message; in a. */
void ob_api_causes_add(struct ob_arena *a, struct ob_api_causes *list,
		       const char *type, const char *field, const char *format,
		       ...) __attribute__((format(printf, 5, 6)));

/*
 * schema: the openAPIV3Schema object, which must outlive the result. Limits:
 * depth OB_JSON_MAX_DEPTH. -EINVAL with causes (paths in the schema) when it is
 * not structural; a cause of type "Warning" is no failure.
 */
int ob_api_schema_compile(struct ob_arena *a, const cJSON *schema,
			  const struct ob_api_schema **ret,
			  struct ob_api_causes *causes);
/* Adds what has a default and is missing; nulls that are not nullable and have
 * a default are replaced. */
void ob_api_schema_default(struct ob_arena *a, const struct ob_api_schema *s,
			   cJSON *object);
/* Removes what the schema does not know, except apiVersion and kind;
 * paths of what went are added to unknown (message: unknown field "x"). */
void ob_api_schema_prune(struct ob_arena *a, const struct ob_api_schema *s,
			 cJSON *object, struct ob_api_causes *unknown);
void ob_api_schema_validate(struct ob_arena *a, const struct ob_api_schema *s,
			    const cJSON *object, struct ob_api_causes *causes);
