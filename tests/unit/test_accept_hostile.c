// SPDX-License-Identifier: Apache-2.0
/* Peers that want what is not theirs: they affect nobody but themselves. */
#include "accept_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Two honest clusters, settled, and what their statuses are. */
struct scene {
	struct world w;
	struct ob_peer_status c1, c2;
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	if (!s)
		return -1;
	world_init(&s->w);
	world_add(&s->w, "hub", "10.112.0.0/12")->spec.ishub = true;
	world_add(&s->w, "c1", "10.113.0.0/16");
	world_add(&s->w, "c2", NULL);
	world_settle(&s->w);
	s->c1 = world_get(&s->w, "c1")->status;
	s->c2 = world_get(&s->w, "c2")->status;
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	world_done(&s->w);
	free(s);
	return 0;
}

/* Everything that the honest ones have is as it was. */
static void assert_undisturbed(struct scene *s)
{
	assert_sound(&s->w);
	assert_true(
		ob_peer_status_equal(&world_get(&s->w, "c1")->status, &s->c1));
	assert_true(
		ob_peer_status_equal(&world_get(&s->w, "c2")->status, &s->c2));
}

/* A Peer "m" whose spec was changed by "how" gets nothing but conditions. */
static void assert_refused(struct scene *s, const char *reason,
			   const char *message)
{
	world_settle(&s->w);
	assert_condition(&s->w, "m", OB_PEER_ACCEPTED, "False", reason);
	assert_message(&s->w, "m", OB_PEER_ACCEPTED, message);
	assert_condition(&s->w, "m", OB_PEER_READY, "False", "NotAccepted");
	assert_string_equal(world_cidr(&s->w, "m"), "");
	assert_false(world_get(&s->w, "m")->status.has_key);
	assert_int_equal(world_get(&s->w, "m")->status.role, OB_PEER_UNDECIDED);
	assert_undisturbed(s);
}

static const struct {
	const char *cidr, *reason, *message;
} bad_cidrs[] = {
	{ "10.113.0.0/16", "CIDROverlap",
	  "spec.cluster_cidr 10.113.0.0/16 overlaps 10.113.0.0/16 of "
	  "cluster c1" },
	{ "10.113.7.0/24", "CIDROverlap",
	  "spec.cluster_cidr 10.113.7.0/24 overlaps 10.113.0.0/16 of "
	  "cluster c1" },
	{ "10.114.0.0/15", "CIDROverlap",
	  "spec.cluster_cidr 10.114.0.0/15 overlaps 10.114.0.0/16 of "
	  "cluster c2" },
	{ "10.112.0.0/16", "CIDROverlap",
	  "spec.cluster_cidr 10.112.0.0/16 overlaps 10.112.0.0/16 of "
	  "cluster hub" },
	{ "10.112.0.0/12", "OutsideGlobalCIDR",
	  "spec.cluster_cidr 10.112.0.0/12 is not a part of the "
	  "global CIDR 10.112.0.0/12" },
	{ "0.0.0.0/0", "OutsideGlobalCIDR",
	  "spec.cluster_cidr 0.0.0.0/0 is not a part of the global "
	  "CIDR 10.112.0.0/12" },
	{ "::/0", "OutsideGlobalCIDR",
	  "spec.cluster_cidr ::/0 is not a part of the global CIDR "
	  "10.112.0.0/12" },
	{ "192.168.0.0/16", "OutsideGlobalCIDR",
	  "spec.cluster_cidr 192.168.0.0/16 is not a part of the "
	  "global CIDR 10.112.0.0/12" },
	{ "10.120.0.1/16", "InvalidCIDR",
	  "spec.cluster_cidr \"10.120.0.1/16\" has bits set beyond "
	  "its length" },
	{ "10.120.0.0/33", "InvalidCIDR",
	  "spec.cluster_cidr \"10.120.0.0/33\" has a length that does "
	  "not fit its address" },
	{ "all\nof it", "InvalidCIDR",
	  "spec.cluster_cidr \"all\\nof it\" is not a prefix" },
};

static void refuses_cidrs_by_name(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad_cidrs); i++) {
		struct scene *s = *state;

		world_add(&s->w, "m", bad_cidrs[i].cidr);
		assert_refused(s, bad_cidrs[i].reason, bad_cidrs[i].message);
		world_delete(&s->w, "m");
	}
}

