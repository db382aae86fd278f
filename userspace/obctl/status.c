// SPDX-License-Identifier: Apache-2.0
#include "obctl/status.h"

#include <inttypes.h>
#include <string.h>

#include "ob/abi/version.h"
#include "obctl/drops.h"
#include "obctl/gather.h"
#include "obctl/membership.h"
#include "obctl/peers.h"
#include "obctl/table.h"
#include "obctl/units.h"

#define SHOWN_CIDRS 4 /* in the table; JSON has all */

struct prefix_list {
	struct ob_prefix *v;
	size_t n, room;
};

struct totals {
	size_t peers, up, unknown;
	struct ob_traffic traffic;
	uint64_t dropped, to_kernel;
};

static void push_prefix(struct prefix_list *list, struct ob_arena *a,
			struct ob_addr addr, uint32_t len)
{
	*OB_PUSH(a, list) = (struct ob_prefix){ addr, (uint8_t)len };
}

static struct prefix_list global_cidrs(const struct ob_ctl_view *view,
				       struct ob_arena *a)
{
	const struct ob_config *config = &view->config;
	struct prefix_list list = { 0 };

	if (config->global4_len)
		push_prefix(&list, a, ob_ctl_from_ip4(&config->global4),
			    config->global4_len);
	if (config->global6_len)
		push_prefix(&list, a, ob_ctl_from_ip6(&config->global6),
			    config->global6_len);
	return list;
}

static struct prefix_list gateways(const struct ob_ctl_view *view,
				   struct ob_arena *a)
{
	static const struct ob_ip4 none4;
	static const struct ob_ip6 none6;
	const struct ob_config *config = &view->config;
	struct prefix_list list = { 0 };

	if (memcmp(&config->gateway4, &none4, sizeof(none4)) != 0)
		push_prefix(&list, a, ob_ctl_from_ip4(&config->gateway4), 32);
	if (memcmp(&config->gateway6, &none6, sizeof(none6)) != 0)
		push_prefix(&list, a, ob_ctl_from_ip6(&config->gateway6), 128);
	return list;
}

/* The maps know which global prefixes have something behind them, which is
 * the cluster CIDR or blocks of it. */
static struct prefix_list cluster_cidrs(const struct ob_ctl_view *view,
					struct ob_arena *a)
{
	struct prefix_list list = { 0 };

	for (size_t i = 0; i < view->nat.n; i++) {
		const struct ob_nat_entry *entry = &view->nat.v[i];

		if (entry->dir == OB_NAT_IN && entry->kind == OB_NAT_PREFIX)
			push_prefix(&list, a, entry->from.addr,
				    entry->from.len);
	}
	return list;
}

static struct totals totals_get(const struct ob_ctl_view *view,
				struct ob_arena *a)
{
	struct ob_ctl_peers peers = ob_ctl_peers_list(view, a);
	struct totals t = { .peers = peers.n };

	for (size_t i = 0; i < peers.n; i++) {
		t.up += peers.v[i].up == OB_CTL_UP;
		t.unknown += peers.v[i].up == OB_CTL_UNKNOWN;
	}
	for (size_t i = 0; i < OB_MAX_CLUSTERS; i++) {
		t.traffic.tx_packets += view->traffic[i].tx_packets;
		t.traffic.tx_bytes += view->traffic[i].tx_bytes;
		t.traffic.rx_packets += view->traffic[i].rx_packets;
		t.traffic.rx_bytes += view->traffic[i].rx_bytes;
	}
	t.dropped = ob_ctl_drops_sum(view, OB_DROP);
	t.to_kernel = ob_ctl_drops_sum(view, OB_KERNEL);
	return t;
}

