// SPDX-License-Identifier: Apache-2.0
#include "octopus/mtu.h"

#include <sys/socket.h>

uint32_t ob_mtu_inner(const struct ob_underlay *underlay)
{
	uint32_t outer = underlay->mtu ?: OB_MTU_DEFAULT;
	uint32_t overhead = underlay->family == AF_INET6 ? OB_MTU_OVERHEAD6
							 : OB_MTU_OVERHEAD4;

	if (outer <= overhead)
		return 0;
	return outer - overhead < OB_MTU_MAX ? outer - overhead : OB_MTU_MAX;
}

uint32_t ob_mtu_min(bool uses_ipv6)
{
	return uses_ipv6 ? OB_MTU_MIN6 : OB_MTU_MIN4;
}
