// SPDX-License-Identifier: Apache-2.0
#include "hub/base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789+/";

const char *ob_hub_base64_bytes(struct ob_arena *a, const void *bytes,
				size_t size)
{
	char *text = ob_arena_alloc(a, (size + 2) / 3 * 4 + 1), *out = text;
	const unsigned char *in = bytes;

	for (; size > 0; in += 3) {
		unsigned int n = size < 3 ? (unsigned int)size : 3;
		unsigned int v = (unsigned int)in[0] << 16;

		if (n > 1)
			v |= (unsigned int)in[1] << 8;
		if (n > 2)
			v |= in[2];
		*out++ = alphabet[v >> 18];
		*out++ = alphabet[v >> 12 & 63];
		*out++ = '=';
		*out++ = '=';
		if (n > 1)
			out[-2] = alphabet[v >> 6 & 63];
		if (n > 2)
			out[-1] = alphabet[v & 63];
		size -= n;
	}
	return text;
}

const char *ob_hub_base64(struct ob_arena *a, const char *text)
{
	return ob_hub_base64_bytes(a, text, strlen(text));
}
