/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MTU of the tunnel, from those of the networks its packets travel
 * through. Pure.
 *
 * A WireGuard data packet is the inner packet and 32 bytes (header 16, tag
 * 16), UDP 8, and IPv4 20 or IPv6 40: 60 or 80 bytes in all. WireGuard also
 * pads the inner packet to a multiple of 16, but never beyond the MTU of the
 * device (drivers/net/wireguard/send.c, calculate_skb_padding). So a device
 * MTU of underlay - overhead is exact and needs no rounding down: a full
 * packet gets no padding, and a shorter one is padded to at most that size.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define OB_MTU_OVERHEAD4 60
#define OB_MTU_OVERHEAD6 80
#define OB_MTU_DEFAULT	 1500  /* of an underlay nothing is known about */
#define OB_MTU_MIN6	 1280  /* RFC 8200, section 5 */
#define OB_MTU_MIN4	 576   /* RFC 791 */
#define OB_MTU_MAX	 65520 /* IP's 65535, less what padding may add */

/* The way to a tunnel's far end. */
struct ob_underlay {
	uint8_t family; /* of the outer packets; 0: not known, IPv4 assumed */
	uint32_t mtu;	/* 0: not known */
};

/* The largest inner packet that stays one outer packet, at most OB_MTU_MAX. */
uint32_t ob_mtu_inner(const struct ob_underlay *underlay);
/* The smallest MTU the tunnel may have. */
uint32_t ob_mtu_min(bool uses_ipv6);
