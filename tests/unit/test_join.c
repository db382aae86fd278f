// SPDX-License-Identifier: Apache-2.0
#include "octopus/join.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MOST 16

#define HEAD                                                                   \
	"cluster_id: c1\n"                                                     \
	"hub: {kubeconfig: /k}\n"
#define PODS HEAD "pod_cidr: 10.244.0.0/16\n"

struct scene {
	struct ob_arena *arena;
	struct ob_config_file *config;
	struct ob_peer *peers[MOST];
	struct ob_join_input in;
	struct ob_joined joined;
	struct ob_status status;
};

static struct ob_prefix prefix(const char *s)
{
	struct ob_prefix p;

	if (ob_prefix_parse(s, &p) < 0)
		fail_msg("%s is not a prefix", s);
	return p;
}

static void configure(struct scene *s, const char *text)
{
	struct ob_status status = OB_STATUS_INIT;

	ob_config_freep(&s->config);
	s->config = NULL;
	if (ob_config_parse("f", text, strlen(text), &s->config, &status) < 0)
		fail_msg("%s", status.message);
	s->in.config = s->config;
}

/* A Peer that the hub has accepted. */
static struct ob_peer *add(struct scene *s, const char *name,
			   enum ob_peer_role role, const char *cidr)
{
	struct ob_peer *p = ob_arena_alloc(s->arena, sizeof(*p));

	p->name = p->uid = name;
	p->status.role = role;
	p->status.endpoint = role == OB_PEER_PRIVATE ? "" : "gw.example.org";
	p->status.port = 31820;
	p->status.has_key = true;
	p->status.public_key.b[0] = (uint8_t)(s->in.n_peers + 1);
	if (cidr) {
		p->status.cidrs =
			ob_arena_alloc(s->arena, sizeof(*p->status.cidrs));
		p->status.cidrs[0] = prefix(cidr);
		p->status.n_cidrs = 1;
	}
	s->peers[s->in.n_peers++] = p;
	return p;
}

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct ob_peer *hub;

	if (!s)
		return -1;
	s->arena = ob_arena_new();
	s->in.peers = (const struct ob_peer *const *)s->peers;
	configure(s, PODS);
	hub = add(s, "hub", OB_PEER_HUB, "10.112.0.0/16");
	hub->status.global[0] = prefix("10.112.0.0/12");
	hub->status.n_global = 1;
	add(s, "c1", OB_PEER_PRIVATE, "10.113.0.0/16");
	s->in.public_key = s->peers[1]->status.public_key;
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	ob_config_freep(&s->config);
	ob_arena_free(s->arena);
	free(s);
	return 0;
}

static const struct ob_network *join(struct scene *s)
{
	s->status.reason = NULL;
	if (ob_join(s->arena, &s->in, &s->joined, &s->status) < 0)
		fail_msg("%s", s->status.message);
	return &s->joined.network;
}

static void assert_waits(struct scene *s, const char *reason,
			 const char *message)
{
	assert_int_equal(ob_join(s->arena, &s->in, &s->joined, &s->status),
			 -EAGAIN);
	assert_string_equal(s->status.reason, reason);
	assert_string_equal(s->status.message, message);
}

static const struct ob_cluster_spec *cluster(struct scene *s, const char *id)
{
	const struct ob_network *net = &s->joined.network;

	for (size_t i = 0; i < net->n_clusters; i++)
		if (!strcmp(net->clusters[i].id, id))
			return &net->clusters[i];
	return NULL;
}

static void assert_left_out(struct scene *s, const char *id, const char *reason)
{
	join(s);
	assert_null(cluster(s, id));
	for (size_t i = 0; i < s->joined.left_out.n; i++)
		if (!strcmp(s->joined.left_out.v[i].cluster, id)) {
			assert_string_equal(s->joined.left_out.v[i].reason,
					    reason);
			return;
		}
	fail_msg("nobody says that %s is left out", id);
}

static void assert_prefix(const struct ob_prefix *p, const char *want)
{
	char buf[OB_PREFIX_STRLEN];

	assert_string_equal(ob_prefix_format(p, buf, sizeof(buf)), want);
}

static void assert_mapping(struct scene *s, const char *local,
			   const char *global)
{
	const struct ob_network *net = &s->joined.network;
	struct ob_prefix p = prefix(local);

	for (size_t i = 0; i < net->n_mappings; i++)
		if (ob_prefix_equal(&net->mappings[i].local, &p)) {
			assert_prefix(&net->mappings[i].global, global);
			return;
		}
	fail_msg("%s is not mapped", local);
}

