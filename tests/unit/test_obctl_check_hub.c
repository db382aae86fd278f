// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "obctl_facts.h"

static void static_mode_has_no_hub(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_expect(t, ob_ctl_check_hub, OB_CTL_SKIPPED, NULL,
			   "none: peers");
}

static void listed_peers_are_good(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_hub_mode(t);
	obctl_facts_expect(t, ob_ctl_check_hub, OB_CTL_GOOD, NULL,
			   "2 Peers in syncer-operator");
}

static void unasked_hub_is_skipped(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_hub_mode(t);
	t->facts.api.tried = false;
	obctl_facts_expect(t, ob_ctl_check_hub, OB_CTL_SKIPPED, NULL,
			   "not asked");
}

static void unreadable_token_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_hub_mode(t);
	t->facts.api.config_error = -ENOENT;
	t->facts.api.config_problem = "token: no such file";
	obctl_facts_expect(t, ob_ctl_check_hub, OB_CTL_BROKEN,
			   "HubAccessUnreadable", "token: no such");
}

static void token_of_root_is_no_fault(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_hub_mode(t);
	t->facts.api.config_error = -EACCES;
	t->facts.api.config_problem = "token: not for us";
	obctl_facts_expect(t, ob_ctl_check_hub, OB_CTL_SKIPPED, NULL,
			   "token: not for us");
}

static void unknown_name_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_hub_mode(t);
	t->facts.api.resolve_problem = "not known";
	obctl_facts_expect(t, ob_ctl_check_hub, OB_CTL_BROKEN,
			   "HubNameUnresolved", "hub.example does not resolve");
}

static void closed_port_is_told_from_silence(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_hub_mode(t);
	t->facts.api.connected = false;
	t->facts.api.connect_error = -ECONNREFUSED;
	obctl_facts_expect(t, ob_ctl_check_hub, OB_CTL_BROKEN,
			   "HubRefusesConnection", "port 6443 of 192.0.2.1");
	t->facts.api.connect_error = -ETIMEDOUT;
	obctl_facts_expect(t, ob_ctl_check_hub, OB_CTL_BROKEN, "HubUnreachable",
			   "timed out");
}

static void certificates_are_told_apart(void **state)
{
	static const struct {
		enum ob_ctl_tls tls;
		const char *fault;
	} cases[] = {
		{ OB_CTL_TLS_UNKNOWN_CA, "HubWrongCA" },
		{ OB_CTL_TLS_EXPIRED, "HubCertificateExpired" },
		{ OB_CTL_TLS_NOT_YET, "HubCertificateNotYet" },
		{ OB_CTL_TLS_WRONG_NAME, "HubWrongName" },
		{ OB_CTL_TLS_NONE, "HubNoTLS" },
		{ OB_CTL_TLS_BAD, "HubTLS" },
	};
	struct obctl_facts *t = *state;

	obctl_facts_hub_mode(t);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		t->facts.api.tls = cases[i].tls;
		obctl_facts_expect(t, ob_ctl_check_hub, OB_CTL_BROKEN,
				   cases[i].fault, "(it is)");
	}
}

static void token_401_and_403_are_told_apart(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_hub_mode(t);
	t->facts.api.list_error = -EACCES;
	t->facts.api.code = 401;
	obctl_facts_expect(t, ob_ctl_check_hub, OB_CTL_BROKEN,
			   "HubTokenRefused", "401");
	t->facts.api.code = 403;
	obctl_facts_expect(t, ob_ctl_check_hub, OB_CTL_BROKEN, "HubForbidden",
			   "may not list");
}

static void missing_definition_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_hub_mode(t);
	t->facts.api.list_error = -ENOENT;
	t->facts.api.code = 404;
	obctl_facts_expect(t, ob_ctl_check_hub, OB_CTL_BROKEN, "HubNoPeers",
			   "knows no Peers");
}

static void missing_namespace_is_broken(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_hub_mode(t);
	t->facts.api.namespace_missing = true;
	obctl_facts_expect(t, ob_ctl_check_hub, OB_CTL_BROKEN,
			   "HubNamespaceMissing", "syncer-operator");
}

static void other_failures_have_their_sentence(void **state)
{
	struct obctl_facts *t = *state;

	obctl_facts_hub_mode(t);
	t->facts.api.list_error = -EREMOTEIO;
	t->facts.api.code = 500;
	t->facts.api.list_message = "etcd is gone";
	obctl_facts_expect(t, ob_ctl_check_hub, OB_CTL_BROKEN, "HubListFailed",
			   "etcd is gone");
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_facts_set_up,              \
					obctl_facts_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(static_mode_has_no_hub),
		TEST(listed_peers_are_good),
		TEST(unasked_hub_is_skipped),
		TEST(unreadable_token_is_broken),
		TEST(token_of_root_is_no_fault),
		TEST(unknown_name_is_broken),
		TEST(closed_port_is_told_from_silence),
		TEST(certificates_are_told_apart),
		TEST(token_401_and_403_are_told_apart),
		TEST(missing_definition_is_broken),
		TEST(missing_namespace_is_broken),
		TEST(other_failures_have_their_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
