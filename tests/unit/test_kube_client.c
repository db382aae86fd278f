// SPDX-License-Identifier: Apache-2.0
#include "kube/client.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kube_client_fixture.h"

static void asks_for_an_object_as_who_we_are(void **state)
{
	struct kube_fixture *f = *state;

	assert_int_equal(kube_fixture_get(f), 0);
	assert_string_equal(f->last.method, "GET");
	assert_string_equal(
		f->last.target,
		"/apis/octopus.io/v1alpha1/namespaces/ns/peers/one");
	assert_string_equal(f->last.authorization, "Bearer " TOKEN);
}

static void keeps_its_connection(void **state)
{
	struct kube_fixture *f = *state;

	for (int i = 0; i < 5; i++)
		assert_int_equal(kube_fixture_get(f), 0);
	assert_int_equal(kube_server_connections(f->server), 1);
}

static void finds_every_kind_of_path(void **state)
{
	struct ob_kube_ref ref = { .resource = &kube_fixture_nodes,
				   .name = "a b" };
	struct kube_fixture *f = *state;

	ob_kube_get(f->kube, &ref, kube_fixture_reply, f, NULL);
	kube_fixture_turn(f, 1);
	assert_string_equal(f->last.target, "/api/v1/nodes/a%20b");
	ref.resource = &kube_fixture_peers;
	ob_kube_list(f->kube, &ref, "a=b,c", kube_fixture_reply, f, NULL);
	kube_fixture_turn(f, 2);
	assert_string_equal(
		f->last.target,
		"/apis/octopus.io/v1alpha1/peers?labelSelector=a%3Db%2Cc");
}

static void refuses_paths_that_lead_elsewhere(void **state)
{
	struct ob_kube_ref ref = kube_fixture_peer;
	struct kube_fixture *f = *state;

	ref.name = "../../nodes";
	assert_int_equal(
		ob_kube_get(f->kube, &ref, kube_fixture_reply, f, NULL),
		-EINVAL);
	ref.name = "..";
	assert_int_equal(
		ob_kube_get(f->kube, &ref, kube_fixture_reply, f, NULL),
		-EINVAL);
	ref.name = NULL;
	assert_int_equal(
		ob_kube_get(f->kube, &ref, kube_fixture_reply, f, NULL),
		-EINVAL);
	ref = (struct ob_kube_ref){ .resource = &kube_fixture_peers,
				    .name = "x" };
	assert_int_equal(
		ob_kube_get(f->kube, &ref, kube_fixture_reply, f, NULL),
		-EINVAL);
	assert_int_equal(f->calls, 0);
}

static void expect_patch(struct kube_fixture *f, enum ob_kube_patch type,
			 const char *content_type, const char *query)
{
	cJSON *patch = ob_json_object(f->arena);
	struct ob_kube_ref ref = kube_fixture_peer;

	ref.subresource = "status";
	f->calls = 0;
	ob_json_set_string(f->arena, patch, "a", "b");
	ob_kube_patch(f->kube, &ref, type, patch, kube_fixture_reply, f, NULL);
	kube_fixture_turn(f, 1);
	assert_string_equal(f->last.method, "PATCH");
	assert_string_equal(f->last.content_type, content_type);
	assert_string_equal(f->last_body, "{\"a\":\"b\"}");
	assert_string_equal(strrchr(f->last.target, '/'), query);
}

static void patches_in_all_ways(void **state)
{
	struct kube_fixture *f = *state;

	expect_patch(f, OB_KUBE_PATCH_MERGE, "application/merge-patch+json",
		     "/status?fieldManager=test");
	expect_patch(f, OB_KUBE_PATCH_JSON, "application/json-patch+json",
		     "/status?fieldManager=test");
	expect_patch(f, OB_KUBE_PATCH_STRATEGIC,
		     "application/strategic-merge-patch+json",
		     "/status?fieldManager=test");
	expect_patch(f, OB_KUBE_PATCH_APPLY, "application/apply-patch+yaml",
		     "/status?fieldManager=test&force=true");
}

