// SPDX-License-Identifier: Apache-2.0
#include "obctl/units.h"

#include <inttypes.h>
#include <string.h>

const char *ob_ctl_bytes(struct ob_arena *a, uint64_t n)
{
	static const char *const units[] = { "KiB", "MiB", "GiB",
					     "TiB", "PiB", "EiB" };
	double value = (double)n / 1024;
	size_t i = 0;

	if (n < 1024)
		return ob_arena_printf(a, "%" PRIu64 " B", n);
	/* What would be printed as 1024.0 is 1.0 of the next unit. */
	while (value >= 1023.95 && i + 1 < ARRAY_SIZE(units)) {
		value /= 1024;
		i++;
	}
	return ob_arena_printf(a, "%.1f %s", value, units[i]);
}

const char *ob_ctl_duration(struct ob_arena *a, uint64_t s)
{
	uint64_t min = s / 60, h = s / 3600, d = s / 86400;

	if (s < 60)
		return ob_arena_printf(a, "%" PRIu64 " s", s);
	if (h == 0)
		return ob_arena_printf(a, "%" PRIu64 " min", min);
	if (d == 0)
		return ob_arena_printf(a, "%" PRIu64 " h %" PRIu64 " min", h,
				       min % 60);
	return ob_arena_printf(a, "%" PRIu64 " d %" PRIu64 " h", d, h % 24);
}

const char *ob_ctl_addr(struct ob_arena *a, const struct ob_addr *addr)
{
	char buf[OB_ADDR_STRLEN];

	return ob_arena_strdup(a, ob_addr_format(addr, buf, sizeof(buf)));
}

const char *ob_ctl_prefix(struct ob_arena *a, const struct ob_prefix *p)
{
	char buf[OB_PREFIX_STRLEN];

	return ob_arena_strdup(a, ob_prefix_format(p, buf, sizeof(buf)));
}

struct ob_addr ob_ctl_from_ip4(const struct ob_ip4 *ip)
{
	struct ob_addr addr = { .family = AF_INET };

	memcpy(addr.b, ip->b, sizeof(ip->b));
	return addr;
}

struct ob_addr ob_ctl_from_ip6(const struct ob_ip6 *ip)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct ob_addr addr = { .family = AF_INET6 };
	struct ob_ip4 ip4;

	memcpy(addr.b, ip->b, sizeof(ip->b));
	if (memcmp(ip->b, mapped, sizeof(mapped)) != 0)
		return addr;
	memcpy(ip4.b, ip->b + sizeof(mapped), sizeof(ip4.b));
	return ob_ctl_from_ip4(&ip4);
}
