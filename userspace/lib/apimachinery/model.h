/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The types of built-in kinds, each a line of text: fields divided by ';', each
 * a name ('!': required), a type, and options:
 *
 *	ports []ServicePort map:port,protocol merge:port; clusterIP string
 *
 * Types are string, bytes (base64), boolean, int32, int64, time, microtime,
 * quantity, int-or-string, any, another model, []TYPE and {}TYPE (a map).
 * Options: set, atomic and map:KEYS are list types of server-side apply,
 * merge:KEY ('.': of scalars) and retain the strategies of a strategic merge
 * patch, =VALUE a default.
 */
#pragma once

#include "base/json.h"

struct ob_api_model {
	const char *name;    /* "ServicePort" */
	const char *package; /* "io.k8s.api.core.v1" */
	const char *about;   /* NULL: nothing to say */
	const char *fields;
	bool atomic; /* has one owner as a whole */
};

/* A part of such a line. */
struct ob_api_text {
	const char *s;
	size_t n;
};

struct ob_api_field {
	struct ob_api_text name, type, list, merge, fallback;
	bool required, retain;
};

extern const struct ob_api_model ob_api_models_apps[], ob_api_models_pod[],
	ob_api_models_other[];
extern const size_t ob_api_models_apps_n, ob_api_models_pod_n,
	ob_api_models_other_n;

/* NULL: no such type. */
const struct ob_api_model *ob_api_model_find(struct ob_api_text name);
/* Of a kind: ("", "Service"), ("events.k8s.io", "Event"). */
const struct ob_api_model *ob_api_model_of(const char *group, const char *kind);
const struct ob_api_model *ob_api_model_at(size_t i); /* NULL: no more */

/* The next field of a line; false: no more. */
bool ob_api_field_next(const char **line, struct ob_api_field *ret);
bool ob_api_field_find(const struct ob_api_model *m, const char *name,
		       struct ob_api_field *ret);
bool ob_api_text_is(struct ob_api_text t, const char *s);
const char *ob_api_text_copy(struct ob_arena *a, struct ob_api_text t);

/* The schema of a kind, with all types in place, for schema.h. */
cJSON *ob_api_model_schema(struct ob_arena *a, const struct ob_api_model *m);
/* The same as a definition of OpenAPI, which refers to others: refs is
 * "#/definitions/" or "#/components/schemas/". */
cJSON *ob_api_model_definition(struct ob_arena *a, const struct ob_api_model *m,
			       const char *refs);