static void print_prefixes(const char *title, const struct prefix_list *list,
			   bool addresses, struct ob_arena *a, FILE *out)
{
	fprintf(out, "%-10s", title);
	for (size_t i = 0; i < list->n && i < SHOWN_CIDRS; i++)
		fprintf(out, "%s%s", i ? ", " : "",
			addresses ? ob_ctl_addr(a, &list->v[i].addr)
				  : ob_ctl_prefix(a, &list->v[i]));
	if (list->n > SHOWN_CIDRS)
		fprintf(out, " and %zu more", list->n - SHOWN_CIDRS);
	fputs(list->n ? "\n" : "none\n", out);
}

static void print_head(const struct ob_ctl_view *view, struct ob_arena *a,
		       const struct totals *t, FILE *out)
{
	struct prefix_list global = global_cidrs(view, a);
	struct prefix_list cluster = cluster_cidrs(view, a);
	struct prefix_list gateway = gateways(view, a);
	const struct ob_config *config = &view->config;

	fprintf(out, "%-10s%s%s\n", "cluster",
		config->cluster[0] ? config->cluster : "not configured yet",
		config->flags & OB_CONFIG_RELAY ? " (relay)" : "");
	print_prefixes("gateway", &gateway, true, a, out);
	print_prefixes("global", &global, false, a, out);
	print_prefixes("mapped", &cluster, false, a, out);
	fprintf(out, "%-10s%s/%s, attached by %s\n", "pins", view->pin_root,
		OB_ABI_VERSION, view->tcx ? "tcx" : "clsact");
	if (t->unknown)
		fprintf(out, "%-10s%zu, tunnels unknown\n", "peers", t->peers);
	else
		fprintf(out, "%-10s%zu of %zu up\n", "peers", t->up, t->peers);
	fprintf(out,
		"%-10ssent %s in %llu packets, received %s in %llu packets\n",
		"traffic", ob_ctl_bytes(a, t->traffic.tx_bytes),
		t->traffic.tx_packets, ob_ctl_bytes(a, t->traffic.rx_bytes),
		t->traffic.rx_packets);
	if (view->daemon)
		ob_ctl_membership_print(view->daemon, view->now_s, a, out);
}

/* The devices in the order in which attachments first name them. */
static size_t devices_get(const struct ob_ctl_view *view, int *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < view->attachments.n; i++) {
		int ifindex = view->attachments.v[i].ifindex;
		size_t j = 0;

		while (j < n && ret[j] != ifindex)
			j++;
		if (j == n)
			ret[n++] = ifindex;
	}
	return n;
}

static const char *programs_text(const struct ob_ctl_view *view,
				 struct ob_arena *a, int ifindex)
{
	const char *text = "";

	for (size_t i = 0; i < view->attachments.n; i++) {
		const struct ob_attachment *at = &view->attachments.v[i];

		if (at->ifindex != ifindex)
			continue;
		text = ob_arena_printf(
			a, "%s%s%s (%s%s)", text, *text ? ", " : "",
			ob_hook_name(at->hook), at->tcx ? "tcx" : "clsact",
			at->current ? "" : ", not current");
	}
	return text;
}

static void print_devices(const struct ob_ctl_view *view, struct ob_arena *a,
			  FILE *out)
{
	static const struct ob_ctl_column columns[] = {
		{ "DEVICE" },	 { "KIND" },	 { "STATE" },
		{ "MTU", true }, { "PROGRAMS" },
	};
	int *devices = ob_arena_array(a, view->attachments.n + 1, sizeof(int));
	size_t n = devices_get(view, devices);
	struct ob_ctl_table t;

	if (n == 0) {
		fputs("\nNo program is attached to any device.\n", out);
		return;
	}
	ob_ctl_table_init(&t, a, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < n; i++) {
		const struct ob_link *link = ob_ctl_view_link(view, devices[i]);
		const char *kind = link && link->kind[0] ? link->kind : "-";

		ob_ctl_table_cell(&t, "%s",
				  ob_ctl_view_device(view, a, devices[i]));
		ob_ctl_table_cell(&t, "%s", kind);
		ob_ctl_table_cell(&t, "%s",
				  !link	     ? "unknown"
				  : link->up ? "up"
					     : "down");
		ob_ctl_table_cell(
			&t, "%s",
			link ? ob_arena_printf(a, "%" PRIu32, link->mtu) : "-");
		ob_ctl_table_cell(&t, "%s", programs_text(view, a, devices[i]));
	}
	fputc('\n', out);
	ob_ctl_table_print(&t, out);
}

