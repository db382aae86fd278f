/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Keys and values of every map, one struct each.
 *
 * Writer: octopus for the maps marked (U), the programs for those marked (K).
 * Everybody may read. Map names fit the kernel's 15 characters. Interface
 * indexes are those of the network namespace the programs are attached in.
 *
 *   ob_config   (U) array, one entry    struct ob_config
 *   ob_route4/6 (U) LPM: global prefix  -> struct ob_route
 *   ob_out4/6   (U) LPM: local prefix   -> struct ob_nat4/6 (local to global)
 *   ob_in4/6    (U) LPM: global prefix  -> struct ob_nat4/6 (global to local)
 *   ob_cluster  (U) hash: cluster ID    -> struct ob_cluster
 *   ob_traffic  (K) per-CPU array by slot -> struct ob_traffic
 *   ob_drops    (K) per-CPU hash: struct ob_drop_key -> struct ob_count
 *   ob_events   (K) ring buffer of struct ob_event (event.h)
 *   ob_budget   (K) per-CPU array by reason -> struct ob_budget
 *
 * Those of service addresses are in service.h.
 */
#pragma once

#include "ob/abi/reason.h"
#include "ob/abi/types.h"

#define OB_MAX_PREFIXES 131072 /* entries of each LPM map */
#define OB_MAX_CLUSTERS 256    /* slots, slot 0 means "unknown" */
#define OB_CLUSTER_LEN	64     /* a DNS label (63) and its NUL */
#define OB_EVENTS_SIZE	(256 * 1024)

enum ob_config_flag {
	/* Forward between two remote clusters (the hub does). */
	OB_CONFIG_RELAY = 1,
};

/* ob_config[0]: what the programs need to know about this cluster. */
struct ob_config {
	char cluster[OB_CLUSTER_LEN]; /* our cluster ID */
	struct ob_ip4 global4;	      /* the global network, host bits zero */
	__u32 global4_len;	      /* its length in bits; 0: no IPv4 */
	struct ob_ip6 global6;
	__u32 global6_len;	/* 0: no IPv6 */
	struct ob_ip4 gateway4; /* our own global address, 0: none: */
	struct ob_ip6 gateway6; /* source of errors from elsewhere */
	__u32 flags;		/* enum ob_config_flag */
	/* Where service addresses are (service.h); length 0: there are none. */
	struct ob_ip4 service4;
	__u32 service4_len;
	struct ob_ip6 service6;
	__u32 service6_len;
	/*
	 * The programs remember IPv4 decisions per CPU, by the addresses cut to
	 * the longest prefix of the map they were looked up in, and recall
	 * them while the generation is the same odd number. So a writer makes
	 * it even before it changes an LPM map, and sets the new lengths and
	 * the next odd number when it is done.
	 */
	__u32 longest_route4;
	__u32 longest_out4;
	__u32 longest_in4;
	__u32 generation;
};

/* ob_route4/6: which tunnel a global prefix is behind. */
struct ob_route {
	__u32 ifindex; /* the tunnel device */
	__u32 mtu;     /* largest IP packet it carries to there, in bytes */
	__u32 slot;    /* ob_traffic index of the cluster */
	__u32 _pad;
	char cluster[OB_CLUSTER_LEN];
};

enum ob_nat_kind {
	OB_NAT_PREFIX = 0, /* replace the prefix, keep the host bits */
	OB_NAT_STACK = 1,  /* ours, but for the gateway itself: deliver
			    * untranslated to the network stack */
};

/*
 * ob_out4, ob_in4: the prefix that replaces the one in the key. Both have the
 * same length, repeated here because a lookup does not return its key.
 */
struct ob_nat4 {
	struct ob_ip4 addr;
	__u32 prefixlen;
	enum ob_nat_kind kind;
};

struct ob_nat6 {
	struct ob_ip6 addr;
	__u32 prefixlen;
	enum ob_nat_kind kind;
};

/* ob_cluster: cluster IDs and the slot each keeps for as long as it exists. */
struct ob_cluster_key {
	char name[OB_CLUSTER_LEN];
};

struct ob_cluster {
	__u32 slot; /* 1 .. OB_MAX_CLUSTERS - 1 */
	__u32 hub;  /* 1 for the hub */
};

/*
 * ob_traffic[slot]: what was translated to and from a cluster, per CPU.
 * Packets count wire packets (segments of a GSO packet), bytes are IP bytes
 * as they cross the tunnel device.
 */
struct ob_traffic {
	__u64 tx_packets;
	__u64 tx_bytes;
	__u64 rx_packets;
	__u64 rx_bytes;
};

/* ob_drops: one entry for each pair that ever happened. */
struct ob_drop_key {
	enum ob_reason reason;
	enum ob_hook hook;
};

struct ob_count {
	__u64 packets;
	__u64 bytes;
};

/* ob_budget[reason]: rate limit of events, one window per second and CPU. */
struct ob_budget {
	__u64 window_ns;  /* start of the window, CLOCK_MONOTONIC */
	__u32 sent;	  /* events in this window */
	__u32 suppressed; /* events not sent, ever, for lack of budget */
};

OB_ABI_ASSERT(sizeof(enum ob_reason) == 4);
OB_ABI_ASSERT(sizeof(struct ob_config) == 160);
OB_ABI_ASSERT(sizeof(struct ob_route) == 16 + OB_CLUSTER_LEN);
OB_ABI_ASSERT(sizeof(struct ob_nat4) == 12);
OB_ABI_ASSERT(sizeof(struct ob_nat6) == 24);
OB_ABI_ASSERT(sizeof(struct ob_cluster_key) == OB_CLUSTER_LEN);
OB_ABI_ASSERT(sizeof(struct ob_cluster) == 8);
OB_ABI_ASSERT(sizeof(struct ob_traffic) == 32);
OB_ABI_ASSERT(sizeof(struct ob_drop_key) == 8);
OB_ABI_ASSERT(sizeof(struct ob_count) == 16);
OB_ABI_ASSERT(sizeof(struct ob_budget) == 16);
OB_ABI_ASSERT(__builtin_offsetof(struct ob_config, generation) == 156);
