/* SPDX-License-Identifier: Apache-2.0 */
/* The /status document of octopus, decoded. */
#pragma once

#include "base/json.h"
#include "obctl/facts.h"

/* What is missing or of another type is "" or nothing; root may be NULL. */
void ob_ctl_daemon_decode(struct ob_arena *a, const cJSON *root,
			  struct ob_ctl_daemon *d);
/* A list of prefixes and of conditions, as Peers have them, too. */
void ob_ctl_decode_prefixes(struct ob_arena *a, const cJSON *array,
			    struct ob_ctl_prefixes *ret);
void ob_ctl_decode_conditions(struct ob_arena *a, const cJSON *array,
			      struct ob_ctl_conditions *ret);