static void print_maps(const struct ob_ctl_view *view, struct ob_arena *a,
		       FILE *out)
{
	static const struct ob_ctl_column columns[] = {
		{ "MAP" },
		{ "ENTRIES", true },
		{ "MAX", true },
		{ "FULL", true },
	};
	struct ob_ctl_table t;

	ob_ctl_table_init(&t, a, columns, ARRAY_SIZE(columns));
	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++) {
		const struct ob_map_fill *fill = &view->fill[i];

		ob_ctl_table_cell(&t, "%s", ob_map_name(i));
		ob_ctl_table_cell(&t, "%zu", fill->entries);
		ob_ctl_table_cell(&t, "%zu", fill->max_entries);
		ob_ctl_table_cell(&t, "%.1f %%", ob_map_pressure(fill) * 100);
	}
	fputc('\n', out);
	ob_ctl_table_print(&t, out);
}

void ob_ctl_status_print(const struct ob_ctl_view *view, struct ob_arena *a,
			 FILE *out)
{
	struct totals t = totals_get(view, a);

	print_head(view, a, &t, out);
	print_devices(view, a, out);
	print_maps(view, a, out);
	fprintf(out,
		"\ndropped   %" PRIu64 ", left to the kernel %" PRIu64 "%s\n",
		t.dropped, t.to_kernel,
		t.dropped + t.to_kernel ? " packets: see obctl drops" : "");
}

static void json_prefixes(cJSON *object, const char *name,
			  const struct prefix_list *list, bool addresses,
			  struct ob_arena *a)
{
	cJSON *array = ob_ctl_json_array(a, object, name);

	for (size_t i = 0; i < list->n; i++) {
		const char *text = addresses ? ob_ctl_addr(a, &list->v[i].addr)
					     : ob_ctl_prefix(a, &list->v[i]);

		ob_json_append(a, array, ob_json_string_new(a, text));
	}
}

static void json_head(cJSON *object, const struct ob_ctl_view *view,
		      struct ob_arena *a)
{
	struct prefix_list global = global_cidrs(view, a);
	struct prefix_list cluster = cluster_cidrs(view, a);
	struct prefix_list gateway = gateways(view, a);

	ob_ctl_json_string(a, object, "cluster", view->config.cluster);
	ob_ctl_json_bool(a, object, "relay",
			 view->config.flags & OB_CONFIG_RELAY);
	json_prefixes(object, "gateways", &gateway, true, a);
	json_prefixes(object, "global", &global, false, a);
	json_prefixes(object, "mapped", &cluster, false, a);
	ob_ctl_json_string(a, object, "pin_root", view->pin_root);
	ob_ctl_json_string(a, object, "abi", OB_ABI_VERSION);
	ob_ctl_json_string(a, object, "attach", view->tcx ? "tcx" : "clsact");
	ob_ctl_json_u64(a, object, "generation", view->config.generation);
}

static void json_programs(cJSON *object, const struct ob_ctl_view *view,
			  struct ob_arena *a)
{
	cJSON *array = ob_ctl_json_array(a, object, "programs");

	for (size_t i = 0; i < view->attachments.n; i++) {
		const struct ob_attachment *at = &view->attachments.v[i];
		const struct ob_link *link =
			ob_ctl_view_link(view, at->ifindex);
		cJSON *item = ob_ctl_json_object(a, array);

		ob_ctl_json_string(a, item, "hook", ob_hook_name(at->hook));
		ob_ctl_json_string(a, item, "device",
				   ob_ctl_view_device(view, a, at->ifindex));
		ob_ctl_json_u64(a, item, "ifindex", (uint64_t)at->ifindex);
		ob_ctl_json_string(a, item, "attach",
				   at->tcx ? "tcx" : "clsact");
		ob_ctl_json_bool(a, item, "current", at->current);
		if (!link)
			continue;
		ob_ctl_json_bool(a, item, "up", link->up);
		ob_ctl_json_u64(a, item, "mtu", link->mtu);
	}
}

