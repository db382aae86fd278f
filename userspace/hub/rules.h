/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may do what: a table of rules, and what no rule allows is forbidden.
 * Pure.
 */
#pragma once

#include "hub/identity.h"
#include "hub/route.h"

struct ob_hub_access {
	enum ob_hub_verb verb;
	/* Of an object... */
	const char *group, *resource, *subresource, *namespace;
	const char *name; /* ""; of a list: metadata.name= of its selector */
	/* ...or a path like "/healthz"; NULL otherwise. */
	const char *path;
};

bool ob_hub_rules_allow(const struct ob_hub_identity *id,
			const struct ob_hub_access *access);
/*
 * An object that a cluster may write by its name may still say in its label
 * octopus.io/cluster-id that it is another's: then it is.
 */
#define OB_HUB_LABEL_CLUSTER "octopus.io/cluster-id"
bool ob_hub_rules_owns(const struct ob_hub_identity *id, const char *label);
/* "User "u" cannot get resource "r" in API group "g" in the namespace "n"". */
const char *ob_hub_rules_sentence(struct ob_arena *a,
				  const struct ob_hub_identity *id,
				  const struct ob_hub_access *access);
