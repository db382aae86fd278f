// SPDX-License-Identifier: Apache-2.0
#include "base/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

size_t ob_addr_size(const struct ob_addr *a)
{
	return a->family == AF_INET ? 4 : 16;
}

uint8_t ob_addr_bits(const struct ob_addr *a)
{
	return a->family == AF_INET ? 32 : 128;
}

int ob_addr_parse(const char *s, struct ob_addr *ret)
{
	struct ob_addr a = { .family = AF_INET };

	if (inet_pton(AF_INET, s, a.b) != 1) {
		a.family = AF_INET6;
		if (inet_pton(AF_INET6, s, a.b) != 1)
			return -EINVAL;
	}
	*ret = a;
	return 0;
}

const char *ob_addr_format(const struct ob_addr *a, char *buf, size_t size)
{
	if (a->family == 0)
		snprintf(buf, size, "none");
	else if (!inet_ntop(a->family, a->b, buf, (socklen_t)size) && size)
		buf[0] = '\0';
	return buf;
}

bool ob_addr_equal(const struct ob_addr *a, const struct ob_addr *b)
{
	return a->family == b->family && !memcmp(a->b, b->b, sizeof(a->b));
}

struct ob_addr ob_addr_from_in(const struct in_addr *in)
{
	struct ob_addr a = { .family = AF_INET };

	memcpy(a.b, in, sizeof(*in));
	return a;
}

struct ob_addr ob_addr_from_in6(const struct in6_addr *in6)
{
	struct ob_addr a = { .family = AF_INET6 };

	memcpy(a.b, in6, sizeof(*in6));
	return a;
}

struct ob_addr ob_addr_plus(const struct ob_addr *a, uint64_t n)
{
	struct ob_addr sum = *a;
	unsigned int carry = 0;

	for (size_t i = ob_addr_size(a); i-- > 0; n >>= 8) {
		carry += a->b[i] + (unsigned int)(n & 0xff);
		sum.b[i] = (uint8_t)carry;
		carry >>= 8;
	}
	return sum;
}

/* Which bits of byte i belong to a prefix of len bits. */
static uint8_t byte_mask(uint8_t len, size_t i)
{
	if (len >= (i + 1) * 8)
		return 0xff;
	if (len <= i * 8)
		return 0;
	return (uint8_t)(0xff00 >> (len - i * 8));
}

static bool has_host_bits(const struct ob_prefix *p)
{
	for (size_t i = 0; i < ob_addr_size(&p->addr); i++)
		if (p->addr.b[i] & ~byte_mask(p->len, i))
			return true;
	return false;
}

/* Decimal digits only; -EINVAL for anything else, -ERANGE above max. */
static int parse_len(const char *s, unsigned int max, uint8_t *ret)
{
	unsigned int len = 0;

	if (*s == '\0' || (s[0] == '0' && s[1] != '\0'))
		return -EINVAL;
	for (const char *c = s; *c; c++) {
		if (*c < '0' || *c > '9')
			return -EINVAL;
		/* More digits cannot make it smaller, but must be digits. */
		if (len <= max)
			len = len * 10 + (unsigned int)(*c - '0');
	}
	if (len > max)
		return -ERANGE;
	*ret = (uint8_t)len;
	return 0;
}

int ob_prefix_parse(const char *s, struct ob_prefix *ret)
{
	const char *slash = strchr(s, '/');
	char addr[OB_ADDR_STRLEN];
	struct ob_prefix p;
	int r;

	if (!slash || (size_t)(slash - s) >= sizeof(addr))
		return -EINVAL;
	memcpy(addr, s, (size_t)(slash - s));
	addr[slash - s] = '\0';
	r = ob_addr_parse(addr, &p.addr);
	if (r < 0)
		return r;
	r = parse_len(slash + 1, ob_addr_bits(&p.addr), &p.len);
	if (r < 0)
		return r;
	if (has_host_bits(&p))
		return -EDOM;
	*ret = p;
	return 0;
}

const char *ob_prefix_format(const struct ob_prefix *p, char *buf, size_t size)
{
	char addr[OB_ADDR_STRLEN];

	ob_addr_format(&p->addr, addr, sizeof(addr));
	if (p->addr.family == 0)
		snprintf(buf, size, "%s", addr);
	else
		snprintf(buf, size, "%s/%u", addr, p->len);
	return buf;
}

bool ob_prefix_equal(const struct ob_prefix *a, const struct ob_prefix *b)
{
	return a->len == b->len && ob_addr_equal(&a->addr, &b->addr);
}

bool ob_prefixes_equal(const struct ob_prefix *a, size_t n_a,
		       const struct ob_prefix *b, size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++)
		if (!ob_prefix_equal(&a[i], &b[i]))
			return false;
	return true;
}

int ob_prefix_compare(const struct ob_prefix *a, const struct ob_prefix *b)
{
	int r;

	if (a->addr.family != b->addr.family)
		return a->addr.family < b->addr.family ? -1 : 1;
	r = memcmp(a->addr.b, b->addr.b, sizeof(a->addr.b));
	if (r)
		return r;
	return (a->len > b->len) - (a->len < b->len);
}

bool ob_prefix_contains(const struct ob_prefix *p, const struct ob_addr *a)
{
	if (p->addr.family != a->family)
		return false;
	for (size_t i = 0; i < ob_addr_size(a); i++)
		if ((p->addr.b[i] ^ a->b[i]) & byte_mask(p->len, i))
			return false;
	return true;
}

bool ob_prefix_covers(const struct ob_prefix *outer,
		      const struct ob_prefix *inner)
{
	return outer->len <= inner->len &&
	       ob_prefix_contains(outer, &inner->addr);
}

/* Prefixes nest or are disjoint. */
bool ob_prefix_overlaps(const struct ob_prefix *a, const struct ob_prefix *b)
{
	return ob_prefix_covers(a, b) || ob_prefix_covers(b, a);
}

struct ob_prefix ob_prefix_host(const struct ob_addr *a)
{
	return (struct ob_prefix){ .addr = *a, .len = ob_addr_bits(a) };
}

struct ob_addr ob_prefix_translate(const struct ob_prefix *to,
				   const struct ob_addr *a)
{
	struct ob_addr out = *a;

	for (size_t i = 0; i < ob_addr_size(a); i++) {
		uint8_t mask = byte_mask(to->len, i);

		out.b[i] =
			(uint8_t)((to->addr.b[i] & mask) | (a->b[i] & ~mask));
	}
	return out;
}
