/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Curve25519 keys as WireGuard uses them: 32 bytes, base64 (44 characters).
 * Public and private keys are different types; the private one has no format
 * function and is wiped when it goes out of scope.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

#define OB_KEY_STRLEN 45 /* base64 and the NUL */

struct ob_key {
	uint8_t b[32];
};

struct ob_secret_key {
	uint8_t b[32];
};

/* -EINVAL unless s is 44 characters of canonical base64 of 32 bytes. */
int ob_key_parse(const char *s, struct ob_key *ret);
const char *ob_key_format(const struct ob_key *k, char *buf, size_t size);
bool ob_key_equal(const struct ob_key *a, const struct ob_key *b);
bool ob_key_is_zero(const struct ob_key *k);

/* A fresh private key from getrandom(2), clamped as RFC 7748 section 5. */
int ob_secret_key_new(struct ob_secret_key *ret);
/*
 * Reads the first line of a file, as "wg genkey" writes it. -EPERM when
 * others than we, or root, own or may read or write the file, -EINVAL when it
 * is no key.
 */
int ob_secret_key_read(const char *path, struct ob_secret_key *ret);
/* Creates path, whole or not at all, with mode 0600; -EEXIST when there. */
int ob_secret_key_write(const char *path, const struct ob_secret_key *k);
void ob_secret_key_wipe(struct ob_secret_key *k);
#define _secret_ _cleanup_(ob_secret_key_wipe)