static void a_member_joins(void **state)
{
	struct scene *s = *state;
	const struct ob_network *net;
	char buf[OB_ADDR_STRLEN];

	add(s, "c2", OB_PEER_PUBLIC, "10.114.0.0/16");
	add(s, "c3", OB_PEER_PRIVATE, "10.115.0.0/16");
	net = join(s);
	assert_prefix(&net->global[0], "10.112.0.0/12");
	assert_prefix(&net->cidrs[0], "10.113.0.0/16");
	assert_mapping(s, "10.244.0.0/16", "10.113.0.0/16");
	assert_string_equal(ob_addr_format(&net->gateway4, buf, sizeof(buf)),
			    "10.113.0.1");
	assert_int_equal(net->n_clusters, 3);
	assert_true(cluster(s, "hub")->hub);
	assert_string_equal(cluster(s, "c2")->host, "gw.example.org");
	assert_int_equal(cluster(s, "c2")->keepalive_s, 25);
	assert_string_equal(cluster(s, "c3")->host, "");
	assert_int_equal(s->joined.left_out.n, 0);
	assert_int_equal(s->joined.conditions.n, 0);
}

static void the_hub_joins_by_its_own_configuration(void **state)
{
	struct scene *s = *state;
	const struct ob_network *net;

	configure(s, "cluster_id: hub\nhub: {kubeconfig: /k}\nishub: true\n"
		     "endpoint: 192.0.2.1\nglobal_cidr: 10.112.0.0/12\n");
	s->in.public_key = s->peers[0]->status.public_key;
	net = join(s);
	assert_true(net->hub);
	assert_int_equal(net->n_cidrs, 0);
	assert_int_equal(net->gateway4.family, 0);
	assert_int_equal(net->n_clusters, 1);
	assert_string_equal(net->clusters[0].id, "c1");
}

static void waits_until_it_is_accepted(void **state)
{
	static struct ob_peer_condition no = {
		.type = OB_PEER_ACCEPTED,
		.status = "False",
		.message = "spec.port is wrong",
	};
	struct scene *s = *state;

	s->peers[1]->status.n_cidrs = 0;
	assert_waits(s, "PeerNotAccepted",
		     "the hub has not accepted Peer c1 yet");
	s->peers[1]->status.conditions = &no;
	s->peers[1]->status.n_conditions = 1;
	assert_waits(s, "PeerNotAccepted",
		     "the hub has refused Peer c1: spec.port is wrong");
	s->in.n_peers = 1;
	assert_waits(s, "PeerNotPublished", "the hub has no Peer c1 yet");
}

static void waits_for_the_hubs_peer(void **state)
{
	struct scene *s = *state;

	s->peers[0]->status.n_global = 0;
	assert_waits(s, "HubPeerMissing",
		     "there is no Peer of the hub with a global CIDR yet");
}

static void refuses_a_global_cidr_that_is_in_use_here(void **state)
{
	struct scene *s = *state;
	struct ob_addr node;

	configure(s, HEAD "pod_cidr: 10.116.0.0/16\n");
	assert_waits(s, "GlobalCIDROverlap",
		     "pod_cidr 10.116.0.0/16 overlaps the global CIDR "
		     "10.112.0.0/12: both cannot be reached");
	configure(s, HEAD "service_cidr: 10.96.0.0/11\n");
	assert_waits(s, "GlobalCIDROverlap",
		     "service_cidr 10.96.0.0/11 overlaps the global CIDR "
		     "10.112.0.0/12: both cannot be reached");
	configure(s, HEAD);
	assert_int_equal(ob_addr_parse("10.120.0.9", &node), 0);
	s->in.node_addrs = &node;
	s->in.n_node_addrs = 1;
	assert_waits(s, "GlobalCIDROverlap",
		     "a Node's address 10.120.0.9/32 overlaps the global CIDR "
		     "10.112.0.0/12: both cannot be reached");
}

static void pods_may_have_unique_addresses_of_ours(void **state)
{
	struct scene *s = *state;

	configure(s, HEAD "pod_cidr: 10.113.64.0/18\n");
	join(s);
	assert_mapping(s, "10.113.64.0/18", "10.113.64.0/18");
}

