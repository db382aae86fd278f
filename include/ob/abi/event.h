/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Records of the ob_events ring buffer: one for a packet that left the fast
 * path, at most OB_EVENTS_PER_SECOND per reason and CPU. A lost or suppressed
 * event loses no count: ob_drops has every packet.
 */
#pragma once

#include "ob/abi/reason.h"
#include "ob/abi/types.h"

#define OB_EVENTS_PER_SECOND 64

struct ob_event {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	enum ob_reason reason;
	enum ob_hook hook;
	__u32 ifindex;	   /* device the packet was at */
	__u32 len;	   /* IP bytes */
	struct ob_ip6 src; /* as seen at the hook; IPv4 as ::ffff:a.b.c.d */
	struct ob_ip6 dst;
	__u16 sport; /* host order; 0 when there is none or a fragment */
	__u16 dport;
	__u8 family; /* 4, 6, or 0 when the packet could not be read */
	__u8 proto;  /* IANA protocol number of the layer above IP */
	__u8 ttl;
	__u8 _pad;
};

OB_ABI_ASSERT(sizeof(struct ob_event) == 64);
OB_ABI_ASSERT(__builtin_offsetof(struct ob_event, sport) == 56);
