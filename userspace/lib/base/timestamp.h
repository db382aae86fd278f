/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points in time as RFC 3339 text: "2026-01-31T12:00:00Z". Seconds since 1970;
 * a fraction is read over.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define OB_TIMESTAMP_STRLEN 40 /* with the NUL, also with microseconds */

/* Anything that RFC 3339 allows, years 0 to 9999. -EINVAL otherwise. */
int ob_timestamp_parse_any(const char *s, int64_t *ret_s);
/* As Kubernetes writes them: upper case, from 1970 on. -EINVAL otherwise. */
int ob_timestamp_parse(const char *s, int64_t *ret_s);
/* In UTC. Return buf; times that cannot be written become 1970. */
const char *ob_timestamp_format(int64_t s, char *buf, size_t size);
const char *ob_timestamp_format_micro(int64_t us, char *buf, size_t size);
