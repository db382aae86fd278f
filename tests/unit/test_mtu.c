// SPDX-License-Identifier: Apache-2.0
#include "octopus/mtu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

static uint32_t inner(uint8_t family, uint32_t mtu)
{
	const struct ob_underlay way = { .family = family, .mtu = mtu };

	return ob_mtu_inner(&way);
}

static void takes_60_bytes_of_an_ipv4_underlay(void **state)
{
	(void)state;
	assert_int_equal(inner(AF_INET, 1500), 1440);
	assert_int_equal(inner(AF_INET, 9000), 8940);
}

static void takes_80_bytes_of_an_ipv6_underlay(void **state)
{
	(void)state;
	assert_int_equal(inner(AF_INET6, 1500), 1420);
}

static void assumes_ethernet_when_nothing_is_known(void **state)
{
	(void)state;
	assert_int_equal(inner(0, 0), 1440);
}

static void stays_below_what_ip_can_carry(void **state)
{
	(void)state;
	assert_int_equal(inner(AF_INET, 65536), 65476);
	assert_int_equal(inner(AF_INET, 1 << 20), 65520);
}

static void leaves_nothing_of_a_tiny_underlay(void **state)
{
	(void)state;
	assert_int_equal(inner(AF_INET, 60), 0);
	assert_int_equal(inner(AF_INET6, 80), 0);
	assert_int_equal(inner(AF_INET6, 81), 1);
}

/*
 * What WireGuard puts on the wire for a packet of len bytes: 32 bytes of its
 * own, and padding to 16, but not beyond the device MTU.
 */
static uint32_t outer(uint32_t len, uint32_t device_mtu, uint32_t ip_udp)
{
	uint32_t padded = (len + 15) / 16 * 16;

	return (padded < device_mtu ? padded : device_mtu) + 32 + ip_udp;
}

static void no_packet_outgrows_the_underlay(void **state)
{
	(void)state;
	for (uint32_t mtu = 1280; mtu <= 1600; mtu++) {
		uint32_t device = inner(AF_INET, mtu);

		for (uint32_t len = 1; len <= device; len++)
			assert_true(outer(len, device, 28) <= mtu);
		/* And not a byte is given away. */
		assert_int_equal(outer(device, device, 28), mtu);
	}
}

static void ipv6_needs_1280(void **state)
{
	(void)state;
	assert_int_equal(ob_mtu_min(true), 1280);
	assert_int_equal(ob_mtu_min(false), 576);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_60_bytes_of_an_ipv4_underlay),
		cmocka_unit_test(takes_80_bytes_of_an_ipv6_underlay),
		cmocka_unit_test(assumes_ethernet_when_nothing_is_known),
		cmocka_unit_test(stays_below_what_ip_can_carry),
		cmocka_unit_test(leaves_nothing_of_a_tiny_underlay),
		cmocka_unit_test(no_packet_outgrows_the_underlay),
		cmocka_unit_test(ipv6_needs_1280),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
