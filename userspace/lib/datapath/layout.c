// SPDX-License-Identifier: Apache-2.0
#include "datapath/layout.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "ob/abi/event.h"
#include "ob/abi/maps.h"
#include "ob/abi/service.h"

struct layout {
	__u32 type;
	__u32 key_size;
	__u32 value_size;
	__u32 max_entries;
};

#define LAYOUT(type, key, value, max_entries)                                  \
	{                                                                      \
		BPF_MAP_TYPE_##type, sizeof(key), sizeof(value), (max_entries) \
	}
#define PREFIXES(key, value) LAYOUT(LPM_TRIE, key, value, OB_MAX_PREFIXES)

static const struct layout layouts[] = {
	[OB_MAP_CONFIG] = LAYOUT(ARRAY, __u32, struct ob_config, 1),
	[OB_MAP_ROUTE4] = PREFIXES(struct ob_key4, struct ob_route),
	[OB_MAP_ROUTE6] = PREFIXES(struct ob_key6, struct ob_route),
	[OB_MAP_OUT4] = PREFIXES(struct ob_key4, struct ob_nat4),
	[OB_MAP_OUT6] = PREFIXES(struct ob_key6, struct ob_nat6),
	[OB_MAP_IN4] = PREFIXES(struct ob_key4, struct ob_nat4),
	[OB_MAP_IN6] = PREFIXES(struct ob_key6, struct ob_nat6),
	[OB_MAP_CLUSTER] = LAYOUT(HASH, struct ob_cluster_key,
				  struct ob_cluster, OB_MAX_CLUSTERS),
	[OB_MAP_TRAFFIC] =
		LAYOUT(PERCPU_ARRAY, __u32, struct ob_traffic, OB_MAX_CLUSTERS),
	[OB_MAP_DROPS] =
		LAYOUT(PERCPU_HASH, struct ob_drop_key, struct ob_count,
		       OB_REASON_COUNT *OB_HOOK_COUNT),
	[OB_MAP_EVENTS] = { BPF_MAP_TYPE_RINGBUF, 0, 0, OB_EVENTS_SIZE },
	[OB_MAP_BUDGET] =
		LAYOUT(PERCPU_ARRAY, __u32, struct ob_budget, OB_REASON_COUNT),
	[OB_MAP_SERVICE] = LAYOUT(HASH, struct ob_service_key,
				  struct ob_service, OB_MAX_SERVICES),
	[OB_MAP_VIRTUAL] = LAYOUT(HASH, struct ob_ip6, __u32, OB_MAX_SERVICES),
	[OB_MAP_SLOT] =
		LAYOUT(ARRAY, __u32, struct ob_slots, OB_MAX_SLOT_BLOCKS),
	[OB_MAP_BACKEND] =
		LAYOUT(ARRAY, __u32, struct ob_backend, OB_MAX_BACKENDS),
	[OB_MAP_FLOW] =
		LAYOUT(HASH, struct ob_flow_key, struct ob_flow, OB_MAX_FLOWS),
	[OB_MAP_REPLY] = LAYOUT(HASH, struct ob_reply_key, struct ob_reply,
				OB_MAX_FLOWS),
	[OB_MAP_AFFINITY] = LAYOUT(HASH, struct ob_affinity_key,
				   struct ob_affinity, OB_MAX_AFFINITIES),
	[OB_MAP_FRAGMENT] = LAYOUT(LRU_HASH, struct ob_fragment_key,
				   struct ob_fragment, OB_MAX_FRAGMENTS),
};

int ob_layout_check(enum ob_map map, int fd, const char *path,
		    struct ob_status *status)
{
	const struct layout *want = &layouts[map];
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return ob_status_set(status, errno, "MapUnreadable", "%s: %s",
				     path, strerror(errno));
	if (info.type == want->type && info.key_size == want->key_size &&
	    info.value_size == want->value_size &&
	    info.max_entries == want->max_entries)
		return 0;
	return ob_status_set(
		status, EINVAL, "MapMismatch",
		"pinned map %s is of another kind: type %u key %u value %u "
		"entries %u, this version needs type %u key %u value %u "
		"entries %u; remove it with octopus --cleanup",
		path, info.type, info.key_size, info.value_size,
		info.max_entries, want->type, want->key_size, want->value_size,
		want->max_entries);
}
