/* SPDX-License-Identifier: Apache-2.0 */
/* octopus as a daemon: the event loop around passes. */
#pragma once

#include "octopus/options.h"
#include "octopus/pass.h"

/* Until SIGTERM or SIGINT. Everything in o is open. */
int ob_run(struct ob_octopus *o, const struct ob_options *options,
	   struct ob_status *status);
/* Passes until nothing is left to do. */
int ob_run_once(struct ob_octopus *o);
