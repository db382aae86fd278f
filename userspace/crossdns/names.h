/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All names there are, for many readers that never wait and one writer: the
 * records of each service, and which namespaces have any. A change is one
 * pointer, so an answer is from before it or from after it.
 *
 * Names are looked up by what stands before "svc.ZONE", in wire form and lower
 * case: SERVICE.NAMESPACE, or NAMESPACE.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "crossdns/records.h"

struct ob_names;

int ob_names_new(struct ob_names **ret);
/* There are no readers any more. */
void ob_names_free(struct ob_names *n);
OB_DEFINE_CLEANUP(struct ob_names *, ob_names_free)

/* The writer. */

/* Takes the records over, also on failure; they replace those with their key.
 * -ENOMEM: the old ones stay. */
int ob_names_set(struct ob_names *n, struct ob_records *records);
/* By namespace and name; there may be none. */
void ob_names_del(struct ob_names *n, const char *namespace, const char *name);
/* From now on what is not there does not exist; before, nobody knows. */
void ob_names_complete(struct ob_names *n);
/* Frees what was replaced and nobody reads any more. */
void ob_names_collect(struct ob_names *n);

struct ob_names_stats {
	uint64_t services, namespaces;
	uint64_t names[OB_VIEWS]; /* services that exist in zones of a view */
	uint64_t endpoints;	  /* addresses that are answered */
	uint64_t cut;		  /* services of which something is left out */
	uint64_t changes;
	uint64_t retired; /* waiting to be freed */
};
struct ob_names_stats ob_names_stats_get(const struct ob_names *n);

/* Readers, numbered from 0: between enter and leave. */

void ob_names_enter(struct ob_names *n, unsigned int reader);
void ob_names_leave(struct ob_names *n, unsigned int reader);
bool ob_names_is_complete(const struct ob_names *n);
/* The serial of every SOA: when something changed last. */
uint32_t ob_names_serial(const struct ob_names *n);
const struct ob_records *ob_names_service(const struct ob_names *n,
					  const uint8_t *key, size_t len);
/* A service of that namespace exists in zones of that view. */
bool ob_names_has_namespace(const struct ob_names *n, const uint8_t *key,
			    size_t len, enum ob_view view);