static void json_maps(cJSON *object, const struct ob_ctl_view *view,
		      struct ob_arena *a)
{
	cJSON *array = ob_ctl_json_array(a, object, "maps");

	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++) {
		const struct ob_map_fill *fill = &view->fill[i];
		cJSON *item = ob_ctl_json_object(a, array);

		ob_ctl_json_string(a, item, "name", ob_map_name(i));
		ob_ctl_json_u64(a, item, "entries", fill->entries);
		ob_ctl_json_u64(a, item, "max_entries", fill->max_entries);
		ob_json_set_number(a, item, "pressure", ob_map_pressure(fill));
	}
}

cJSON *ob_ctl_status_json(const struct ob_ctl_view *view, struct ob_arena *a)
{
	struct totals t = totals_get(view, a);
	cJSON *object = ob_json_object(a);

	json_head(object, view, a);
	ob_ctl_json_u64(a, object, "peers", t.peers);
	if (t.unknown)
		ob_ctl_json_string(a, object, "peers_up", NULL);
	else
		ob_ctl_json_u64(a, object, "peers_up", t.up);
	ob_ctl_json_u64(a, object, "tx_bytes", t.traffic.tx_bytes);
	ob_ctl_json_u64(a, object, "tx_packets", t.traffic.tx_packets);
	ob_ctl_json_u64(a, object, "rx_bytes", t.traffic.rx_bytes);
	ob_ctl_json_u64(a, object, "rx_packets", t.traffic.rx_packets);
	ob_ctl_json_u64(a, object, "dropped_packets", t.dropped);
	ob_ctl_json_u64(a, object, "kernel_packets", t.to_kernel);
	ob_ctl_json_u64(a, object, "suppressed_events", view->suppressed);
	json_programs(object, view, a);
	json_maps(object, view, a);
	ob_ctl_membership_json(view->daemon, object, a);
	return object;
}

static int run(struct ob_ctl *ctl)
{
	const unsigned int everything = OB_CTL_ROUTES | OB_CTL_NAT |
					OB_CTL_TRAFFIC | OB_CTL_DROPS |
					OB_CTL_FILL | OB_CTL_ATTACHMENTS |
					OB_CTL_LINKS | OB_CTL_TUNNELS;
	struct ob_ctl_view view;
	int r = ob_ctl_view_read(ctl->dp, ctl->options.pin_root, everything,
				 ctl->arena, &view);

	if (r < 0)
		return ob_ctl_fail(r, "reading the maps");
	view.daemon = ob_ctl_gather_status(ctl, view.config.cluster);
	if (ctl->options.json) {
		cJSON *json = ob_ctl_status_json(&view, ctl->arena);

		ob_ctl_json_print(ctl->arena, json, stdout);
		return OB_CTL_OK;
	}
	ob_ctl_status_print(&view, ctl->arena, stdout);
	return OB_CTL_OK;
}

const struct ob_ctl_verb ob_ctl_status = {
	.name = "status",
	.synopsis = "status",
	.summary = "everything at a glance",
	.help = "This cluster, its devices and the programs on them, the "
		"maps and how full they\nare, peers, traffic and drops.\n\n"
		"\"mapped\" are the global prefixes behind which this cluster "
		"has something.\n\"not current\" is a program that octopus has "
		"not replaced yet. A device\n\"unknown\" is in another network "
		"namespace: see --netns.\n\nOf a cluster that has a hub "
		"also the connection to it, who leads, and our Peer,\nas "
		"octopus tells them: see --config.\n",
	.options = OB_CTL_CONFIG,
	.needs_datapath = true,
	.run = run,
};
