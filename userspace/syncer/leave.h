/* SPDX-License-Identifier: Apache-2.0 */
/* The end: what is ours on the hub, and all imports in our own cluster. */
#pragma once

#include "base/status.h"
#include "syncer/config.h"

/* Says on stdout what it deletes. Blocks. */
int ob_syncer_leave(const struct ob_syncer_config *config,
		    struct ob_status *status);
