/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kind of object that an API server serves: what discovery, OpenAPI, tables,
 * validation and patches are made from. Built-in kinds come from a table
 * (builtin.h), others from a CustomResourceDefinition (crd.h). Plain data;
 * everything lives in the arena it was made in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"

struct ob_api_schema; /* schema.h */

/* One column of "kubectl get" (CRD additionalPrinterColumns). */
struct ob_api_column {
	const char *name;
	const char *type;   /* string, integer, number, boolean, date */
	const char *format; /* "" or "name" */
	const char *description;
	const char *json_path; /* ".spec.x", "metadata..." as in a CRD */
	int priority;	       /* above 0: -o wide only */
};

struct ob_api_version {
	const char *name; /* "v1alpha1" */
	bool served;
	bool deprecated;
	bool has_status;		    /* status subresource */
	bool has_scale;			    /* scale, of spec.replicas */
	const struct ob_api_schema *schema; /* NULL: anything goes */
	const cJSON *openapi; /* openAPIV3Schema as it was given; NULL: none */
	const struct ob_api_column *columns; /* after Name, before Age if the
					      * table says none: see table.h */
	size_t n_columns;
};

struct ob_api_resource {
	const char *group; /* "" for core */
	const char *plural, *singular, *kind, *list_kind;
	const char *const *short_names;
	size_t n_short_names;
	const char *const *categories;
	size_t n_categories;
	bool namespaced;
	const struct ob_api_version *versions; /* newest first */
	size_t n_versions;
	size_t storage; /* index of the version that is stored */
	bool custom;	/* from a CustomResourceDefinition */
};

/* Served version by name; NULL. */
const struct ob_api_version *
ob_api_resource_version(const struct ob_api_resource *r, const char *version);
/* Kubernetes' order: v2 > v1 > v1beta2 > v1beta1 > v1alpha1 > everything else,
 * in the order of the alphabet; above 0 when x is newer than y. */
int ob_api_version_compare(const char *x, const char *y);
