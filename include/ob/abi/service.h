/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Service addresses: keys and values of the maps that balance connections to
 * a virtual address over the endpoints of all clusters.
 *
 * Writer: octopus for the maps marked (U), the programs for those marked (K);
 * octopus deletes entries of the latter that are idle. IPv4 addresses appear
 * as ::ffff:a.b.c.d, ports in host order.
 *
 *   ob_service  (U) hash: virtual address, port, protocol -> struct ob_service
 *   ob_virtual  (U) hash: virtual address of any of these -> 1
 *   ob_slot     (U) array of struct ob_slots: which backend a connection gets
 *   ob_backend  (U) array by number of a backend: struct ob_backend
 *   ob_flow     (K) hash: a connection -> the backend it has
 *   ob_reply    (K) hash: its answers -> the virtual address they must carry
 *   ob_affinity (K) hash: client and service -> the backend the client had
 *   ob_fragment (K) LRU hash: a fragmented packet -> its new address
 *
 * Pods may have global addresses in the block that services have theirs in:
 * ob_virtual tells them apart.
 *
 *   ob_service[10.113.192.1 TCP 80] first_slot 64, n_slots 61
 *                                          |
 *   ob_slot      blocks 2 and 3: [7, 9, 7, 8, 9, ...]
 *                                 |
 *   ob_backend[7]                10.114.3.9 port 8080, cluster 2
 */
#pragma once

#include "ob/abi/types.h"

#define OB_SERVICE_LABEL_LEN 64 /* a DNS label (63) and its NUL */

#define OB_MAX_SERVICES	  32768	 /* of address, protocol and port */
#define OB_MAX_BACKENDS	  262144 /* of all services */
#define OB_MAX_FLOWS	  131072 /* connections at a time */
#define OB_MAX_AFFINITIES 65536
#define OB_MAX_FRAGMENTS  8192 /* datagrams whose fragments are under way */

/* Slots come in blocks, because an entry of an array has at least 8 bytes. */
#define OB_SLOTS	   32	 /* of a block */
#define OB_MAX_SLOT_BLOCKS 65536 /* 2,097,152 slots */
/* The largest table of one service: a prime below 2^17. */
#define OB_MAX_TABLE	   131071

enum ob_proto {
	OB_PROTO_TCP = 6,
	OB_PROTO_UDP = 17,
	OB_PROTO_SCTP = 132,
};

struct ob_service_key {
	struct ob_ip6 addr; /* virtual */
	__u16 port;
	__u16 _pad;
	enum ob_proto proto;
};

/*
 * Changes as a whole: the slots of a value are never written while it is in
 * the map. A packet that still holds an old value may find slots that are
 * another's by now: their backends are not of this id.
 */
struct ob_service {
	char namespace[OB_SERVICE_LABEL_LEN]; /* for people */
	char name[OB_SERVICE_LABEL_LEN];
	__u32 id;	  /* never 0, never used again */
	__u32 first_slot; /* a multiple of OB_SLOTS */
	__u32 n_slots;	  /* 0: no endpoint */
	__u32 affinity_s; /* a client keeps its backend for so long; 0: none */
};

/* ob_slot[n]: numbers of backends in slots n * OB_SLOTS and following. */
struct ob_slots {
	__u32 backend[OB_SLOTS];
};

enum ob_backend_state {
	OB_BACKEND_FREE = 0, /* not in use: connections to it pick anew */
	OB_BACKEND_READY = 1,
	OB_BACKEND_DRAINING = 2, /* keeps its connections, gets no new ones */
};

/* An endpoint of one service. */
struct ob_backend {
	struct ob_ip6 addr; /* global, of whatever cluster */
	__u16 port;
	__u16 _pad;
	__u32 cluster; /* slot of ob_cluster; 0: our own */
	enum ob_backend_state state;
	__u32 service;	  /* ob_service.id */
	__u32 generation; /* another one each time the entry is used anew */
	__u32 _pad2;
};

/* A connection, as its client sees it: addresses before any translation. */
struct ob_flow_key {
	struct ob_ip6 client; /* local */
	struct ob_ip6 addr;   /* virtual */
	__u16 client_port;
	__u16 port;
	enum ob_proto proto;
};

enum ob_flow_state {
	OB_FLOW_OPENING = 0,	 /* TCP, SCTP: nothing but its first packet */
	OB_FLOW_ESTABLISHED = 1, /* UDP: always */
	OB_FLOW_CLOSING = 2,	 /* TCP: FIN or RST seen, of either side */
};

struct ob_flow {
	struct ob_ip6 addr; /* of the backend */
	__u16 port;
	__u16 _pad;
	__u32 backend;	  /* its number, and what ob_backend then said: */
	__u32 generation; /* not the same any more: it is gone */
	enum ob_flow_state state;
	__u32 tick;    /* jiffies of seen_ns: cheaper to ask for */
	__u64 seen_ns; /* last packet of the client, CLOCK_MONOTONIC, +- 4 s */
};

/* Answers of a backend to a client of ours, addresses as the client's. */
struct ob_reply_key {
	struct ob_ip6 backend; /* global */
	struct ob_ip6 client;  /* local */
	__u16 backend_port;
	__u16 client_port;
	enum ob_proto proto;
};

struct ob_reply {
	struct ob_ip6 addr; /* virtual */
	__u16 port;
	__u16 _pad;
};

struct ob_affinity_key {
	struct ob_ip6 client; /* local */
	__u32 service;	      /* ob_service.id */
};

struct ob_affinity {
	__u32 backend; /* as in struct ob_flow */
	__u32 generation;
	__u32 timeout_s;
	__u32 _pad;
	__u64 seen_ns; /* last new connection, CLOCK_MONOTONIC */
};

/* Later fragments have no ports: the first one leaves a note for them. */
struct ob_fragment_key {
	struct ob_ip6 src;
	struct ob_ip6 dst;
	__u32 ident; /* as on the wire */
	__u32 proto;
};

struct ob_fragment {
	struct ob_ip6 addr; /* the one that replaces the virtual address, or
			     * the virtual one that replaces the backend's */
};

OB_ABI_ASSERT(sizeof(enum ob_proto) == 4);
OB_ABI_ASSERT(sizeof(struct ob_service_key) == 24);
OB_ABI_ASSERT(sizeof(struct ob_service) == 2 * OB_SERVICE_LABEL_LEN + 16);
OB_ABI_ASSERT(sizeof(struct ob_slots) == 128);
OB_ABI_ASSERT(sizeof(struct ob_backend) == 40);
OB_ABI_ASSERT(sizeof(struct ob_flow_key) == 40);
OB_ABI_ASSERT(sizeof(struct ob_flow) == 48);
OB_ABI_ASSERT(sizeof(struct ob_reply_key) == 40);
OB_ABI_ASSERT(sizeof(struct ob_reply) == 20);
OB_ABI_ASSERT(sizeof(struct ob_affinity_key) == 20);
OB_ABI_ASSERT(sizeof(struct ob_affinity) == 24);
OB_ABI_ASSERT(sizeof(struct ob_fragment_key) == 40);
OB_ABI_ASSERT(sizeof(struct ob_fragment) == 16);
OB_ABI_ASSERT(__builtin_offsetof(struct ob_flow, seen_ns) == 40);
