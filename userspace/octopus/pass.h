/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One reconcile pass: dump, desired, diff, apply, status. And the state that
 * passes share, which is all that octopus knows.
 */
#pragma once

#include <stddef.h>

#include "octopus/config.h"
#include "octopus/holds.h"
#include "octopus/identity.h"
#include "octopus/kernel.h"
#include "octopus/resolve.h"
#include "octopus/status.h"
#include "octopus/told.h"

struct ob_octopus {
	struct ob_config_file *config;
	struct ob_kernel kernel;
	struct ob_identity identity;
	struct ob_told told;
	struct ob_resolver *resolver;
	struct ob_holds holds;
	struct ob_state state;
	struct ob_key logged_key; /* our public key as last logged */
	struct ob_status http;	  /* why there are no metrics; reason NULL */
	struct ob_arena *arena;	  /* of a pass */
};

/*
 * 0 when everything is as desired afterwards, as far as we know; negative
 * errno when something failed, which the state's conditions say.
 * *ret_operations counts what was tried.
 */
int ob_pass_run(struct ob_octopus *o, size_t *ret_operations);