static void a_list_must_not_overlap_itself(void **state)
{
	static const char *two[] = { "10.120.0.0/16", "10.120.1.0/24" };
	struct scene *s = *state;
	struct ob_peer *m = world_add(&s->w, "m", NULL);

	m->spec.cluster_cidr = two;
	m->spec.n_cluster_cidr = 2;
	assert_refused(s, "InvalidCIDR",
		       "spec.cluster_cidr has 10.120.1.0/24, which overlaps "
		       "10.120.0.0/16 before it");
}

static void one_bad_prefix_spoils_the_list(void **state)
{
	static const char *two[] = { "10.120.0.0/16", "10.113.1.0/24" };
	struct scene *s = *state;
	struct ob_peer *m = world_add(&s->w, "m", NULL);

	m->spec.cluster_cidr = two;
	m->spec.n_cluster_cidr = 2;
	assert_refused(s, "CIDROverlap",
		       "spec.cluster_cidr 10.113.1.0/24 overlaps "
		       "10.113.0.0/16 of cluster c1");
	assert_condition(&s->w, "m", OB_PEER_CONFLICT, "True", "CIDROverlap");
}

static void refuses_keys_of_others(void **state)
{
	struct scene *s = *state;
	struct ob_peer *m = world_add(&s->w, "m", NULL);
	char buf[OB_KEY_STRLEN];

	m->spec.public_key = world_get(&s->w, "c1")->spec.public_key;
	assert_refused(s, "PublicKeyInUse",
		       "spec.public_key is the key of cluster c1");
	world_delete(&s->w, "m");
	m = world_add(&s->w, "m", NULL);
	m->spec.public_key =
		ob_key_format(&s->w.hub.public_key, buf, sizeof(buf));
	assert_refused(s, "PublicKeyInUse",
		       "spec.public_key is the key of cluster hub");
	assert_condition(&s->w, "m", OB_PEER_CONFLICT, "True",
			 "PublicKeyInUse");
}

static void refuses_keys_that_are_none(void **state)
{
	struct scene *s = *state;

	world_add(&s->w, "m", NULL)->spec.public_key =
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	assert_refused(s, "InvalidPublicKey", "spec.public_key is all zeros");
	world_delete(&s->w, "m");
	world_add(&s->w, "m", NULL)->spec.public_key = "secret";
	assert_refused(s, "InvalidPublicKey",
		       "spec.public_key is not a WireGuard public key (44 "
		       "characters of base64)");
}

