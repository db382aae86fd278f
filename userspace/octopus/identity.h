/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our WireGuard key. The private half comes from the key file or from the
 * kernel's random source and goes to the kernel only; the public half is what
 * the kernel makes of it.
 */
#pragma once

#include <stdbool.h>

#include "base/status.h"
#include "model/key.h"
#include "wireguard/device.h"

struct ob_identity {
	bool has_secret;
	struct ob_secret_key secret;
	struct ob_key public_key; /* of secret; zero: the kernel has not said */
};

/*
 * key_file NULL: no secret yet. A file that does not exist is created, in a
 * directory that does.
 */
int ob_identity_load(const char *key_file, struct ob_identity *ret,
		     struct ob_status *status);
/* Wipes the secret. */
void ob_identity_done(struct ob_identity *id);
/* Gives the device our key, a fresh one if there is none, and its port; reads
 * the public key back. */
int ob_identity_apply(struct ob_identity *id, struct ob_wg *wg,
		      const char *device, uint16_t port);
/*
 * A key file and a device meet for the first time: offers the key, which the
 * kernel ignores when it has it already (wg_set_device compares), and learns
 * the public key: 1. Does nothing when there is nothing to learn: 0.
 */
int ob_identity_offer(struct ob_identity *id, struct ob_wg *wg,
		      const char *device);
