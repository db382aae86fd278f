// SPDX-License-Identifier: Apache-2.0
#include "hub/base64.h"

#include <gnutls/gnutls.h>
#include <stdint.h>
#include <string.h>

const char *ob_hub_base64(struct ob_arena *a, const char *text)
{
	const gnutls_datum_t in = {
		.data = (unsigned char *)(uintptr_t)text,
		.size = (unsigned int)strlen(text),
	};
	gnutls_datum_t out = { 0 };
	const char *s;

	if (in.size == 0)
		return "";
	if (gnutls_base64_encode2(&in, &out) < 0)
		abort(); /* out of memory */
	s = ob_arena_printf(a, "%.*s", (int)out.size, (const char *)out.data);
	gnutls_memset(out.data, 0, out.size);
	gnutls_free(out.data);
	return s;
}
