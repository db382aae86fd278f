/* SPDX-License-Identifier: Apache-2.0 */
/* Which fields go with hub mode, which with static mode, and what hub mode
 * makes of its own. */
#pragma once

#include "octopus/config.h"
#include "octopus/config_read.h"

/* What static mode needs is there, and nothing that is hub mode's. */
int ob_config_check_static(const struct ob_config_errors *e,
			   const struct ob_raw_config *raw);
int ob_config_check_hub(struct ob_arena *scratch,
			const struct ob_config_errors *e,
			const struct ob_raw_config *raw);
/* From fields that have been checked; everything lives in the arena. */
struct ob_hub_mode *ob_config_hub_new(struct ob_arena *a,
				      const struct ob_raw_config *raw);
