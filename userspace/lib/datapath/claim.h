/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose the pins below a root are: two gateways on one root would each undo
 * what the other does. Held as long as the descriptor is open, so it ends with
 * the process, however that ends.
 */
#pragma once

#include "base/status.h"

/*
 * Makes the root as ob_datapath_load does. -EBUSY with a sentence when somebody
 * else has it. root NULL: OB_PIN_ROOT.
 */
int ob_claim_take(const char *root, int *ret_fd, struct ob_status *status);
/* For one who comes to remove: makes nothing, and where there is nothing
 * *ret_fd is -1. */
int ob_claim_take_existing(const char *root, int *ret_fd,
			   struct ob_status *status);
/* Of ob_datapath_unpin(): the directory goes, whoever has it. */
int ob_claim_unpin(const char *root);