static void creates_and_updates(void **state)
{
	struct kube_fixture *f = *state;
	cJSON *object = ob_json_object(f->arena);

	ob_kube_create(f->kube, &kube_fixture_peer, object, kube_fixture_reply,
		       f, NULL);
	kube_fixture_turn(f, 1);
	assert_string_equal(f->last.method, "POST");
	assert_string_equal(strrchr(f->last.target, '/'),
			    "/peers?fieldManager=test");
	ob_kube_update(f->kube, &kube_fixture_peer, object, kube_fixture_reply,
		       f, NULL);
	kube_fixture_turn(f, 2);
	assert_string_equal(f->last.method, "PUT");
	assert_string_equal(strrchr(f->last.target, '/'),
			    "/one?fieldManager=test");
}

static void deletes_only_what_was_meant(void **state)
{
	struct ob_kube_preconditions only_if = { .uid = "u",
						 .resource_version = "7" };
	struct kube_fixture *f = *state;

	ob_kube_delete(f->kube, &kube_fixture_peer, &only_if,
		       kube_fixture_reply, f, NULL);
	kube_fixture_turn(f, 1);
	assert_string_equal(f->last.method, "DELETE");
	assert_string_equal(
		f->last_body,
		"{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\","
		"\"preconditions\":{\"uid\":\"u\",\"resourceVersion\":\"7\"}}");
	assert_int_equal(f->r, 0);
}

static void tells_what_an_error_means(void **state)
{
	static const struct {
		int code, r;
		const char *body;
	} cases[] = {
		{ 404, -ENOENT, "{\"kind\":\"Status\"}" },
		{ 409, -EEXIST,
		  "{\"kind\":\"Status\",\"reason\":\"AlreadyExists\"}" },
		{ 409, -ESTALE,
		  "{\"kind\":\"Status\",\"reason\":\"Conflict\"}" },
		{ 401, -EACCES, "Unauthorized" },
		{ 403, -EACCES, "{}" },
		{ 410, -EKEYEXPIRED, "{}" },
		{ 400, -EINVAL, "[]" },
		{ 422, -EINVAL, "" },
		{ 418, -EINVAL, "" },
		{ 429, -EBUSY, "" },
		{ 500, -EREMOTEIO, "boom" },
		{ 503, -EREMOTEIO, "" },
		{ 302, -EPROTO, "" },
		{ 200, -EPROTO, "no json" },
		{ 200, -EPROTO, "" },
		{ 200, -EPROTO, "[]" },
	};
	struct kube_fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		f->code = cases[i].code;
		f->body = cases[i].body;
		assert_int_equal(kube_fixture_get(f), cases[i].r);
		assert_int_equal(f->reply_code, cases[i].code);
		assert_non_null(strstr(f->message, f->url));
	}
}

static void passes_on_what_the_server_says(void **state)
{
	struct kube_fixture *f = *state;

	f->code = 403;
	f->extra = "Retry-After: 7\r\n";
	f->body = "{\"kind\":\"Status\",\"reason\":\"Forbidden\","
		  "\"message\":\"peers is\\nforbidden\"}";
	assert_int_equal(kube_fixture_get(f), -EACCES);
	assert_string_equal(f->reason, "Forbidden");
	assert_non_null(
		strstr(f->message, "403 Forbidden: peers is forbidden"));
	assert_int_equal(f->retry_after_ms, 7000);
	assert_null(strstr(f->message, TOKEN));
}

static void does_not_follow_redirections(void **state)
{
	struct kube_fixture *f = *state;

	f->code = 301;
	f->extra = "Location: https://127.0.0.1:1/steal\r\n";
	assert_int_equal(kube_fixture_get(f), -EPROTO);
	assert_int_equal(kube_server_connections(f->server), 1);
}

static void notices_a_torn_reply(void **state)
{
	struct kube_fixture *f = *state;

	f->cut = true;
	assert_int_equal(kube_fixture_get(f), -ECONNRESET);
	assert_non_null(strstr(f->message, f->url));
}

static void says_when_nobody_listens(void **state)
{
	struct kube_fixture *f = *state;

	ob_kube_free(f->kube);
	f->kube = kube_fixture_client(f, "https://127.0.0.1:1", f->tls.ca_pem);
	assert_int_equal(kube_fixture_get(f), -ECONNREFUSED);
	assert_non_null(strstr(f->message, "https://127.0.0.1:1"));
	assert_int_equal(f->reply_code, 0);
}

