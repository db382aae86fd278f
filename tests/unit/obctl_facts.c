// SPDX-License-Identifier: Apache-2.0
#include "obctl_facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <string.h>

#define HUB_KEY ((struct ob_key){ { 1 } })
#define OUR_KEY ((struct ob_key){ { 9 } })

static void add_want(struct ob_arena *a, struct ob_ctl_wants *list,
		     const char *id, const char *cidr)
{
	struct ob_ctl_want *want = OB_PUSH(a, list);

	want->id = id;
	want->host = want->reason = want->message = "";
	want->used = true;
	*OB_PUSH(a, &want->cidrs) = obctl_prefix(cidr);
}

static void fill_file(struct ob_arena *a, struct ob_ctl_file *file)
{
	struct ob_ctl_want *hub;

	*file = (struct ob_ctl_file){ .path = "octopus.yaml",
				      .id = "west",
				      .device = "ob0",
				      .port = 31820,
				      .metrics = true };
	*OB_PUSH(a, &file->pods) = obctl_prefix("10.244.0.0/16");
	*OB_PUSH(a, &file->interfaces) = "veth*";
	add_want(a, &file->peers, "hub", "10.112.0.0/16");
	add_want(a, &file->peers, "east", "10.114.0.0/16");
	hub = &file->peers.v[0];
	hub->hub = hub->direct = hub->has_key = true;
	hub->key = HUB_KEY;
	hub->host = "192.0.2.1";
	hub->port = 31820;
}

static void fill_daemon(struct ob_ctl_daemon *d)
{
	*d = (struct ob_ctl_daemon){ .asked = true,
				     .url = "http://127.0.0.1:9797",
				     .health = 200,
				     .id = "",
				     .role = "",
				     .device = "",
				     .waiting_reason = "",
				     .waiting_message = "",
				     .peer_message = "",
				     .holder = "" };
}

/* As the kernel has it: its view is the fixture's. */
static void fill_kernel(struct obctl_fixture *fixture, struct ob_ctl_facts *f)
{
	struct ob_link *links = fixture->view.links.v;

	snprintf(links[0].alias, sizeof(links[0].alias), "ovn-builder");
	links[0].type = ARPHRD_NONE;
	links[0].rx_frame_errors = 6;
	links[1].type = ARPHRD_ETHER;
	links[1].up = true;
	fixture->view.attachments.v[1].current = true;
	fixture->view.config.generation = 5;
	fixture->view.routes.v[0].value.mtu = 1400;
	f->view = f->view_then = fixture->view;
	f->links = f->view.links;
	f->link = &links[0];
	f->wg = *fixture->view.tunnels;
	f->wg.public_key = OUR_KEY;
	f->wg.listen_port = 31820;
	f->wg.peers[0].tx_bytes = 1000;
	f->wg.peers[0].rx_bytes = 1000;
	f->wg_then = f->wg;
	f->now_s = fixture->view.now_s;
	f->ip_forward = f->ip6_forward = f->rp_filter = 1;
}

static void add_ways(struct ob_arena *a, struct ob_ctl_facts *f,
		     const struct ob_ctl_want *want)
{
	const struct ob_rtroute by_us = { .dst = want->cidrs.v[0],
					  .ifindex = f->link->ifindex,
					  .type = RTN_UNICAST };
	struct ob_ctl_path *path = OB_PUSH(a, &f->paths);

	*OB_PUSH(a, &f->destinations) = (struct ob_ctl_destination){
		want, want->cidrs.v[0], { .route = by_us, .mtu = 1420 }
	};
	path->want = want;
	path->probed = path->answered = true;
	path->gateway = ob_addr_plus(&want->cidrs.v[0].addr, 1);
	path->probe_size = path->answer_size = 1400;
	if (!want->direct)
		return;
	path->to = obctl_addr("192.0.2.1");
	path->underlay = (struct ob_ctl_way){
		.route = { .ifindex = 9, .type = RTN_UNICAST }, .mtu = 1500
	};
}

/* Lists are made anew: nothing a test changes is shared. */
static void fill_routes(struct ob_arena *a, struct ob_ctl_facts *f)
{
	struct ob_rtroute *v =
		ob_arena_array(a, f->destinations.n + 1, sizeof(*v));

	for (size_t i = 0; i < f->destinations.n; i++)
		v[i] = f->destinations.v[i].way.route;
	f->routes = (struct ob_rtroutes){ v, f->destinations.n };
}

