/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the state directory: replaced at once, on disk when it returns. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/status.h"

/* DIR/NAME in the arena. */
const char *ob_hub_files_path(struct ob_arena *a, const char *dir,
			      const char *name);
int ob_hub_files_write(const char *path, mode_t mode, const void *bytes,
		       size_t size, struct ob_status *status);
/* -ENOENT without a status; at most 1 MiB. */
int ob_hub_files_read(struct ob_arena *a, const char *path, char **ret,
		      size_t *ret_size, struct ob_status *status);
