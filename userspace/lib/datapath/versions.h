/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pins of other versions of the ABI, below the same root: what an upgrade
 * finds. Maps are not taken over, because their layout differs, but
 * attachments are, link by link: two versions on one device would translate
 * every packet twice. A version whose last link is gone is removed.
 */
#pragma once

#include "datapath/datapath.h"

/* "v1", "v2", ...: only these are ours, whatever the root is. */
bool ob_version_is_name(const char *name);
/* Unpins everything of a version, which detaches its links, and removes its
 * directory. */
int ob_version_remove(const char *root, const char *name);

/* Calls fn with the directory of every other version, until it returns
 * something else than 0, which is then returned. */
typedef int (*ob_version_fn)(struct ob_datapath *dp, const char *dir,
			     void *arg);
int ob_version_each_other(struct ob_datapath *dp, ob_version_fn fn, void *arg);

/* Takes over the marks of qdiscs that other versions made, and removes those
 * versions that have no link. */
int ob_version_retire_others(struct ob_datapath *dp);
