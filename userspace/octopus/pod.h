/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pod that we run in, as POD_NAME and POD_NAMESPACE say: which key it has
 * (annotation octopus.io/public_key), and whether it leads (label
 * octopus.io/leader), so that a Service can lead to the one that does.
 */
#pragma once

#include <stdbool.h>

#include "kube/client.h"
#include "model/key.h"

#define OB_POD_KEY_ANNOTATION "octopus.io/public_key"
#define OB_POD_LEADER_LABEL   "octopus.io/leader"

struct ob_pod;

/* -ENOENT when we are in no pod that we know. */
int ob_pod_new(struct ob_kube *k, struct ob_pod **ret);
void ob_pod_free(struct ob_pod *p);
OB_DEFINE_CLEANUP(struct ob_pod *, ob_pod_free)
/* Makes it say so, unless it was told already; tried again by the next call
 * that comes after a while. */
void ob_pod_tell(struct ob_pod *p, const struct ob_key *key, bool leads);
/* Why it cannot be told; reason NULL: it can. */
const struct ob_status *ob_pod_trouble(const struct ob_pod *p);
