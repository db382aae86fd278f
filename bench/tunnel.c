// SPDX-License-Identifier: Apache-2.0
#include "tunnel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "child.h"
#include "space.h"
#include "wireguard/device.h"

#define INDEX_POD 20
#define INDEX_WG  40
#define PORT	  31820

static int make_pod(const struct ob_tunnel *t, int i)
{
	char commands[1024];
	int r;

	snprintf(commands, sizeof(commands),
		 "link add eth0 index 10 type veth peer name pod index %d "
		 "netns /proc/%d/fd/%d\n"
		 "link set eth0 mtu %d up\n"
		 "link set lo up\n"
		 "addr add 10.244.1.2/24 dev eth0\n"
		 "addr add 10.%d.1.2/32 dev eth0\n"
		 "route add default via 10.244.1.1\n",
		 INDEX_POD, getpid(), t->gateways[i], OB_TUNNEL_MTU, 113 + i);
	r = ob_child_ip(t->pods[i], commands);
	/* No connection starts with what another one learnt, or with what it
	 * forgot while the others had their turn. */
	if (!r)
		r = ob_child_sysctl(t->pods[i], "net/ipv4/tcp_no_metrics_save",
				    "1");
	if (!r)
		r = ob_child_sysctl(t->pods[i],
				    "net/ipv4/tcp_slow_start_after_idle", "0");
	if (r)
		return r;
	snprintf(commands, sizeof(commands),
		 "link set pod mtu %d up\n"
		 "addr add 10.244.1.1/24 dev pod\n"
		 "route add 10.%d.1.2/32 dev pod\n",
		 OB_TUNNEL_MTU, 113 + i);
	r = ob_child_ip(t->gateways[i], commands);
	if (r)
		return r;
	return ob_child_sysctl(t->gateways[i], "net/ipv4/ip_forward", "1");
}

static int make_underlay(const struct ob_tunnel *t)
{
	char commands[256];
	int r;

	snprintf(commands, sizeof(commands),
		 "link add u0 type veth peer name u0 netns /proc/%d/fd/%d\n"
		 "addr add 192.0.2.1/24 dev u0\n"
		 "link set u0 up\n",
		 getpid(), t->gateways[1]);
	r = ob_child_ip(t->gateways[0], commands);
	if (r)
		return r;
	return ob_child_ip(t->gateways[1], "addr add 192.0.2.2/24 dev u0\n"
					   "link set u0 up\n");
}

/* Runs in the gateway's namespace. */
static int make_key(struct ob_arena *a, struct ob_key *ret)
{
	_cleanup_(ob_wg_freep) struct ob_wg *wg = NULL;
	struct ob_wg_device dev = { .ifindex = 0 };
	_secret_ struct ob_secret_key key;
	int r = ob_wg_new(&wg);

	if (!r)
		r = ob_secret_key_new(&key);
	if (!r)
		r = ob_wg_device_change(wg, "wg0", &key, PORT);
	if (!r)
		r = ob_wg_device_dump(wg, a, "wg0", &dev);
	*ret = dev.public_key;
	return r;
}

static int make_peer(int other, const struct ob_key *key)
{
	_cleanup_(ob_wg_freep) struct ob_wg *wg = NULL;
	struct ob_wg_peer peer = { .public_key = *key, .n_allowed = 1 };
	struct ob_prefix allowed;
	char text[32];
	int r = ob_wg_new(&wg);

	snprintf(text, sizeof(text), "10.%d.0.0/16", 113 + other);
	if (!r)
		r = ob_prefix_parse(text, &allowed);
	snprintf(text, sizeof(text), "192.0.2.%d", 1 + other);
	if (!r)
		r = ob_addr_parse(text, &peer.endpoint.addr);
	if (r)
		return r;
	peer.endpoint.port = PORT;
	peer.allowed = &allowed;
	return ob_wg_peer_change(wg, "wg0", &peer);
}

static int in_gateway(const struct ob_tunnel *t, int i)
{
	return ob_space_enter(i < 0 ? t->home : t->gateways[i]);
}

