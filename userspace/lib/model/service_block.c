// SPDX-License-Identifier: Apache-2.0
#include "model/service_block.h"

#include <errno.h>

#define QUARTER_BITS 2

static int last_quarter(const struct ob_prefix *cidr, struct ob_prefix *ret)
{
	struct ob_prefix p = *cidr;

	if (cidr->len + QUARTER_BITS > ob_addr_bits(&cidr->addr))
		return -ENOENT;
	p.len += QUARTER_BITS;
	for (uint8_t bit = cidr->len; bit < p.len; bit++)
		p.addr.b[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	*ret = p;
	return 0;
}

static const struct ob_prefix *of_family(const struct ob_prefix *v, size_t n,
					 uint8_t family)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].addr.family == family)
			return &v[i];
	return NULL;
}

int ob_service_block(const struct ob_prefix *cidrs, size_t n_cidrs,
		     const struct ob_prefix *wanted, size_t n_wanted,
		     uint8_t family, struct ob_prefix *ret)
{
	const struct ob_prefix *w = of_family(wanted, n_wanted, family);

	for (size_t i = 0; i < n_cidrs; i++) {
		if (cidrs[i].addr.family != family)
			continue;
		if (!w && last_quarter(&cidrs[i], ret) == 0)
			return 0;
		if (w && ob_prefix_covers(&cidrs[i], w)) {
			*ret = *w;
			return 0;
		}
	}
	return w ? -EDOM : -ENOENT;
}
