/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers for people; JSON has the exact ones. Text lives in the arena. */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/prefix.h"
#include "ob/abi/types.h"

/* "0 B", "999 B", "1.5 KiB", ... "16.0 EiB". */
const char *ob_ctl_bytes(struct ob_arena *a, uint64_t n);
/* "7 s", "3 min", "5 h 10 min", "2 d 3 h". */
const char *ob_ctl_duration(struct ob_arena *a, uint64_t s);
const char *ob_ctl_addr(struct ob_arena *a, const struct ob_addr *addr);
const char *ob_ctl_prefix(struct ob_arena *a, const struct ob_prefix *p);

/* ABI addresses as values; an IPv4-mapped ob_ip6 becomes IPv4. */
struct ob_addr ob_ctl_from_ip4(const struct ob_ip4 *ip);
struct ob_addr ob_ctl_from_ip6(const struct ob_ip6 *ip);
