// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "obctl/membership.h"
#include "obctl_fixture.h"

#define NOW_S 1700000000

/* A member that is accepted, and octopus reaches the hub. */
static struct ob_ctl_daemon member(struct obctl_fixture *f)
{
	struct ob_ctl_daemon d = { .hub_mode = true,
				   .hub_url = "https://h:6443",
				   .hub_namespace = "syncer-operator",
				   .hub_connected = true,
				   .hub_synced = true,
				   .hub_reason = "",
				   .hub_message = "",
				   .hub_last_sync_s = NOW_S - 3,
				   .has_leader = true,
				   .leading = true,
				   .holder = "cnf-1",
				   .peer_exists = true,
				   .peer_accepted = true,
				   .peer_message = "",
				   .waiting_reason = "",
				   .waiting_message = "" };

	*OB_PUSH(f->arena, &d.peer_cidrs) = obctl_prefix("10.113.0.0/16");
	return d;
}

static void expect(struct obctl_fixture *f, const struct ob_ctl_daemon *d,
		   const char *line)
{
	ob_ctl_membership_print(d, NOW_S, f->arena, f->out);
	if (!strstr(obctl_text(f), line))
		print_message("got: %s", obctl_text(f));
	assert_non_null(strstr(obctl_text(f), line));
}

static void accepted_member_has_three_lines(void **state)
{
	struct ob_ctl_daemon d = member(*state);

	expect(*state, &d,
	       "hub       https://h:6443, connected, last word 3 s ago\n"
	       "leader    cnf-1 (this gateway)\n"
	       "peer      accepted with 10.113.0.0/16\n");
}

static void without_a_hub_nothing_is_said(void **state)
{
	struct ob_ctl_daemon d = { 0 };

	ob_ctl_membership_print(&d, NOW_S,
				((struct obctl_fixture *)*state)->arena,
				((struct obctl_fixture *)*state)->out);
	assert_string_equal("", obctl_text(*state));
}

static void lost_hub_has_its_reason(void **state)
{
	struct ob_ctl_daemon d = member(*state);

	d.hub_connected = false;
	d.hub_message = "https://h:6443: refused";
	expect(*state, &d, "not connected, last word 3 s ago: refused\n");
}

static void standby_names_the_leader(void **state)
{
	struct ob_ctl_daemon d = member(*state);

	d.leading = false;
	d.waiting_reason = "NotLeader";
	d.waiting_message = "cnf-1 leads";
	expect(*state, &d, "leader    cnf-1\n");
	expect(*state, &d, "waits     NotLeader: cnf-1 leads\n");
}

static void refusal_has_the_sentence(void **state)
{
	struct ob_ctl_daemon d = member(*state);

	d.peer_accepted = false;
	d.peer_cidrs.n = 0;
	expect(*state, &d, "peer      the hub has not judged it yet\n");
	*OB_PUSH(((struct obctl_fixture *)*state)->arena, &d.peer_conditions) =
		(struct ob_ctl_condition){ "Conflict", "True", "CIDROverlap",
					   "of east" };
	expect(*state, &d, "peer      refused: CIDROverlap: of east\n");
	d.peer_cidrs.n = 1;
	expect(*state, &d, "its last change is refused: CIDROverlap: of east");
	d.peer_exists = false;
	expect(*state, &d, "peer      not published yet\n");
}

static void clusters_passed_over_are_listed(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_daemon d = member(f);
	struct ob_ctl_want *want = OB_PUSH(f->arena, &d.peers);

	want->used = true;
	want->id = "fine";
	ob_ctl_membership_print_unused(&d, f->out);
	assert_string_equal("", obctl_text(f));
	want = OB_PUSH(f->arena, &d.peers);
	want->id = "bad";
	want->reason = "OverlapsLocal";
	want->message = "our nodes";
	ob_ctl_membership_print_unused(&d, f->out);
	assert_string_equal("\nNot connected:\nbad: OverlapsLocal: our nodes\n",
			    obctl_text(f));
}

static void json_says_null_without_a_hub(void **state)
{
	struct obctl_fixture *f = *state;
	cJSON *object = ob_json_object(f->arena);

	ob_ctl_membership_json(NULL, object, f->arena);
	assert_string_equal("{\"hub\":null,\"leader\":null,\"peer\":null}",
			    obctl_json(f, object));
}

static void json_has_hub_leader_and_peer(void **state)
{
	struct obctl_fixture *f = *state;
	struct ob_ctl_daemon d = member(f);
	cJSON *object = ob_json_object(f->arena);

	ob_ctl_membership_json(&d, object, f->arena);
	assert_string_equal("https://h:6443",
			    ob_json_string(object, "hub.url"));
	assert_true(ob_json_bool(object, "hub.connected", false));
	assert_string_equal("cnf-1", ob_json_string(object, "leader.holder"));
	assert_true(ob_json_bool(object, "peer.accepted", false));
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(accepted_member_has_three_lines),
		TEST(without_a_hub_nothing_is_said),
		TEST(lost_hub_has_its_reason),
		TEST(standby_names_the_leader),
		TEST(refusal_has_the_sentence),
		TEST(clusters_passed_over_are_listed),
		TEST(json_says_null_without_a_hub),
		TEST(json_has_hub_leader_and_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
