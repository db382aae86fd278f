/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One revision of one object: what the history is made of, and what watchers
 * are told. Shared, like the blobs in it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "hub/blob.h"

enum ob_hub_change_type {
	OB_HUB_ADDED = 1,
	OB_HUB_MODIFIED = 2,
	OB_HUB_DELETED = 3,
};

/* resource: "pods", "peers.octopus.io". namespace: "" for none. */
struct ob_hub_key {
	const char *resource, *namespace, *name;
};

struct ob_hub_change {
	unsigned int refs;
	uint64_t rv;
	enum ob_hub_change_type type;
	struct ob_hub_key key;
	struct ob_hub_blob *object; /* DELETED: its last state, with this rv */
	struct ob_hub_blob *old;    /* before; NULL for ADDED */
};

/* Takes the blobs over. */
struct ob_hub_change *ob_hub_change_new(const struct ob_hub_key *key,
					uint64_t rv,
					enum ob_hub_change_type type,
					struct ob_hub_blob *object,
					struct ob_hub_blob *old);
struct ob_hub_change *ob_hub_change_ref(struct ob_hub_change *c);
void ob_hub_change_unref(struct ob_hub_change *c);
OB_DEFINE_CLEANUP(struct ob_hub_change *, ob_hub_change_unref)

bool ob_hub_key_equal(const struct ob_hub_key *x, const struct ob_hub_key *y);
