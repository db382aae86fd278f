/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of a status, as metav1.Condition has them. */
#pragma once

#include "model/peer.h"
#include "model/reader.h"

/* status.conditions: at most OB_PEER_MAX_CONDITIONS, in the reader's arena. */
int ob_conditions_read(const struct ob_reader *r, const cJSON *status,
		       struct ob_peer_condition **ret, size_t *ret_n);
int ob_condition_read(const struct ob_reader *r, const cJSON *item,
		      struct ob_peer_condition *ret);
cJSON *ob_conditions_encode(struct ob_arena *a,
			    const struct ob_peer_condition *v, size_t n);
