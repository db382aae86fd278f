// SPDX-License-Identifier: Apache-2.0
#include "octopus/config_read.h"

#include <errno.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>

#define PATTERN_LEN 64 /* of an interface pattern, with the NUL */

static int push_interface(struct ob_config_reader *r,
			  const struct ob_yaml *node, const struct ob_place *at,
			  void *out)
{
	struct ob_raw_texts *list = out;
	struct ob_raw_text *t = OB_PUSH(r->arena, list);

	t->v = ob_value_text(r, node, at, "an interface name or pattern");
	if (!t->v)
		return -EINVAL;
	t->at = *at;
	if (strpbrk(t->v, "*?[") ? strlen(t->v) >= PATTERN_LEN
				 : !ob_value_is_device(t->v))
		return ob_value_refuse(r, at,
				       "neither an interface name (at most %d "
				       "characters) nor a pattern",
				       IFNAMSIZ - 1);
	return 0;
}

static int read_interfaces(struct ob_config_reader *r,
			   const struct ob_yaml *node,
			   const struct ob_place *at, void *out)
{
	struct ob_raw_texts *list = out;

	list->at = *at;
	return ob_fields_each(r, node, at, push_interface, list);
}

/* Lists of structures. */

#define MAPPING_FIELD(name, member, fn)                                        \
	{                                                                      \
		name, fn, offsetof(struct ob_raw_mapping, member), true        \
	}
#define PEER_FIELD(name, member, fn, required)                                 \
	{                                                                      \
		name, fn, offsetof(struct ob_raw_peer, member), required       \
	}
#define TOP_FIELD(name, member, fn, required)                                  \
	{                                                                      \
		name, fn, offsetof(struct ob_raw_config, member), required     \
	}

static const struct ob_field mapping_fields[] = {
	MAPPING_FIELD("local", local, ob_value_prefix),
	MAPPING_FIELD("global", global, ob_value_prefix),
	{ 0 },
};

static const struct ob_field peer_fields[] = {
	PEER_FIELD("cluster_id", id, ob_value_label, true),
	PEER_FIELD("public_key", public_key, ob_value_key, false),
	PEER_FIELD("endpoint", endpoint, ob_value_host, false),
	PEER_FIELD("port", port, ob_value_port, false),
	PEER_FIELD("cluster_cidr", cidrs, ob_fields_prefixes, true),
	PEER_FIELD("ishub", hub, ob_value_bool, false),
	PEER_FIELD("keepalive", keepalive, ob_value_keepalive, false),
	{ 0 },
};

static int push_mapping(struct ob_config_reader *r, const struct ob_yaml *node,
			const struct ob_place *at, void *out)
{
	struct ob_raw_mappings *list = out;
	struct ob_raw_mapping *m = OB_PUSH(r->arena, list);

	m->at = *at;
	return ob_fields_read(r, node, at, mapping_fields, m);
}

static int push_peer(struct ob_config_reader *r, const struct ob_yaml *node,
		     const struct ob_place *at, void *out)
{
	struct ob_raw_peers *list = out;
	struct ob_raw_peer *p = OB_PUSH(r->arena, list);

	p->at = *at;
	return ob_fields_read(r, node, at, peer_fields, p);
}

static int read_mappings(struct ob_config_reader *r, const struct ob_yaml *node,
			 const struct ob_place *at, void *out)
{
	struct ob_raw_mappings *list = out;

	list->at = *at;
	return ob_fields_each(r, node, at, push_mapping, list);
}

static int read_peers(struct ob_config_reader *r, const struct ob_yaml *node,
		      const struct ob_place *at, void *out)
{
	struct ob_raw_peers *list = out;

	list->at = *at;
	return ob_fields_each(r, node, at, push_peer, list);
}

/* Sections. */

#define ALLOCATION_FIELD(name, member, fn)                                     \
	{                                                                      \
		name, fn, offsetof(struct ob_raw_allocation, member), false    \
	}

static const struct ob_field allocation_fields[] = {
	ALLOCATION_FIELD("prefix_len", prefix_len, ob_value_len4),
	ALLOCATION_FIELD("prefix_len6", prefix_len6, ob_value_len6),
	{ 0 },
};

static int read_allocation(struct ob_config_reader *r,
			   const struct ob_yaml *node,
			   const struct ob_place *at, void *out)
{
	struct ob_raw_allocation *allocation = out;

	allocation->at = *at;
	return ob_fields_read(r, node, at, allocation_fields, allocation);
}

static int read_policy(struct ob_config_reader *r, const struct ob_yaml *node,
		       const struct ob_place *at, void *out)
{
	struct ob_raw_text *text = out;

	text->v = ob_value_text(r, node, at, "spread or local-first");
	if (!text->v)
		return -EINVAL;
	text->at = *at;
	if (strcmp(text->v, "spread") != 0 &&
	    strcmp(text->v, "local-first") != 0)
		return ob_value_refuse(r, at, "expected spread or local-first");
	return 0;
}

static const struct ob_field top_fields[] = {
	TOP_FIELD("cluster_id", id, ob_value_label, true),
	TOP_FIELD("ishub", hub, ob_value_bool, false),
	TOP_FIELD("isPublic", is_public, ob_value_bool, false),
	TOP_FIELD("global_cidr", global, ob_fields_prefixes, false),
	TOP_FIELD("cluster_cidr", cidrs, ob_fields_prefixes, false),
	TOP_FIELD("pod_cidr", pods, ob_fields_prefixes, false),
	TOP_FIELD("service_cidr", services, ob_fields_prefixes, false),
	TOP_FIELD("node_cidr", nodes, ob_fields_prefixes, false),
	TOP_FIELD("mappings", mappings, read_mappings, false),
	TOP_FIELD("gateway", gateways, ob_fields_addrs, false),
	TOP_FIELD("interfaces", interfaces, read_interfaces, false),
	TOP_FIELD("device", device, ob_value_device, false),
	TOP_FIELD("port", port, ob_value_port, false),
	TOP_FIELD("key_file", key_file, ob_value_path, false),
	TOP_FIELD("mtu", mtu, ob_value_mtu, false),
	TOP_FIELD("metrics", metrics, ob_value_metrics, false),
	TOP_FIELD("peers", peers, read_peers, false),
	TOP_FIELD("hub", hub_api, ob_api_hub_read, false),
	TOP_FIELD("endpoint", endpoint, ob_value_host, false),
	TOP_FIELD("kubernetes", kubernetes, ob_api_kubernetes_read, false),
	TOP_FIELD("allocation", allocation, read_allocation, false),
	TOP_FIELD("clusterset_cidr", clusterset, ob_fields_prefixes, false),
	TOP_FIELD("service_policy", service_policy, read_policy, false),
	{ 0 },
};

int ob_config_read(struct ob_arena *a, const struct ob_config_errors *e,
		   const char *bytes, size_t size, struct ob_raw_config *ret)
{
	struct ob_raw_config raw = { 0 };
	int err = ob_fields_document(a, e, bytes, size, top_fields, &raw,
				     &raw.at);

	if (err < 0)
		return err;
	*ret = raw;
	return 0;
}
