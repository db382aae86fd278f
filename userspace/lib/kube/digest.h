/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests of objects: whether one is as it was, without keeping it. Keyed, so
 * that nobody can make two of them collide; the order of members does not
 * count.
 */
#pragma once

#include <stdint.h>

#include "base/json.h"
#include "kube/hash.h"

/* Of all that it holds but its apiVersion and kind, which items of a list
 * lack. */
uint64_t ob_kube_digest(const struct ob_kube_seed *seed, const cJSON *object);
/*
 * Of what somebody who writes an object says in it: labels, annotations,
 * owners and everything outside of metadata and status. Empty is as good as
 * missing.
 */
uint64_t ob_kube_digest_managed(const struct ob_kube_seed *seed,
				const cJSON *object);
