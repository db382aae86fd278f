/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every map, defined once and part of each object: the loader pins them by
 * name and the objects share them. See ob/abi/maps.h for what they hold.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "ob/abi/event.h"
#include "ob/abi/maps.h"
#include "ob/abi/service.h"

/* Prefixes come and go with clusters and nodes: no memory until used. */
#define OB_LPM_MAP(map, key_type, value_type)                                  \
	struct {                                                               \
		__uint(type, BPF_MAP_TYPE_LPM_TRIE);                           \
		__uint(map_flags, BPF_F_NO_PREALLOC);                          \
		__uint(max_entries, OB_MAX_PREFIXES);                          \
		__type(key, key_type);                                         \
		__type(value, value_type);                                     \
	} map SEC(".maps")

OB_LPM_MAP(ob_route4, struct ob_key4, struct ob_route);
OB_LPM_MAP(ob_route6, struct ob_key6, struct ob_route);
OB_LPM_MAP(ob_out4, struct ob_key4, struct ob_nat4);
OB_LPM_MAP(ob_out6, struct ob_key6, struct ob_nat6);
OB_LPM_MAP(ob_in4, struct ob_key4, struct ob_nat4);
OB_LPM_MAP(ob_in6, struct ob_key6, struct ob_nat6);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ob_config);
} ob_config SEC(".maps");

/* Read and written by userspace only: it keeps slots across restarts. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, OB_MAX_CLUSTERS);
	__type(key, struct ob_cluster_key);
	__type(value, struct ob_cluster);
} ob_cluster SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, OB_MAX_CLUSTERS);
	__type(key, __u32);
	__type(value, struct ob_traffic);
} ob_traffic SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, OB_REASON_COUNT *OB_HOOK_COUNT);
	__type(key, struct ob_drop_key);
	__type(value, struct ob_count);
} ob_drops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, OB_EVENTS_SIZE);
} ob_events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, OB_REASON_COUNT);
	__type(key, __u32);
	__type(value, struct ob_budget);
} ob_budget SEC(".maps");

/* Services come and go: no memory until used. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, OB_MAX_SERVICES);
	__type(key, struct ob_service_key);
	__type(value, struct ob_service);
} ob_service SEC(".maps");

/* Every address in there has a service at least. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, OB_MAX_SERVICES);
	__type(key, struct ob_ip6);
	__type(value, __u32);
} ob_virtual SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, OB_MAX_SLOT_BLOCKS);
	__type(key, __u32);
	__type(value, struct ob_slots);
} ob_slot SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, OB_MAX_BACKENDS);
	__type(key, __u32);
	__type(value, struct ob_backend);
} ob_backend SEC(".maps");

/*
 * Connections: preallocated, so that the packet path needs no allocation, and
 * never LRU, which would throw out a connection under way, or one half of it,
 * to make room for a new one. Full means that new ones are refused.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, OB_MAX_FLOWS);
	__type(key, struct ob_flow_key);
	__type(value, struct ob_flow);
} ob_flow SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, OB_MAX_FLOWS);
	__type(key, struct ob_reply_key);
	__type(value, struct ob_reply);
} ob_reply SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, OB_MAX_AFFINITIES);
	__type(key, struct ob_affinity_key);
	__type(value, struct ob_affinity);
} ob_affinity SEC(".maps");

/* Losing a note loses one datagram: here the kernel may choose the victim. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, OB_MAX_FRAGMENTS);
	__type(key, struct ob_fragment_key);
	__type(value, struct ob_fragment);
} ob_fragment SEC(".maps");
