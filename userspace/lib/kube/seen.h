/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a receiver has been told: the names of its objects, each with a digest
 * of its content, of which its version is a part. Of the objects themselves
 * nothing is kept; the values of the table's entries are the receiver's.
 * Private to this folder.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "kube/hash.h"
#include "kube/table.h"

#define OB_KUBE_MAX_OBJECTS ((size_t)2 * 1000 * 1000)

struct ob_kube_seen {
	struct ob_kube_table *table;
	struct ob_kube_seed seed;
	uint32_t generation; /* of the list under way, or the last */
};

int ob_kube_seen_init(struct ob_kube_seen *s);
void ob_kube_seen_done(struct ob_kube_seen *s);
/* A list begins: whatever is not set from now on is missing at its end. */
void ob_kube_seen_begin(struct ob_kube_seen *s);
/* 1: it is new or another; 0: known like that. -ENOMEM, -E2BIG. */
int ob_kube_seen_set(struct ob_kube_seen *s, const char *key,
		     const cJSON *object);
/* It is not there any more. */
void ob_kube_seen_del(struct ob_kube_seen *s, const char *key);
/* The next that the list did not have; NULL: no more. From *at 0; each has to
 * be deleted before the next is asked for. */
const char *ob_kube_seen_missing(const struct ob_kube_seen *s, size_t *at);