static void our_own_peer_is_never_a_peer(void **state)
{
	struct scene *s = *state;

	s->peers[1]->status.role = OB_PEER_HUB;
	s->peers[1]->status.n_global = 1;
	s->peers[1]->status.global[0] = prefix("10.112.0.0/12");
	join(s);
	assert_null(cluster(s, "c1"));
	assert_true(cluster(s, "hub")->hub);
}

static void leaves_out_who_would_hurt_us(void **state)
{
	struct scene *s = *state;
	struct ob_peer *p = add(s, "m", OB_PEER_PUBLIC, "10.113.7.0/24");

	assert_left_out(s, "m", "OverlapsOurs");
	p->status.cidrs[0] = prefix("0.0.0.0/0");
	assert_left_out(s, "m", "OutsideGlobalCIDR");
	p->status.cidrs[0] = prefix("10.113.0.0/16");
	assert_left_out(s, "m", "OverlapsOurs");
	p->status.cidrs[0] = prefix("10.112.3.0/24");
	assert_left_out(s, "m", "OverlapsAnother");
	p->status.cidrs[0] = prefix("10.120.0.0/16");
	p->status.public_key = s->in.public_key;
	assert_left_out(s, "m", "SameKey");
	p->status.public_key = s->peers[0]->status.public_key;
	assert_left_out(s, "m", "SameKey");
	assert_non_null(cluster(s, "hub"));
}

static void leaves_out_who_cannot_be_used(void **state)
{
	struct scene *s = *state;
	struct ob_peer *p = add(s, "m", OB_PEER_PRIVATE, "10.120.0.0/16");

	p->deleting = true;
	assert_left_out(s, "m", "Deleting");
	p->deleting = false;
	p->status.n_cidrs = 0;
	assert_left_out(s, "m", "NotAccepted");
	p->status.n_cidrs = 1;
	assert_non_null((join(s), cluster(s, "m")));
	s->peers[0]->status.has_key = false;
	assert_left_out(s, "m", "Unreachable");
	p->status.has_key = false;
	assert_left_out(s, "m", "NoPublicKey");
}

static void says_when_the_others_know_another_key(void **state)
{
	struct scene *s = *state;

	s->in.public_key.b[5] ^= 1;
	join(s);
	assert_int_equal(s->joined.conditions.n, 1);
	assert_string_equal(s->joined.conditions.v[0].reason, "KeyNotAccepted");
}

/* Nodes. */

static void know_nodes(struct scene *s, const char *const *pods, size_t n)
{
	struct ob_prefix *v = ob_arena_array(s->arena, n, sizeof(*v));

	for (size_t i = 0; i < n; i++)
		v[i] = prefix(pods[i]);
	s->in.nodes_known = true;
	s->in.node_pods = v;
	s->in.n_node_pods = n;
}

#define NODES(s, ...)                                                          \
	know_nodes(s, (const char *const[]){ __VA_ARGS__ },                    \
		   ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ })))

static void waits_for_nodes(void **state)
{
	struct scene *s = *state;

	configure(s, HEAD "kubernetes: in-cluster\n");
	assert_waits(s, "NodesUnknown",
		     "the Nodes of our own cluster are not known yet");
	know_nodes(s, NULL, 0);
	assert_waits(s, "NoPodCIDR",
		     "no Node has spec.podCIDRs: give pod_cidr in the "
		     "configuration");
}

static void a_node_keeps_its_place_whoever_comes_and_goes(void **state)
{
	struct scene *s = *state;

	configure(s, HEAD "kubernetes: in-cluster\n");
	NODES(s, "10.244.3.0/24", "10.244.0.0/24");
	join(s);
	assert_mapping(s, "10.244.0.0/24", "10.113.0.0/24");
	assert_mapping(s, "10.244.3.0/24", "10.113.3.0/24");
	NODES(s, "10.244.1.0/24", "10.244.3.0/24", "fd00::/64");
	assert_int_equal(join(s)->n_mappings, 2);
	assert_mapping(s, "10.244.1.0/24", "10.113.1.0/24");
	assert_mapping(s, "10.244.3.0/24", "10.113.3.0/24");
}

