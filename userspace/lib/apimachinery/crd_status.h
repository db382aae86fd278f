/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The status of a CustomResourceDefinition: which of its names are its own.
 * Within a group the first definition has a name, and keeps it; one that wants
 * the same is not established, and so not served, until the name is free.
 */
#pragma once

#include "apimachinery/crd.h"

/* Names that other definitions of the group have. */
struct ob_api_crd_names {
	const char **v;
	size_t n, room;
};
struct ob_api_crd_taken {
	struct ob_api_crd_names resources; /* plural, singular, short names */
	struct ob_api_crd_names kinds;	   /* of objects and of lists */
};

/* What another definition has been given; refers to it. */
void ob_api_crd_take(struct ob_arena *a, struct ob_api_crd_taken *taken,
		     const cJSON *other);
/* status with acceptedNames, storedVersions, conditions NamesAccepted and
 * Established, as of now. taken: NULL for none. */
void ob_api_crd_establish(struct ob_arena *a, cJSON *crd,
			  const struct ob_api_crd_taken *taken,
			  const char *now);
/* Only a condition that says so makes these false. */
bool ob_api_crd_is_established(const cJSON *crd);
bool ob_api_crd_is_accepted(const cJSON *crd);