static void refuses_endpoints_that_make_no_sense(void **state)
{
	static const struct {
		const char *endpoint, *message;
	} bad[] = {
		{ "127.0.0.1", "\"127.0.0.1\" is a loopback address" },
		{ "localhost", "\"localhost\" is a loopback address" },
		{ "a.LOCALHOST.", "\"a.LOCALHOST.\" is a loopback address" },
		{ "0.0.0.0", "\"0.0.0.0\" is the unspecified address" },
		{ "::", "\"::\" is the unspecified address" },
		{ "::1", "\"::1\" is a loopback address" },
		{ "224.0.0.1", "\"224.0.0.1\" is a multicast address" },
		{ "ff02::1", "\"ff02::1\" is a multicast address" },
		{ "255.255.255.255",
		  "\"255.255.255.255\" is a reserved address" },
		{ "169.254.169.254",
		  "\"169.254.169.254\" is a link-local address" },
		{ "fe80::1", "\"fe80::1\" is a link-local address" },
		{ "::ffff:127.0.0.1", "\"::ffff:127.0.0.1\" is an IPv4 "
				      "address in IPv6's clothes" },
		{ "10.113.0.1", "\"10.113.0.1\" is inside the global CIDR: "
				"the tunnel would run through itself" },
		{ "1.2.3", "\"1.2.3\" is neither an IP address nor a DNS "
			   "name" },
		{ "gw example", "\"gw example\" is neither an IP address nor "
				"a DNS name" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct scene *s = *state;
		struct ob_peer *m = world_add(&s->w, "m", NULL);

		m->spec.endpoint = bad[i].endpoint;
		m->spec.is_public = true;
		assert_refused(s, "InvalidEndpoint",
			       ob_arena_printf(s->w.arena, "spec.endpoint %s",
					       bad[i].message));
		world_delete(&s->w, "m");
	}
}

static void refuses_other_nonsense(void **state)
{
	struct scene *s = *state;

	world_add(&s->w, "m", NULL)->spec.port = 65536;
	assert_refused(s, "InvalidPort",
		       "spec.port 65536 is not from 1 to 65535");
	world_delete(&s->w, "m");
	world_add(&s->w, "m", NULL)->spec.is_public = true;
	assert_refused(s, "InvalidEndpoint",
		       "spec.endpoint is missing, but spec.isPublic is true");
	world_delete(&s->w, "m");
	world_add(&s->w, "m", NULL)->spec.cluster_id = "c1";
	assert_refused(s, "NameMismatch",
		       "spec.cluster_id is \"c1\", not the name of the Peer");
	world_delete(&s->w, "m");
	world_add(&s->w, "m", NULL)->spec.ishub = true;
	assert_refused(s, "NotTheHub",
		       "spec.ishub is true, but cluster hub is the hub");
	assert_condition(&s->w, "m", OB_PEER_CONFLICT, "True", "NotTheHub");
}

static void a_name_has_to_be_a_label(void **state)
{
	struct scene *s = *state;

	world_add(&s->w, "c1.evil", NULL);
	world_settle(&s->w);
	assert_condition(&s->w, "c1.evil", OB_PEER_ACCEPTED, "False",
			 "InvalidName");
	assert_undisturbed(s);
}

static void a_changed_spec_that_is_refused_changes_nothing(void **state)
{
	struct scene *s = *state;
	struct ob_peer *c1 = world_get(&s->w, "c1");

	world_ask(&s->w, c1, "10.114.0.0/16");
	c1->spec.public_key = world_key(&s->w, 99);
	world_settle(&s->w);
	c1 = world_get(&s->w, "c1");
	assert_string_equal(world_cidr(&s->w, "c1"), "10.113.0.0/16");
	assert_true(ob_key_equal(&c1->status.public_key, &s->c1.public_key));
	assert_message(&s->w, "c1", OB_PEER_ACCEPTED,
		       "spec.cluster_cidr 10.114.0.0/16 overlaps "
		       "10.114.0.0/16 of cluster c2; it keeps 10.113.0.0/16");
	assert_condition(&s->w, "c1", OB_PEER_CONFLICT, "True", "CIDROverlap");
	assert_condition(&s->w, "c1", OB_PEER_DEGRADED, "True", "SpecRefused");
	assert_true(
		ob_peer_status_equal(&world_get(&s->w, "c2")->status, &s->c2));
}

static void whoever_wrote_first_gets_it(void **state)
{
	struct scene *s = *state;

	world_add(&s->w, "z", "10.120.0.0/16")->resource_version = "98";
	world_add(&s->w, "a", "10.120.0.0/16")->resource_version = "101";
	world_settle(&s->w);
	assert_string_equal(world_cidr(&s->w, "z"), "10.120.0.0/16");
	assert_string_equal(world_cidr(&s->w, "a"), "");
}

/* As after two hubs at once: whom the hub had accepted first keeps it. */
static void statuses_that_overlap_are_put_right(void **state)
{
	struct scene *s = *state;
	struct ob_peer *c3;

	s->w.now_s++;
	world_add(&s->w, "c3", NULL);
	world_settle(&s->w);
	c3 = world_get(&s->w, "c3");
	c3->status.cidrs = s->c1.cidrs;
	c3->status.public_key = s->c1.public_key;
	world_settle(&s->w);
	assert_string_equal(world_cidr(&s->w, "c3"), "10.115.0.0/16");
	assert_undisturbed(s);
}

static void one_too_many_is_refused(void **state)
{
	struct scene *s = *state;

	s->w.hub.max_clusters = 2;
	world_add(&s->w, "m", NULL);
	assert_refused(s, "TooManyClusters",
		       "there are 2 clusters besides the hub already, the "
		       "most there can be");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(refuses_cidrs_by_name),
		TEST(a_list_must_not_overlap_itself),
		TEST(one_bad_prefix_spoils_the_list),
		TEST(refuses_keys_of_others),
		TEST(refuses_keys_that_are_none),
		TEST(refuses_endpoints_that_make_no_sense),
		TEST(refuses_other_nonsense),
		TEST(a_name_has_to_be_a_label),
		TEST(a_changed_spec_that_is_refused_changes_nothing),
		TEST(whoever_wrote_first_gets_it),
		TEST(statuses_that_overlap_are_put_right),
		TEST(one_too_many_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
