// SPDX-License-Identifier: Apache-2.0
#include "syncer/names.h"

#include <gnutls/crypto.h>
#include <stdint.h>
#include <string.h>

#define NAME_MAX_LEN  253 /* of an object */
#define LABEL_MAX_LEN 63
#define SHORT_HASH    10 /* characters */
#define LONG_HASH     32
#define SHA256_SIZE   32

const char *ob_service_key(struct ob_arena *a, const char *namespace,
			   const char *name)
{
	return ob_arena_printf(a, "%s/%s", namespace, name);
}

/* RFC 4648, section 7: base32hex, in lower case and without padding. */
static void encode(const uint8_t *bytes, char *to, size_t n)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";

	for (size_t i = 0; i < n; i++) {
		size_t bit = i * 5, byte = bit / 8, shift = bit % 8;
		unsigned int two = (unsigned int)bytes[byte] << 8;

		if (byte + 1 < SHA256_SIZE)
			two |= bytes[byte + 1];
		to[i] = digits[(two >> (11 - shift)) & 31];
	}
	to[n] = '\0';
}

static const char *hash(struct ob_arena *a, const char *text, size_t n)
{
	char *to = ob_arena_alloc(a, n + 1);
	uint8_t sum[SHA256_SIZE];

	/* It fails only for an algorithm that is not there. */
	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, text, strlen(text), sum) < 0)
		abort();
	encode(sum, to, n);
	return to;
}

const char *ob_hub_name(struct ob_arena *a, const char *cluster,
			const char *namespace, const char *rest)
{
	const char *name =
		ob_arena_printf(a, "%s.%s.%s", cluster, namespace, rest);

	if (strlen(name) <= NAME_MAX_LEN)
		return name;
	return ob_arena_printf(a, "%s.%s.%s", cluster, namespace,
			       hash(a, name, LONG_HASH));
}

const char *ob_derived_label(struct ob_arena *a, const char *cluster,
			     const char *namespace, const char *name)
{
	const char *text =
		ob_arena_printf(a, "derived-%s-%s-%s", cluster, namespace,
				hash(a, name, SHORT_HASH));

	if (strlen(text) <= LABEL_MAX_LEN)
		return text;
	/* Joined by what none of them can have. */
	text = ob_arena_printf(a, "%s/%s/%s", cluster, namespace, name);
	return ob_arena_printf(a, "derived-%s", hash(a, text, LONG_HASH));
}

const char *ob_derived_service(struct ob_arena *a, const char *namespace,
			       const char *name)
{
	return ob_arena_printf(
		a, "derived-%s",
		hash(a, ob_service_key(a, namespace, name), SHORT_HASH));
}
