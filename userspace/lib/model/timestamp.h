/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points in time as Kubernetes writes them: RFC 3339, "2026-01-31T12:00:00Z".
 * Whole seconds since 1970; a fraction is read over.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define OB_TIMESTAMP_STRLEN 32 /* with the NUL */

/* -EINVAL unless s is one of the years 1970 to 9999. */
int ob_timestamp_parse(const char *s, int64_t *ret_s);
/* In UTC. Returns buf; times that cannot be written become 1970. */
const char *ob_timestamp_format(int64_t s, char *buf, size_t size);
