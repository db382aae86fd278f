// SPDX-License-Identifier: Apache-2.0
#include "kube/base64.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The next one that is no space; '\0' at the end. */
static char next(const char **s)
{
	while (**s && strchr(" \t\r\n", **s))
		(*s)++;
	return **s ? *(*s)++ : '\0';
}

/* Four characters to up to three bytes; how many, or -EINVAL. */
static int decode_group(const char g[4], char out[3])
{
	int pad = g[3] != '=' ? 0 : g[2] != '=' ? 1 : 2;
	uint32_t bits = 0;

	for (int i = 0; i < 4; i++) {
		int v = i >= 4 - pad ? 0 : value_of(g[i]);

		if (v < 0)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)v;
	}
	/* What does not fit whole bytes has to be zero. */
	if (bits & ((1U << (8 * pad)) - 1))
		return -EINVAL;
	out[0] = (char)(bits >> 16);
	out[1] = (char)(bits >> 8);
	out[2] = (char)bits;
	return 3 - pad;
}

int ob_kube_base64_decode(const char *text, char **ret, size_t *ret_size)
{
	_free_ char *out = malloc(strlen(text) / 4 * 3 + 4);
	size_t size = 0;
	int n = 3;

	if (!out)
		return -ENOMEM;
	for (;;) {
		char g[4];

		g[0] = next(&text);
		if (!g[0])
			break;
		for (int i = 1; i < 4; i++)
			g[i] = next(&text);
		/* Nothing comes behind padding. */
		n = n == 3 ? decode_group(g, out + size) : -EINVAL;
		if (n < 0)
			return n;
		size += (size_t)n;
	}
	out[size] = '\0';
	*ret = TAKE_PTR(out);
	*ret_size = size;
	return 0;
}
