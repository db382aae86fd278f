/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to every object between a client and the store: its type and
 * its place are checked, unknown fields go, defaults come, it is validated,
 * and the kinds that mean something to the server itself get what they need.
 */
#pragma once

#include "hub/call.h"

/* dryRun, fieldManager, fieldValidation, force. */
int ob_hub_prepare_options(struct ob_hub_call *c);
/* apiVersion and kind are those of the path; metadata is an object. */
int ob_hub_prepare_type(struct ob_hub_call *c, cJSON *object);
/* Name and namespace are those of the path; name NULL: its own. */
int ob_hub_prepare_place(struct ob_hub_call *c, cJSON *object,
			 const char *name);
/* The namespace exists and takes new objects, like this one. */
int ob_hub_prepare_namespace(struct ob_hub_call *c, const char *name);
/* Prunes and defaults; unknown fields are told, or refused. */
int ob_hub_prepare_fields(struct ob_hub_call *c, cJSON *object);
/* Prunes alone: of a configuration that is applied. */
int ob_hub_prepare_prune(struct ob_hub_call *c, cJSON *object);
/* live NULL: it is new. */
int ob_hub_prepare_special(struct ob_hub_call *c, const cJSON *live,
			   cJSON *object);
int ob_hub_prepare_validate(struct ob_hub_call *c, const cJSON *live,
			    cJSON *object);
/* Nobody writes what another cluster has labelled its own. */
int ob_hub_prepare_owner(struct ob_hub_call *c, const cJSON *object);
/*
 * Nor does anybody but the administrator have an owner wait for an object, as
 * that may be another's, and the object may have a finalizer: its owner would
 * never go. (Kubernetes asks for rights on the owner's finalizers, which no
 * cluster has.)
 */
int ob_hub_prepare_references(struct ob_hub_call *c, const cJSON *object);
