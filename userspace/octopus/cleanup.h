/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removes what octopus made, and nothing of others: what is attached, queueing
 * disciplines made for that, routes with our protocol, the device with our
 * alias, pins. Says on stdout what was removed.
 */
#pragma once

#include "base/status.h"

int ob_cleanup(const char *device, const char *pin_root,
	       struct ob_status *status);
