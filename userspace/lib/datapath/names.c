// SPDX-License-Identifier: Apache-2.0
#include "datapath/datapath.h"

static const struct {
	const char *name;
	enum ob_action action;
	const char *doc;
} reasons[] = {
#define OB_X(id, name, action, doc)                                            \
	[OB_REASON_##id] = { (name), (action), (doc) },
	OB_REASONS(OB_X)
#undef OB_X
};

static const char *const hooks[] = {
	[OB_HOOK_FROM_POD] = "from_pod",
	[OB_HOOK_TO_TUNNEL] = "to_tunnel",
	[OB_HOOK_FROM_TUNNEL] = "from_tunnel",
};

static const char *const maps[] = {
	[OB_MAP_CONFIG] = "ob_config",	   [OB_MAP_ROUTE4] = "ob_route4",
	[OB_MAP_ROUTE6] = "ob_route6",	   [OB_MAP_OUT4] = "ob_out4",
	[OB_MAP_OUT6] = "ob_out6",	   [OB_MAP_IN4] = "ob_in4",
	[OB_MAP_IN6] = "ob_in6",	   [OB_MAP_CLUSTER] = "ob_cluster",
	[OB_MAP_TRAFFIC] = "ob_traffic",   [OB_MAP_DROPS] = "ob_drops",
	[OB_MAP_EVENTS] = "ob_events",	   [OB_MAP_BUDGET] = "ob_budget",
	[OB_MAP_SERVICE] = "ob_service",   [OB_MAP_VIRTUAL] = "ob_virtual",
	[OB_MAP_SLOT] = "ob_slot",	   [OB_MAP_BACKEND] = "ob_backend",
	[OB_MAP_FLOW] = "ob_flow",	   [OB_MAP_REPLY] = "ob_reply",
	[OB_MAP_AFFINITY] = "ob_affinity", [OB_MAP_FRAGMENT] = "ob_fragment",
};

/* Values out of range come from a pinned map somebody wrote to by hand. */
const char *ob_reason_name(enum ob_reason reason)
{
	return reason < OB_REASON_COUNT ? reasons[reason].name : "unknown";
}

const char *ob_reason_doc(enum ob_reason reason)
{
	return reason < OB_REASON_COUNT ? reasons[reason].doc : "unknown";
}

enum ob_action ob_reason_action(enum ob_reason reason)
{
	return reason < OB_REASON_COUNT ? reasons[reason].action : OB_DROP;
}

const char *ob_hook_name(enum ob_hook hook)
{
	return hook < OB_HOOK_COUNT ? hooks[hook] : "unknown";
}

const char *ob_map_name(enum ob_map map)
{
	return map < OB_MAP_COUNT ? maps[map] : "unknown";
}