int obctl_facts_set_up(void **state)
{
	struct obctl_facts *t = calloc(1, sizeof(*t));
	struct ob_ctl_facts *f;
	void *fixture = NULL;

	if (!t || obctl_fixture_set_up(&fixture) < 0)
		return -1;
	t->fixture = fixture;
	f = &t->facts;
	f->pin_root = "/sys/fs/bpf/ovn-builder";
	fill_file(t->fixture->arena, &f->file);
	fill_daemon(&f->daemon);
	f->id = "west";
	f->device = "ob0";
	f->port = 31820;
	f->wants = f->file.peers;
	f->wants_known = true;
	f->wants_from = "the configuration";
	fill_kernel(t->fixture, f);
	for (size_t i = 0; i < f->wants.n; i++)
		add_ways(t->fixture->arena, f, &f->wants.v[i]);
	fill_routes(t->fixture->arena, f);
	t->findings.arena = t->fixture->arena;
	*state = t;
	return 0;
}

int obctl_facts_tear_down(void **state)
{
	struct obctl_facts *t = *state;
	void *fixture = t->fixture;

	free(t);
	return obctl_fixture_tear_down(&fixture);
}

static void mark_accepted(struct ob_arena *a, struct ob_ctl_want *want)
{
	*OB_PUSH(a, &want->conditions) =
		(struct ob_ctl_condition){ "Accepted", "True", "Accepted",
					   "all of it" };
}

void obctl_facts_hub_mode(struct obctl_facts *t)
{
	struct ob_arena *a = t->fixture->arena;
	struct ob_ctl_facts *f = &t->facts;
	struct ob_ctl_peer_object *own, *hub;

	f->hub_mode = f->file.hub_mode = true;
	f->daemon.has_status = f->daemon.hub_mode = true;
	f->daemon.config_valid = true;
	f->file.hub_url = "https://hub.example:6443";
	f->file.token_file = "/etc/ovn-builder/hub-token";
	f->api = (struct ob_ctl_api){ .tried = true,
				      .server = "https://hub.example:6443",
				      .host = "hub.example",
				      .port = 6443,
				      .namespace = "syncer-operator",
				      .n_addrs = 1,
				      .connected = true,
				      .tls = OB_CTL_TLS_GOOD,
				      .tls_detail = "it is",
				      .listed = true,
				      .code = 200 };
	f->api.addrs[0] = obctl_addr("192.0.2.1");
	own = OB_PUSH(a, &f->api.peers);
	*own = (struct ob_ctl_peer_object){ .name = "west",
					    .has_status = true,
					    .observed = true,
					    .role = "private" };
	own->want.has_key = true;
	own->want.key = OUR_KEY;
	mark_accepted(a, &own->want);
	hub = OB_PUSH(a, &f->api.peers);
	*hub = (struct ob_ctl_peer_object){ .name = "hub",
					    .has_status = true,
					    .observed = true,
					    .role = "hub" };
}

void obctl_facts_check(struct obctl_facts *t, ob_ctl_check_fn check)
{
	t->findings.n = 0;
	t->findings.check = "check";
	check(&t->facts, &t->findings);
	assert_true(t->findings.n > 0);
}

void obctl_facts_expect(struct obctl_facts *t, ob_ctl_check_fn check,
			enum ob_ctl_level level, const char *fault,
			const char *words)
{
	const struct ob_ctl_finding *worst;

	obctl_facts_check(t, check);
	worst = &t->findings.v[0];
	for (size_t i = 1; i < t->findings.n; i++) {
		if (t->findings.v[i].level > worst->level)
			worst = &t->findings.v[i];
	}
	if (!strstr(worst->found, words))
		print_message("found: %s\nwanted: %s\n", worst->found, words);
	assert_non_null(strstr(worst->found, words));
	assert_int_equal(level, worst->level);
	if (fault)
		assert_string_equal(fault, worst->fault);
	else
		assert_null(worst->fault);
	assert_int_equal(level >= OB_CTL_WARNING, worst->fix != NULL);
}
