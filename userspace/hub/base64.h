/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648), one line. */
#pragma once

#include "base/arena.h"

const char *ob_hub_base64(struct ob_arena *a, const char *text);
const char *ob_hub_base64_bytes(struct ob_arena *a, const void *bytes,
				size_t size);
