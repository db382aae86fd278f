/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel should have: a pure function of the network and of what was
 * observed. No I/O, no clock.
 */
#pragma once

#include "base/arena.h"
#include "base/status.h"
#include "model/network.h"
#include "octopus/actual.h"
#include "octopus/mtu.h"

/* A handshake older than this is no sign of life (WireGuard whitepaper,
 * REJECT_AFTER_TIME). */
#define OB_HANDSHAKE_FRESH_S 180

#define OB_METRIC_UNICAST4    0
#define OB_METRIC_UNICAST6    1024	 /* what IPv6 makes of 0 */
#define OB_METRIC_UNREACHABLE 4278198272 /* worse than any route to a pod */

/*
 * Our device where an interface index belongs: it may not have one yet. The
 * appliers put the real one in.
 */
#define OB_IFINDEX_DEVICE 0

/* What is known about the way to a cluster, in the order of the network's. */
struct ob_peer_fact {
	struct ob_wg_endpoint resolved; /* of its host; family 0: not yet */
	struct ob_wg_endpoint told;	/* the kernel, last; family 0: never */
	struct ob_underlay underlay;	/* to where its packets go */
};

struct ob_facts {
	const struct ob_actual *actual;
	const struct ob_peer_fact *peers; /* network->n_clusters */
	struct ob_underlay fallback;	  /* where the default route leads */
	struct ob_key public_key; /* ours; zero: whatever the device has */
	int64_t now_s;		  /* seconds since 1970 */
	/* Virtual addresses that nobody serves; not known: those stay that
	 * the kernel has been told. */
	bool services_known;
	const struct ob_addr *unserved;
	size_t n_unserved;
};

struct ob_peer_item {
	struct ob_wg_peer wg;
	const char *cluster; /* whose it is; NULL: nobody's */
};

struct ob_desired {
	/* Our device's name is taken by somebody else's: change nothing. */
	bool blocked;
	struct ob_link link; /* ifindex 0: to be made */
	uint16_t port;
	struct ob_key public_key; /* zero: whatever the device has */
	struct ob_config config;  /* generation as it is now */
	OB_LIST(struct ob_pin) pins;
	OB_LIST(struct ob_ifaddr) addrs;
	OB_LIST(struct ob_sysctl) sysctls;
	OB_LIST(struct ob_rtroute) routes;
	OB_LIST(struct ob_peer_item) peers;
	OB_LIST(struct ob_attachment) attachments;
	OB_LIST(struct ob_route_entry) destinations;
	OB_LIST(struct ob_nat_entry) nats;
	OB_LIST(struct ob_cluster_entry) clusters;
	/* What an operator should know: it works, but not as it should. */
	OB_LIST(struct ob_status) conditions;
};

/* Everything in the result lives in the arena. */
void ob_desired_compute(struct ob_arena *a, const struct ob_network *net,
			const struct ob_facts *facts, struct ob_desired *ret);
