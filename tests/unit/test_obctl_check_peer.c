// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "obctl_facts.h"

static struct ob_ctl_peer_object *own_peer(struct obctl_facts *t)
{
	obctl_facts_hub_mode(t);
	return &t->facts.api.peers.v[0];
}

static void refuse(struct obctl_facts *t, struct ob_ctl_peer_object *own)
{
	own->want.conditions.v[0].status = "False";
	*OB_PUSH(t->fixture->arena, &own->want.conditions) =
		(struct ob_ctl_condition){ "Conflict", "True", "CIDROverlap",
					   "10.114.0.0/16 is of east" };
}

static void static_mode_needs_no_peer(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_SKIPPED, NULL,
			   "no hub");
}

static void accepted_peer_is_good(void **state)
{
	struct obctl_facts *t = *state;

	own_peer(t);
	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_GOOD, NULL,
			   "west is accepted");
}

static void unpublished_peer_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	own_peer(t)->name = "south";
	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_BROKEN,
			   "PeerNotPublished", "no Peer west");
}

static void unpublished_peer_has_the_reason_octopus_gives(void **state)
{
	struct obctl_facts *t = *state;

	own_peer(t)->name = "south";
	t->facts.daemon.peer_message = "no pod CIDR";
	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_BROKEN,
			   "PeerNotPublished", "west: no pod CIDR");
}

static void unjudged_peer_points_at_the_hub(void **state)
{
	struct obctl_facts *t = *state;

	own_peer(t)->has_status = false;
	t->facts.api.peers.v[0].want.conditions.n = 0;
	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_BROKEN, "PeerNotSeen",
			   "not judged");
}

static void refused_peer_has_the_sentence_of_the_hub(void **state)
{
	struct obctl_facts *t = *state;

	refuse(t, own_peer(t));
	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_BROKEN, "PeerRefused",
			   "CIDROverlap: 10.114.0.0/16 is of east");
}

static void refused_change_is_a_warning(void **state)
{
	struct obctl_facts *t = *state;

	refuse(t, own_peer(t));
	*OB_PUSH(t->fixture->arena, &t->facts.api.peers.v[0].want.cidrs) =
		obctl_prefix("10.113.0.0/16");
	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_WARNING,
			   "PeerChangeRefused", "10.114.0.0/16 is of east");
}

static void announced_key_must_be_the_one_of_the_device(void **state)
{
	struct obctl_facts *t = *state;

	own_peer(t)->want.key.b[0] = 7;
	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_BROKEN,
			   "KeyNotAnnounced", "but ob0 has");
}

static void gateway_that_stands_by_announces_nothing(void **state)
{
	struct obctl_facts *t = *state;

	own_peer(t)->want.key.b[0] = 7;
	t->facts.standby = true;
	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_GOOD, NULL,
			   "west is accepted");
}

static void unseen_change_is_no_fault(void **state)
{
	struct obctl_facts *t = *state;

	own_peer(t)->observed = false;
	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_SKIPPED, NULL,
			   "not seen its last change");
}

static void missing_hub_peer_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	own_peer(t);
	t->facts.api.peers.n = 1;
	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_BROKEN,
			   "HubPeerMissing", "no Peer of a hub");
}

static void stale_hub_peer_is_a_warning(void **state)
{
	struct obctl_facts *t = *state;

	own_peer(t);
	t->facts.api.peers.v[1].observed = false;
	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_WARNING, "HubPeerStale",
			   "hub has not seen");
}

static void the_hub_itself_has_no_other_hub(void **state)
{
	struct obctl_facts *t = *state;

	own_peer(t);
	t->facts.api.peers.n = 1;
	t->facts.relay = true;
	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_GOOD, NULL, "accepted");
}

static void octopus_is_believed_when_the_hub_is_away(void **state)
{
	struct obctl_facts *t = *state;

	own_peer(t);
	t->facts.api.listed = false;
	t->facts.daemon.peer_exists = t->facts.daemon.peer_accepted = true;
	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_GOOD, NULL, "accepted");
}

static void nobody_to_ask_is_skipped(void **state)
{
	struct obctl_facts *t = *state;

	own_peer(t);
	t->facts.api.listed = false;
	t->facts.daemon.has_status = false;
	obctl_facts_expect(t, ob_ctl_check_peer, OB_CTL_SKIPPED, NULL,
			   "neither");
}

static void clusters_are_counted(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_expect(t, ob_ctl_check_cluster, OB_CTL_GOOD, NULL,
			   "2 to connect to, 1 of them directly");
}

static void unused_cluster_is_a_warning(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.wants.v[1].used = false;
	t->facts.wants.v[1].reason = "OverlapsOurs";
	t->facts.wants.v[1].message = "mine";
	obctl_facts_expect(t, ob_ctl_check_cluster, OB_CTL_WARNING,
			   "ClusterNotUsed",
			   "east is not connected: OverlapsOurs: mine");
}

static void unused_cluster_is_broken_when_asked_for(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.wants.v[1].used = false;
	t->facts.asked_cluster = "east";
	obctl_facts_expect(t, ob_ctl_check_cluster, OB_CTL_BROKEN,
			   "ClusterNotUsed", "east is not connected");
}

static void unknown_cluster_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.asked_cluster = "south";
	obctl_facts_expect(t, ob_ctl_check_cluster, OB_CTL_BROKEN,
			   "ClusterUnknown", "no cluster south");
}

static void unknown_wants_are_skipped(void **state)
{
	struct obctl_facts *t = *state;

	t->facts.wants_known = false;
	obctl_facts_expect(t, ob_ctl_check_cluster, OB_CTL_SKIPPED, NULL,
			   "nobody says");
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_facts_set_up,              \
					obctl_facts_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(static_mode_needs_no_peer),
		TEST(accepted_peer_is_good),
		TEST(unpublished_peer_is_broken),
		TEST(unpublished_peer_has_the_reason_octopus_gives),
		TEST(unjudged_peer_points_at_the_hub),
		TEST(refused_peer_has_the_sentence_of_the_hub),
		TEST(refused_change_is_a_warning),
		TEST(announced_key_must_be_the_one_of_the_device),
		TEST(gateway_that_stands_by_announces_nothing),
		TEST(unseen_change_is_no_fault),
		TEST(missing_hub_peer_is_broken),
		TEST(stale_hub_peer_is_a_warning),
		TEST(the_hub_itself_has_no_other_hub),
		TEST(octopus_is_believed_when_the_hub_is_away),
		TEST(nobody_to_ask_is_skipped),
		TEST(clusters_are_counted),
		TEST(unused_cluster_is_a_warning),
		TEST(unused_cluster_is_broken_when_asked_for),
		TEST(unknown_cluster_is_broken),
		TEST(unknown_wants_are_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