static void refuses_a_server_of_another_authority(void **state)
{
	struct kube_fixture *f = *state;
	struct kube_tls other;

	kube_tls_make(&other, "api.example", true);
	ob_kube_free(f->kube);
	f->kube = kube_fixture_client(f, f->url, other.ca_pem);
	assert_int_equal(kube_fixture_get(f), -ENOTUNIQ);
	assert_string_equal(f->last.method, "");
	assert_non_null(strstr(f->message, "not the server we trust"));
	kube_tls_done(&other);
}

static void refuses_a_server_of_another_name(void **state)
{
	struct kube_fixture *f = *state;

	assert_int_equal(kube_fixture_get(f), -ENOTUNIQ);
	assert_string_equal(f->last.method, "");
}

static void takes_a_name_to_expect(void **state)
{
	struct ob_kube_config *config = NULL;
	struct ob_status status = OB_STATUS_INIT;
	struct kube_fixture *f = *state;

	assert_int_equal(
		ob_kube_config_new(f->url, f->ca, f->token, &config, &status),
		0);
	config->tls_server_name = strdup("api.example");
	ob_kube_free(f->kube);
	assert_int_equal(
		ob_kube_new(f->event, config, "test/1", &f->kube, &status), 0);
	assert_int_equal(kube_fixture_get(f), 0);
	assert_string_equal(f->last.host, f->url + strlen("https://"));
}

static void shows_its_own_certificate(void **state)
{
	struct ob_kube_config *config = NULL;
	struct ob_status status = OB_STATUS_INIT;
	struct kube_fixture *f = *state;
	struct kube_server *s =
		kube_server_start(kube_fixture_handler, f, &f->tls, true);

	snprintf(f->url, sizeof(f->url), "https://127.0.0.1:%u",
		 kube_server_port(s));
	assert_int_equal(
		ob_kube_config_new(f->url, f->ca, NULL, &config, &status), 0);
	config->cert_pem = strdup(f->tls.client_cert_pem);
	config->key_pem = strdup(f->tls.client_key_pem);
	ob_kube_free(f->kube);
	assert_int_equal(
		ob_kube_new(f->event, config, "test/1", &f->kube, &status), 0);
	assert_int_equal(kube_fixture_get(f), 0);
	assert_string_equal(f->last.authorization, "");
	kube_server_stop(s);
}

static void reads_a_rotated_token(void **state)
{
	struct kube_fixture *f = *state;
	char fresh[128];

	assert_int_equal(kube_fixture_get(f), 0);
	snprintf(fresh, sizeof(fresh), "%s.new", f->token);
	kube_fixture_write(fresh, "rotated");
	assert_int_equal(rename(fresh, f->token), 0);
	assert_int_equal(kube_fixture_get(f), 0);
	assert_string_equal(f->last.authorization, "Bearer rotated");
}

static void keeps_its_token_while_the_file_is_gone(void **state)
{
	struct kube_fixture *f = *state;

	assert_int_equal(kube_fixture_get(f), 0);
	assert_int_equal(unlink(f->token), 0);
	assert_int_equal(kube_fixture_get(f), 0);
	assert_string_equal(f->last.authorization, "Bearer " TOKEN);
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, kube_fixture_setup,                 \
					kube_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(asks_for_an_object_as_who_we_are),
		TEST(keeps_its_connection),
		TEST(finds_every_kind_of_path),
		TEST(refuses_paths_that_lead_elsewhere),
		TEST(patches_in_all_ways),
		TEST(creates_and_updates),
		TEST(deletes_only_what_was_meant),
		TEST(tells_what_an_error_means),
		TEST(passes_on_what_the_server_says),
		TEST(does_not_follow_redirections),
		TEST(notices_a_torn_reply),
		TEST(says_when_nobody_listens),
		TEST(refuses_a_server_of_another_authority),
		cmocka_unit_test_setup_teardown(
			refuses_a_server_of_another_name,
			kube_fixture_setup_other_name, kube_fixture_teardown),
		cmocka_unit_test_setup_teardown(takes_a_name_to_expect,
						kube_fixture_setup_other_name,
						kube_fixture_teardown),
		TEST(shows_its_own_certificate),
		TEST(reads_a_rotated_token),
		TEST(keeps_its_token_while_the_file_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
