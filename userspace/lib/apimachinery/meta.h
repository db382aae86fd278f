/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metadata of objects: names and labels that are allowed (RFC 1123 labels and
 * subdomains, qualified names), generateName, timestamps, Status objects.
 */
#pragma once

#include <stdint.h>

#include "apimachinery/schema.h"

/* "a lowercase RFC 1123 subdomain must consist of ..." when it is not. */
bool ob_api_name_valid(const char *name, bool label_only);
/* generateName and five random characters, cut so that it fits 63. */
const char *ob_api_name_generate(struct ob_arena *a, const char *prefix);
const char *ob_api_uid_new(struct ob_arena *a);		/* RFC 4122 version 4 */
const char *ob_api_time(struct ob_arena *a, int64_t s); /* RFC 3339, seconds */
/* What is wrong with such a name; NULL: nothing. */
const char *ob_api_subdomain_problem(const char *name);
/* What is wrong with a key of labels, and with a value; NULL: nothing. */
const char *ob_api_key_problem(struct ob_arena *a, const char *key);
const char *ob_api_label_value_problem(const char *value);
/* Name, namespace, labels, annotations (256 KiB), finalizers, owner references.
 */
void ob_api_meta_validate(struct ob_arena *a, const cJSON *object,
			  bool namespaced, struct ob_api_causes *causes);
/* {"kind":"Status",...}: reason "NotFound", details of r, causes may be NULL.
 */
cJSON *ob_api_status(struct ob_arena *a, int code, const char *reason,
		     const char *message, const char *group, const char *kind,
		     const char *name, const struct ob_api_causes *causes);
/* "Peer.octopus.io \"x\" is invalid: spec.port: Invalid value: ...", which is
 * the message of a Status of reason "Invalid". */
const char *ob_api_invalid_message(struct ob_arena *a, const char *group,
				   const char *kind, const char *name,
				   const struct ob_api_causes *causes);
