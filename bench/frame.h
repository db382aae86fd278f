/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 60-byte Ethernet/IPv4/UDP frame that is sent, with valid checksums:
 * conntrack skips NAT for packets with a wrong one, which would flatter it.
 *
 *   0   Ethernet   14   IPv4   34   UDP   42   18 bytes of payload   60
 */
#pragma once

#include <stdint.h>

#include "bpf/capture.h"
#include "flow.h"

#define OB_FRAME_TTL 64

struct ob_frame {
	uint8_t bytes[OB_FRAME_LEN];
	/* Sums of all that does not change between flows. */
	uint32_t ip_sum, udp_sum;
};

void ob_frame_init(struct ob_frame *f, const uint8_t src_mac[6],
		   const uint8_t dst_mac[6]);
/* Puts the flow and the checksums that belong to it into the frame. */
void ob_frame_set(struct ob_frame *f, const struct ob_bench_flow *flow);

struct ob_frame_expect {
	struct ob_bench_flow flow;
	bool any_sport; /* the NAT may choose another source port */
	uint8_t ttl;
};

/* NULL when a captured frame is as expected, otherwise what is wrong. */
const char *ob_frame_check(const struct ob_capture *c,
			   const struct ob_frame_expect *e);
