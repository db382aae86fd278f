/* SPDX-License-Identifier: Apache-2.0 */
/* Files, past what signals and short reads make of them. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* Reads until buf is full or the file ends. Bytes read, or a negative errno. */
ssize_t ob_file_read(int fd, void *buf, size_t size);
/* Writes all of buf. 0 or a negative errno. */
int ob_file_write(int fd, const void *buf, size_t size);
