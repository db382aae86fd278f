// SPDX-License-Identifier: Apache-2.0
#include "obctl_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

struct ob_prefix obctl_prefix(const char *s)
{
	struct ob_prefix p = { 0 };

	assert_int_equal(0, ob_prefix_parse(s, &p));
	return p;
}

struct ob_addr obctl_addr(const char *s)
{
	struct ob_addr a = { 0 };

	assert_int_equal(0, ob_addr_parse(s, &a));
	return a;
}

static void fill_config(struct ob_ctl_view *view)
{
	view->now_s = 1700000000;
	view->pin_root = "/sys/fs/bpf/ovn-builder";
	view->tcx = true;
	view->config = (struct ob_config){
		.cluster = "west",
		.global4 = { { 10, 112 } },
		.global4_len = 12,
		.gateway4 = { { 10, 113, 0, 1 } },
		.generation = 4,
	};
	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++)
		view->fill[i] = (struct ob_map_fill){ i, 0, 256 };
	view->fill[OB_MAP_CLUSTER].entries = 2;
	view->fill[OB_MAP_ROUTE4] =
		(struct ob_map_fill){ OB_MAP_ROUTE4, 65536, 131072 };
}

static void fill_routes(struct ob_ctl_view *view)
{
	static struct ob_route_entry routes[2];
	static struct ob_cluster_entry clusters[] = {
		{ { "hub" }, { 1, 1 } },
		{ { "east" }, { 2, 0 } },
	};

	routes[0] = (struct ob_route_entry){
		obctl_prefix("10.112.0.0/16"),
		{ .ifindex = 5, .mtu = 1420, .slot = 1, .cluster = "hub" },
	};
	routes[1] = (struct ob_route_entry){
		obctl_prefix("10.114.0.0/16"),
		{ .ifindex = 5, .mtu = 1400, .slot = 2, .cluster = "east" },
	};
	view->routes = (struct ob_route_entries){ routes, 2 };
	view->clusters = (struct ob_cluster_entries){ clusters, 2 };
	view->traffic[1] = (struct ob_traffic){ 10, 1000, 20, 2000 };
	view->traffic[2] = (struct ob_traffic){ 3, 3 << 20, 1, 60 };
}

static void fill_nat(struct ob_ctl_view *view)
{
	static struct ob_nat_entry nat[3];

	nat[0] = (struct ob_nat_entry){ OB_NAT_OUT,
					obctl_prefix("10.244.0.0/16"),
					obctl_prefix("10.113.0.0/16"),
					OB_NAT_PREFIX };
	nat[1] = (struct ob_nat_entry){ OB_NAT_IN, nat[0].to, nat[0].from,
					OB_NAT_PREFIX };
	nat[2] =
		(struct ob_nat_entry){ OB_NAT_IN, obctl_prefix("10.113.0.1/32"),
				       obctl_prefix("10.113.0.1/32"),
				       OB_NAT_STACK };
	view->nat = (struct ob_nat_entries){ nat, 3 };
}

static void fill_devices(struct ob_ctl_view *view)
{
	static struct ob_link links[2];
	static struct ob_attachment attachments[] = {
		{ OB_HOOK_FROM_TUNNEL, 5, true, true },
		{ OB_HOOK_TO_TUNNEL, 5, true, false },
		{ OB_HOOK_FROM_POD, 9, true, true },
	};

	links[0] = (struct ob_link){ .ifindex = 5,
				     .name = "ob0",
				     .kind = "wireguard",
				     .mtu = 1420,
				     .up = true,
				     .rx_frame_errors = 6 };
	links[1] = (struct ob_link){
		.ifindex = 9, .name = "veth1", .kind = "veth", .mtu = 1500
	};
	view->links = (struct ob_links){ links, 2 };
	view->attachments = (struct ob_attachments){ attachments, 3 };
}

static void fill_tunnels(struct ob_ctl_view *view)
{
	static struct ob_prefix allowed[2];
	static struct ob_wg_peer peer;
	static struct ob_wg_device device;

	allowed[0] = obctl_prefix("10.112.0.0/16");
	allowed[1] = obctl_prefix("10.114.0.0/16");
	peer = (struct ob_wg_peer){
		.public_key = { { 1 } },
		.endpoint = { obctl_addr("192.0.2.1"), 31820 },
		.allowed = allowed,
		.n_allowed = 2,
		.handshake_s = view->now_s - 12,
	};
	device = (struct ob_wg_device){
		.ifindex = 5, .name = "ob0", .peers = &peer, .n_peers = 1
	};
	view->tunnels = &device;
	view->n_tunnels = 1;
	view->tunnels_known = true;
}

static void fill_drops(struct ob_ctl_view *view)
{
	static struct ob_drop_count drops[] = {
		{ { OB_REASON_TOO_BIG, OB_HOOK_FROM_POD }, { 2, 3000 } },
		{ { OB_REASON_SPOOFED, OB_HOOK_FROM_TUNNEL }, { 7, 588 } },
	};

	view->drops = (struct ob_drop_counts){ drops, 2 };
}

int obctl_fixture_set_up(void **state)
{
	struct obctl_fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->arena = ob_arena_new();
	f->out = open_memstream(&f->text, &f->size);
	fill_config(&f->view);
	fill_routes(&f->view);
	fill_nat(&f->view);
	fill_devices(&f->view);
	fill_tunnels(&f->view);
	fill_drops(&f->view);
	*state = f;
	return f->out ? 0 : -1;
}

int obctl_fixture_tear_down(void **state)
{
	struct obctl_fixture *f = *state;

	fclose(f->out);
	free(f->text);
	ob_arena_free(f->arena);
	free(f);
	return 0;
}

const char *obctl_text(struct obctl_fixture *f)
{
	fflush(f->out);
	return f->text;
}

const char *obctl_json(struct obctl_fixture *f, cJSON *json)
{
	return ob_json_print(f->arena, json);
}
