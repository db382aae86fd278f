/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state directory (0700): hub.db, the certificates of pki.h,
 * admin.kubeconfig, and hub.lock, which is held by the one who serves it.
 */
#pragma once

#include "hub/options.h"
#include "hub/store.h"

/* Makes it, if need be. */
int ob_hub_state_ensure(const char *dir, struct ob_status *status);
/* -EBUSY: somebody serves it. Closing the descriptor gives it back. */
int ob_hub_state_lock(const char *dir, int *ret_fd, struct ob_status *status);
int ob_hub_state_open(const char *dir, bool check, struct ob_hub_store **ret,
		      struct ob_status *status);
/* -ENOENT with a sentence, unless there has been an init. */
int ob_hub_state_require(const char *dir, struct ob_status *status);

/* Settings that stay; NULL: not set. In the arena. */
const char *ob_hub_state_get(struct ob_hub_store *s, struct ob_arena *a,
			     const char *key);
/* value NULL: not any more. */
int ob_hub_state_set(struct ob_hub_store *s, const char *key,
		     const char *value);
