/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects as kubectl's typed commands send them (create configmap, auth
 * can-i, ...): application/vnd.kubernetes.protobuf, for the few kinds which
 * these are about. Foreign bytes. Answers are always JSON.
 */
#pragma once

#include "base/json.h"

/* -ENOTSUP: a kind that this does not know; -EINVAL: malformed. */
int ob_hub_protobuf_decode(struct ob_arena *a, const void *bytes, size_t size,
			   cJSON **ret, struct ob_status *status);
