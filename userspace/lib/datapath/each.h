/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All entries of a hash, array or LPM map, in batches where the kernel can (LPM
 * since 5.13, the others since 5.6), one by one otherwise. Entries that come
 * and go meanwhile may be missed or seen twice.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* key and value are as in the map and last until the function returns. A
 * negative result ends the walk and is returned. */
typedef int (*ob_each_fn)(const void *key, const void *value, void *arg);

/* fd: of a map whose values are not per CPU. */
int ob_map_each(int fd, ob_each_fn fn, void *arg);

/* Adds or changes one entry. */
int ob_map_set(int fd, const void *key, const void *value);

/* Sets n entries, keys and values in a row, in one call where the kernel can.
 * Not atomic: after an error some are set. */
int ob_map_set_all(int fd, const void *keys, const void *values, uint32_t n);
