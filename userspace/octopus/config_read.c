// SPDX-License-Identifier: Apache-2.0
#include "octopus/config_read.h"

#include <errno.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "octopus/config_value.h"

#define PATTERN_LEN 64 /* of an interface pattern, with the NUL */

/* A member of a mapping: where it goes in the struct, and how. */
struct field {
	const char *name;
	ob_value_fn *read;
	size_t offset;
	bool required;
};

static struct ob_place ob_value_place(const struct ob_yaml *node,
				      const char *path)
{
	return (struct ob_place){ node->line, node->column, path };
}

/* Structures of fields. */

static const struct field *field_find(const struct field *fields,
				      const char *name)
{
	for (const struct field *f = fields; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

static int check_required(const struct ob_config_reader *r,
			  const struct ob_yaml *node, const struct ob_place *at,
			  const struct field *fields)
{
	for (const struct field *f = fields; f->name; f++)
		if (f->required && !ob_yaml_get(node, f->name))
			return ob_value_refuse(r, at, "%s is missing", f->name);
	return 0;
}

static int read_member(struct ob_config_reader *r, const struct ob_yaml *node,
		       const struct ob_place *at, const struct field *fields,
		       void *out)
{
	const struct field *f = field_find(fields, node->key);
	char shown[OB_SHOWN_LEN];
	struct ob_place here;

	here = ob_value_place(node, at->path);
	if (!f)
		return ob_value_refuse(
			r, &here, "unknown field %s",
			ob_log_quote(node->key, shown, sizeof(shown)));
	here.path = at->path[0] ? ob_arena_printf(r->arena, "%s.%s", at->path,
						  f->name)
				: f->name;
	return f->read(r, node, &here, (char *)out + f->offset);
}

static int read_fields(struct ob_config_reader *r, const struct ob_yaml *node,
		       const struct ob_place *at, const struct field *fields,
		       void *out)
{
	if (node->kind != OB_YAML_MAPPING)
		return ob_value_refuse(r, at, "expected a mapping of fields");
	for (const struct ob_yaml *c = node->children; c; c = c->next) {
		int err = read_member(r, c, at, fields, out);

		if (err < 0)
			return err;
	}
	return check_required(r, node, at, fields);
}

/* Calls one for each element of a list, or for the scalar that stands for a
 * list of one. */
static int read_each(struct ob_config_reader *r, const struct ob_yaml *node,
		     const struct ob_place *at, ob_value_fn *one, void *list)
{
	size_t i = 0;

	if (node->kind == OB_YAML_MAPPING)
		return ob_value_refuse(r, at, "expected a list, not a mapping");
	if (node->kind == OB_YAML_SCALAR)
		return one(r, node, at, list);
	for (const struct ob_yaml *c = node->children; c; c = c->next, i++) {
		struct ob_place here;
		int err;

		here = ob_value_place(
			c, ob_arena_printf(r->arena, "%s[%zu]", at->path, i));
		err = one(r, c, &here, list);
		if (err < 0)
			return err;
	}
	return 0;
}

/* Lists. */

static int push_prefix(struct ob_config_reader *r, const struct ob_yaml *node,
		       const struct ob_place *at, void *out)
{
	struct ob_raw_prefixes *list = out;

	return ob_value_prefix(r, node, at, OB_PUSH(r->arena, list));
}

static int read_prefixes(struct ob_config_reader *r, const struct ob_yaml *node,
			 const struct ob_place *at, void *out)
{
	struct ob_raw_prefixes *list = out;

	list->at = *at;
	return read_each(r, node, at, push_prefix, list);
}

static int push_addr(struct ob_config_reader *r, const struct ob_yaml *node,
		     const struct ob_place *at, void *out)
{
	struct ob_raw_addrs *list = out;
	struct ob_raw_addr *addr = OB_PUSH(r->arena, list);
	const char *s = ob_value_text(r, node, at, "an IP address");

	if (!s)
		return -EINVAL;
	addr->at = *at;
	if (ob_addr_parse(s, &addr->v) < 0)
		return ob_value_refuse(r, at, "not an IP address");
	return 0;
}

static int read_addrs(struct ob_config_reader *r, const struct ob_yaml *node,
		      const struct ob_place *at, void *out)
{
	struct ob_raw_addrs *list = out;

	list->at = *at;
	return read_each(r, node, at, push_addr, list);
}

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
	return read_each(r, node, at, push_interface, list);
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

static const struct field mapping_fields[] = {
	MAPPING_FIELD("local", local, ob_value_prefix),
	MAPPING_FIELD("global", global, ob_value_prefix),
	{ 0 },
};

static const struct field peer_fields[] = {
	PEER_FIELD("cluster_id", id, ob_value_label, true),
	PEER_FIELD("public_key", public_key, ob_value_key, false),
	PEER_FIELD("endpoint", endpoint, ob_value_host, false),
	PEER_FIELD("port", port, ob_value_port, false),
	PEER_FIELD("cluster_cidr", cidrs, read_prefixes, true),
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
	return read_fields(r, node, at, mapping_fields, m);
}

static int push_peer(struct ob_config_reader *r, const struct ob_yaml *node,
		     const struct ob_place *at, void *out)
{
	struct ob_raw_peers *list = out;
	struct ob_raw_peer *p = OB_PUSH(r->arena, list);

	p->at = *at;
	return read_fields(r, node, at, peer_fields, p);
}

static int read_mappings(struct ob_config_reader *r, const struct ob_yaml *node,
			 const struct ob_place *at, void *out)
{
	struct ob_raw_mappings *list = out;

	list->at = *at;
	return read_each(r, node, at, push_mapping, list);
}

static int read_peers(struct ob_config_reader *r, const struct ob_yaml *node,
		      const struct ob_place *at, void *out)
{
	struct ob_raw_peers *list = out;

	list->at = *at;
	return read_each(r, node, at, push_peer, list);
}

/* Sections. */

#define HUB_FIELD(name, member, fn)                                            \
	{                                                                      \
		name, fn, offsetof(struct ob_raw_hub, member), false           \
	}
#define ALLOCATION_FIELD(name, member, fn)                                     \
	{                                                                      \
		name, fn, offsetof(struct ob_raw_allocation, member), false    \
	}

static const struct field hub_fields[] = {
	HUB_FIELD("url", url, ob_value_url),
	HUB_FIELD("ca_file", ca_file, ob_value_path),
	HUB_FIELD("token_file", token_file, ob_value_path),
	HUB_FIELD("kubeconfig", kubeconfig, ob_value_path),
	HUB_FIELD("namespace", namespace, ob_value_label),
	{ 0 },
};

static const struct field kubernetes_fields[] = {
	{ "kubeconfig", ob_value_path,
	  offsetof(struct ob_raw_kubernetes, kubeconfig), true },
	{ 0 },
};

static const struct field allocation_fields[] = {
	ALLOCATION_FIELD("prefix_len", prefix_len, ob_value_len4),
	ALLOCATION_FIELD("prefix_len6", prefix_len6, ob_value_len6),
	{ 0 },
};

static int read_hub(struct ob_config_reader *r, const struct ob_yaml *node,
		    const struct ob_place *at, void *out)
{
	struct ob_raw_hub *hub = out;

	hub->at = *at;
	return read_fields(r, node, at, hub_fields, hub);
}

static int read_kubernetes(struct ob_config_reader *r,
			   const struct ob_yaml *node,
			   const struct ob_place *at, void *out)
{
	struct ob_raw_kubernetes *k = out;

	k->at = *at;
	if (node->kind == OB_YAML_MAPPING)
		return read_fields(r, node, at, kubernetes_fields, k);
	if (node->kind == OB_YAML_SCALAR && !strcmp(node->scalar, "in-cluster"))
		return 0;
	return ob_value_refuse(r, at,
			       "expected in-cluster or {kubeconfig: FILE}");
}

static int read_allocation(struct ob_config_reader *r,
			   const struct ob_yaml *node,
			   const struct ob_place *at, void *out)
{
	struct ob_raw_allocation *allocation = out;

	allocation->at = *at;
	return read_fields(r, node, at, allocation_fields, allocation);
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

static const struct field top_fields[] = {
	TOP_FIELD("cluster_id", id, ob_value_label, true),
	TOP_FIELD("ishub", hub, ob_value_bool, false),
	TOP_FIELD("isPublic", is_public, ob_value_bool, false),
	TOP_FIELD("global_cidr", global, read_prefixes, false),
	TOP_FIELD("cluster_cidr", cidrs, read_prefixes, false),
	TOP_FIELD("pod_cidr", pods, read_prefixes, false),
	TOP_FIELD("service_cidr", services, read_prefixes, false),
	TOP_FIELD("node_cidr", nodes, read_prefixes, false),
	TOP_FIELD("mappings", mappings, read_mappings, false),
	TOP_FIELD("gateway", gateways, read_addrs, false),
	TOP_FIELD("interfaces", interfaces, read_interfaces, false),
	TOP_FIELD("device", device, ob_value_device, false),
	TOP_FIELD("port", port, ob_value_port, false),
	TOP_FIELD("key_file", key_file, ob_value_path, false),
	TOP_FIELD("mtu", mtu, ob_value_mtu, false),
	TOP_FIELD("metrics", metrics, ob_value_metrics, false),
	TOP_FIELD("peers", peers, read_peers, false),
	TOP_FIELD("hub", hub_api, read_hub, false),
	TOP_FIELD("endpoint", endpoint, ob_value_host, false),
	TOP_FIELD("kubernetes", kubernetes, read_kubernetes, false),
	TOP_FIELD("allocation", allocation, read_allocation, false),
	TOP_FIELD("clusterset_cidr", clusterset, read_prefixes, false),
	TOP_FIELD("service_policy", service_policy, read_policy, false),
	{ 0 },
};

int ob_config_read(struct ob_arena *a, const struct ob_config_errors *e,
		   const char *bytes, size_t size, struct ob_raw_config *ret)
{
	struct ob_config_reader r = { .arena = a, .errors = e };
	struct ob_status yaml = OB_STATUS_INIT;
	struct ob_raw_config raw = { 0 };
	struct ob_yaml *root;
	int err = ob_yaml_parse(a, bytes, size, &root, &yaml);

	if (err < 0)
		return ob_status_set(e->status, -err, yaml.reason, "%s:%s",
				     e->name, yaml.message);
	raw.at = ob_value_place(root, "");
	err = read_fields(&r, root, &raw.at, top_fields, &raw);
	if (err < 0)
		return err;
	*ret = raw;
	return 0;
}