static int make_wireguard(const struct ob_tunnel *t)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_key keys[2];
	char commands[256];
	int r = 0;

	for (int i = 0; !r && i < 2; i++) {
		snprintf(commands, sizeof(commands),
			 "link add wg0 index %d mtu %d type wireguard\n"
			 "link set wg0 up\n"
			 "route add 10.%d.0.0/16 dev wg0\n",
			 INDEX_WG, OB_TUNNEL_MTU, 114 - i);
		if (ob_child_ip(t->gateways[i], commands))
			return -EOPNOTSUPP;
		r = in_gateway(t, i);
		if (!r)
			r = make_key(a, &keys[i]);
	}
	for (int i = 0; !r && i < 2; i++) {
		r = in_gateway(t, i);
		if (!r)
			r = make_peer(1 - i, &keys[1 - i]);
	}
	in_gateway(t, -1);
	return r;
}

/* What octopus would write for cluster i. */
static int load_programs(struct ob_tunnel *t, const char *objects, int i)
{
	uint32_t own = OB_TUNNEL_GLOBAL(i) & 0xffff0000;
	uint32_t other = OB_TUNNEL_GLOBAL(1 - i) & 0xffff0000;
	uint32_t local = OB_TUNNEL_LOCAL & 0xffff0000;
	struct ob_gateway *g;
	int r;

	r = ob_gateway_load(objects, OB_GATEWAY_REAL, &t->programs[i]);
	if (r)
		return r;
	g = t->programs[i];
	r = ob_gateway_set_config4(g, 0x0a700000, 12, 16);
	if (!r)
		r = ob_gateway_set_nat4(g, "ob_out4", local, own, 16);
	if (!r)
		r = ob_gateway_set_nat4(g, "ob_in4", own, local, 16);
	if (!r)
		r = ob_gateway_set_route4(g, other, 16, INDEX_WG,
					  OB_TUNNEL_MTU);
	return r;
}

static int make_spaces(struct ob_tunnel *t)
{
	int r = t->home = ob_space_here();

	for (int i = 0; r >= 0 && i < 2; i++) {
		r = ob_space_new(t->home, &t->pods[i]);
		if (!r)
			r = ob_space_new(t->home, &t->gateways[i]);
	}
	return r < 0 ? r : 0;
}

int ob_tunnel_new(const char *objects, struct ob_tunnel **ret)
{
	_cleanup_(ob_tunnel_freep) struct ob_tunnel *t = NULL;
	int r;

	t = malloc(sizeof(*t));
	if (!t)
		return -ENOMEM;
	*t = (struct ob_tunnel){
		.home = -1,
		.pods = { -1, -1 },
		.gateways = { -1, -1 },
	};
	r = make_spaces(t);
	for (int i = 0; !r && i < 2; i++)
		r = make_pod(t, i);
	if (!r)
		r = make_underlay(t);
	if (!r)
		r = make_wireguard(t);
	for (int i = 0; !r && i < 2; i++)
		r = load_programs(t, objects, i);
	if (r)
		return r;
	*ret = TAKE_PTR(t);
	return 0;
}

void ob_tunnel_free(struct ob_tunnel *t)
{
	ob_tunnel_detach(t);
	for (int i = 0; i < 2; i++) {
		ob_gateway_freep(&t->programs[i]);
		ob_closep(&t->pods[i]);
		ob_closep(&t->gateways[i]);
	}
	ob_closep(&t->home);
	free(t);
}

static int attach_side(struct ob_tunnel *t, int i)
{
	struct ob_gateway *g = t->programs[i];
	struct bpf_link **links = t->links[i];
	int r = in_gateway(t, i);

	if (!r)
		r = ob_object_attach(g->from_pod, "from_pod", INDEX_POD,
				     &links[0]);
	if (!r)
		r = ob_object_attach(g->to_tunnel, "to_tunnel", INDEX_WG,
				     &links[1]);
	if (!r)
		r = ob_object_attach(g->from_tunnel, "from_tunnel", INDEX_WG,
				     &links[2]);
	in_gateway(t, -1);
	return r;
}

int ob_tunnel_attach(struct ob_tunnel *t)
{
	int r = attach_side(t, 0);

	return r ? r : attach_side(t, 1);
}

void ob_tunnel_detach(struct ob_tunnel *t)
{
	for (int i = 0; i < 2; i++)
		for (size_t k = 0; k < ARRAY_SIZE(t->links[i]); k++)
			ob_link_drop(&t->links[i][k]);
}
