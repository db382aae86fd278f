/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon: until SIGTERM or SIGINT. */
#pragma once

#include "base/status.h"
#include "syncer/config.h"

int ob_syncer_run(const struct ob_syncer_config *config,
		  struct ob_status *status);
