/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Echo requests through the tunnel, to find out what arrives: first a small
 * one, then the largest the tunnel says it carries (never fragmented), then,
 * if that one is lost, a ladder of sizes between.
 *
 * Unprivileged ICMP sockets where net.ipv4.ping_group_range has us, raw ones
 * otherwise (CAP_NET_RAW). The reply is as large as the request, so a size
 * that is answered passes both ways.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/prefix.h"

struct ob_ctl_probe {
	struct ob_addr to;
	uint32_t size; /* the largest to try, an IP packet in bytes */
	/* Filled in: */
	int error;	      /* why nothing could be sent, or 0 */
	bool answered;	      /* a small one */
	uint32_t answer_size; /* the largest that was; 0: none */
};

/*
 * Asks all of them, at once, for a few seconds at most. Packets leave by the
 * device whatever the routes say; from: source addresses, family 0: the
 * kernel's choice.
 */
void ob_ctl_probe_run(const char *device, const struct ob_addr *from4,
		      const struct ob_addr *from6, struct ob_ctl_probe *probes,
		      size_t n);

/* Sizes to try below the largest, in falling order. Pure. */
#define OB_CTL_PROBE_RUNGS 14
uint32_t ob_ctl_probe_rung(uint32_t largest, uint32_t smallest, size_t i);
