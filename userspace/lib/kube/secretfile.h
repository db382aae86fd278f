/* SPDX-License-Identifier: Apache-2.0 */
/* Small files, some of them secret, and memory that was. */
#pragma once

#include <stddef.h>

#include "base/status.h"

#define OB_KUBE_FILE_MAX (1024 * 1024)

/*
 * All of a file of at most OB_KUBE_FILE_MAX bytes, on the heap, with a NUL
 * behind it. A NUL inside is refused. The status names the file.
 */
int ob_kube_file_read(const char *path, char **ret, size_t *ret_size,
		      struct ob_status *status);
/* Without the line end; a token has no spaces or control characters. */
int ob_kube_token_read(const char *path, char **ret, struct ob_status *status);
/* May become a header: printable, no spaces, not empty. */
int ob_kube_token_check(const char *token);
/* Wipes a string, then frees it. NULL is fine. */
void ob_kube_secret_free(char *s);
static inline void ob_kube_secret_freep(char **s)
{
	ob_kube_secret_free(*s);
}
