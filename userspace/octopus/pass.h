/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One reconcile pass: dump, desired, diff, apply, status. And the state that
 * passes share, which is all that octopus knows.
 */
#pragma once

#include <stddef.h>

#include "octopus/alive.h"
#include "octopus/config.h"
#include "octopus/holds.h"
#include "octopus/identity.h"
#include "octopus/kernel.h"
#include "octopus/nudge.h"
#include "octopus/resolve.h"
#include "octopus/status.h"
#include "octopus/told.h"

struct ob_balancer;
struct ob_control;

struct ob_octopus {
	const char *config_path;
	struct ob_config_file *config;
	/* What should be: the configuration's, or what Peers say. NULL: not
	 * known yet, whatever the kernel has stays. */
	const struct ob_network *network;
	struct ob_control *control;   /* of hub mode; NULL: static mode */
	struct ob_balancer *balancer; /* NULL with --once */
	struct ob_alive alive;
	struct ob_kernel kernel;
	struct ob_identity identity;
	struct ob_told told;
	struct ob_resolver *resolver;
	struct ob_holds holds;
	struct ob_nudge nudge;
	struct ob_state state;
	struct ob_key public_key; /* ours, as the device had it last */
	struct ob_status http;	  /* why there are no metrics; reason NULL */
	struct ob_arena *arena;	  /* of a pass */
};

/*
 * 0 when everything is as desired afterwards, as far as we know; negative
 * errno when something failed, which the state's conditions say.
 * *ret_operations counts what was tried.
 */
int ob_pass_run(struct ob_octopus *o, size_t *ret_operations);
/*
 * While there is no network: what is not as it should be, and our public key.
 * Makes a device with a key, for others to be told, when there is none; changes
 * nothing otherwise.
 */
int ob_pass_wait(struct ob_octopus *o);