static void two_that_meet_at_one_place_get_two(void **state)
{
	struct scene *s = *state;

	configure(s, HEAD "kubernetes: in-cluster\n");
	NODES(s, "10.245.0.0/24", "10.244.0.0/24", "10.244.1.0/24",
	      "10.244.1.0/24");
	assert_int_equal(join(s)->n_mappings, 3);
	assert_mapping(s, "10.244.0.0/24", "10.113.0.0/24");
	assert_mapping(s, "10.244.1.0/24", "10.113.1.0/24");
	assert_mapping(s, "10.245.0.0/24", "10.113.2.0/24");
}

static void what_does_not_fit_is_said_and_hurts_nobody_else(void **state)
{
	struct scene *s = *state;

	configure(s, HEAD "pod_cidr: [10.244.0.0/17, 10.64.0.0/13, "
			  "10.245.0.0/17]\n");
	assert_int_equal(join(s)->n_mappings, 2);
	assert_mapping(s, "10.244.0.0/17", "10.113.0.0/17");
	assert_mapping(s, "10.245.0.0/17", "10.113.128.0/17");
	assert_int_equal(s->joined.conditions.n, 1);
	assert_string_equal(s->joined.conditions.v[0].message,
			    "pod CIDR 10.64.0.0/13 does not fit in what is "
			    "left of our cluster CIDR: its pods cannot be "
			    "reached from other clusters");
}

static void a_gateway_elsewhere_is_not_taken(void **state)
{
	struct scene *s = *state;
	char buf[OB_ADDR_STRLEN];

	configure(s, PODS "gateway: 10.113.9.9\n");
	assert_string_equal(
		ob_addr_format(&join(s)->gateway4, buf, sizeof(buf)),
		"10.113.9.9");
	configure(s, PODS "gateway: 10.114.9.9\n");
	assert_string_equal(
		ob_addr_format(&join(s)->gateway4, buf, sizeof(buf)),
		"10.113.0.1");
	assert_string_equal(s->joined.conditions.v[0].reason, "GatewayNotOurs");
}

static void one_that_stands_aside_talks_to_nobody(void **state)
{
	struct scene *s = *state;
	struct ob_network net;

	ob_join_standby(s->arena, &s->in, &net);
	assert_string_equal(net.id, "c1");
	assert_string_equal(net.device, OB_DEFAULT_DEVICE);
	assert_int_equal(net.port, OB_DEFAULT_PORT);
	assert_int_equal(net.n_clusters + net.n_mappings + net.n_cidrs, 0);
	assert_prefix(&net.global[0], "10.112.0.0/12");
}

/* Services. */

#define SERVICES PODS "kubernetes: in-cluster\n"

static void services_get_the_last_quarter_of_what_is_ours(void **state)
{
	struct scene *s = *state;

	assert_int_equal(join(s)->n_blocks, 0);
	configure(s, SERVICES);
	assert_int_equal(join(s)->n_blocks, 1);
	assert_prefix(&join(s)->blocks[0], "10.113.192.0/18");
	assert_int_equal(s->joined.conditions.n, 0);
}

static void a_service_block_elsewhere_is_not_taken(void **state)
{
	struct scene *s = *state;

	configure(s, SERVICES "clusterset_cidr: 10.113.7.0/24\n");
	assert_prefix(&join(s)->blocks[0], "10.113.7.0/24");
	configure(s, SERVICES "clusterset_cidr: 10.114.7.0/24\n");
	assert_int_equal(join(s)->n_blocks, 0);
	assert_string_equal(s->joined.conditions.v[0].reason,
			    "ServiceBlockNotOurs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(a_member_joins),
		TEST(the_hub_joins_by_its_own_configuration),
		TEST(waits_until_it_is_accepted),
		TEST(waits_for_the_hubs_peer),
		TEST(refuses_a_global_cidr_that_is_in_use_here),
		TEST(pods_may_have_unique_addresses_of_ours),
		TEST(our_own_peer_is_never_a_peer),
		TEST(leaves_out_who_would_hurt_us),
		TEST(leaves_out_who_cannot_be_used),
		TEST(says_when_the_others_know_another_key),
		TEST(waits_for_nodes),
		TEST(a_node_keeps_its_place_whoever_comes_and_goes),
		TEST(two_that_meet_at_one_place_get_two),
		TEST(what_does_not_fit_is_said_and_hurts_nobody_else),
		TEST(a_gateway_elsewhere_is_not_taken),
		TEST(one_that_stands_aside_talks_to_nobody),
		TEST(services_get_the_last_quarter_of_what_is_ours),
		TEST(a_service_block_elsewhere_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
