/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why a packet was not forwarded on the fast path: the one list.
 *
 * Each line gives the enumerator, the name (metric label, obctl, events),
 * what happens to the packet, and the sentence an operator reads. Numbers are
 * part of the ABI: add at the end, never reuse.
 *
 * OB_DROP    the packet ends here.
 * OB_KERNEL  the packet goes on, untouched or translated as the sentence
 *            says, to the network stack, which answers or delivers.
 */
#pragma once

enum ob_action {
	OB_DROP = 0,
	OB_KERNEL = 1,
};

/* clang-format off */
#define OB_REASONS(X)                                                          \
	X(NO_ROUTE, "no_route", OB_DROP,                                       \
	  "the destination is a global address that no known cluster has")     \
	X(SPOOFED, "spoofed_source", OB_DROP,                                  \
	  "came out of a tunnel with a source that is not the sender's")       \
	X(NOT_OURS, "not_ours", OB_DROP,                                       \
	  "came out of a tunnel for an address that is not this cluster's")    \
	X(NO_GLOBAL, "no_global_address", OB_DROP,                             \
	  "the source has no global address, so no answer could come back")    \
	X(MALFORMED, "malformed", OB_DROP,                                     \
	  "the IP header is cut short or contradicts itself")                  \
	X(NOT_UNICAST, "not_unicast", OB_DROP,                                 \
	  "multicast, broadcast and link-local do not cross clusters")         \
	X(INTERNAL, "internal_error", OB_DROP,                                 \
	  "a kernel helper refused the packet: please report")                 \
	X(TOO_BIG, "too_big", OB_KERNEL,                                       \
	  "larger than the tunnel's MTU and may not be fragmented: "           \
	  "the kernel answers with ICMP")                                      \
	X(FRAGMENTED, "fragmented", OB_KERNEL,                                 \
	  "larger than the tunnel's MTU: the kernel fragments it")             \
	X(TTL_EXPIRED, "ttl_expired", OB_KERNEL,                               \
	  "TTL or hop limit ran out: the kernel answers with ICMP")            \
	X(NO_FAST_PATH, "no_fast_path", OB_KERNEL,                             \
	  "translated, then delivered through the network stack")              \
	X(NO_SERVICE, "no_service", OB_DROP,                                   \
	  "a service address, but no service has it with this protocol "       \
	  "and port")                                                          \
	X(NO_ENDPOINT, "no_endpoint", OB_KERNEL,                               \
	  "the service has no ready endpoint: the kernel answers with ICMP")   \
	X(FLOWS_FULL, "flows_full", OB_DROP,                                   \
	  "no room for another connection to a service address")               \
	X(FLOW_CONFLICT, "flow_conflict", OB_DROP,                             \
	  "the client uses this port with the same endpoint already, "         \
	  "through another service address")                                   \
	X(SERVICE_FRAGMENT, "service_fragment", OB_DROP,                       \
	  "a later fragment to a service address came before the first")       \
	X(SCTP_PORT, "sctp_port", OB_DROP,                                     \
	  "SCTP to an endpoint with another port than the service's: its "     \
	  "checksum cannot follow")
/* clang-format on */

enum ob_reason {
#define OB_X(id, name, action, doc) OB_REASON_##id,
	OB_REASONS(OB_X)
#undef OB_X
	OB_REASON_COUNT
};

/* The hook a packet was at. */
enum ob_hook {
	OB_HOOK_FROM_POD = 0,
	OB_HOOK_TO_TUNNEL = 1,
	OB_HOOK_FROM_TUNNEL = 2,
	OB_HOOK_COUNT
};
