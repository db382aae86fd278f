/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that nobody changes any more, shared by those who send them: an object
 * as it is stored is one blob for the history and for every watcher.
 */
#pragma once

#include <stddef.h>

#include "base/cleanup.h"

struct ob_hub_blob {
	unsigned int refs;
	size_t size;
	char bytes[]; /* NUL-terminated */
};

/* Aborts when out of memory, as an arena does. */
struct ob_hub_blob *ob_hub_blob_new(const void *bytes, size_t size);
/* NULL stays NULL. */
struct ob_hub_blob *ob_hub_blob_ref(struct ob_hub_blob *b);
void ob_hub_blob_unref(struct ob_hub_blob *b);
OB_DEFINE_CLEANUP(struct ob_hub_blob *, ob_hub_blob_unref)
