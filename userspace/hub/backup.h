/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Backups: one file (0600) with all objects, tokens and the CA, so that a
 * restored hub is the same hub to everybody who has its certificate.
 */
#pragma once

#include "hub/store.h"

/* Consistent, also while it is being served. file must not exist. */
int ob_hub_backup(const char *dir, struct ob_hub_store *s, const char *file,
		  struct ob_status *status);
/*
 * dir gets what is in file. resourceVersions go on above those that clients
 * may have seen since the backup, and history begins anew: watches start over.
 * -EBUSY: it is being served.
 */
int ob_hub_restore(const char *dir, const char *file, struct ob_status *status);
