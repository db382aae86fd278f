/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All entries of a hash or LPM map, in batches where the kernel can (hash 5.6,
 * LPM 5.13), one by one otherwise. Entries that come and go meanwhile may be
 * missed or seen twice.
 */
#pragma once

#include <stddef.h>

/* key and value are as in the map and last until the function returns. A
 * negative result ends the walk and is returned. */
typedef int (*ob_each_fn)(const void *key, const void *value, void *arg);

/* fd: of a map whose values are not per CPU. */
int ob_map_each(int fd, ob_each_fn fn, void *arg);
