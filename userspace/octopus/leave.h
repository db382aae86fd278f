/* SPDX-License-Identifier: Apache-2.0 */
/* octopus --leave: this cluster is no longer one of the hub's. */
#pragma once

#include "base/status.h"
#include "octopus/config.h"

/* Deletes our Peer and the Lease of our gateways on the hub. Waits for the
 * hub's answer. What is not there is fine. */
int ob_leave(const struct ob_config_file *config, struct ob_status *status);
