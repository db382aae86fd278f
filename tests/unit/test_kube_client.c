// SPDX-License-Identifier: Apache-2.0
#include "kube/client.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/clock.h"
#include "kube_server.h"

#define DEADLINE_MS 10000
#define TOKEN	    "secret-token"

static const struct ob_kube_resource peers = {
	"octopus.io", "v1alpha1", "peers", "Peer", true,
};
static const struct ob_kube_resource nodes = {
	"", "v1", "nodes", "Node", false,
};
static const struct ob_kube_ref peer = {
	.resource = &peers,
	.namespace = "ns",
	.name = "one",
};

struct fixture {
	struct kube_server *server;
	struct kube_tls tls;
	struct ob_arena *arena;
	sd_event *event;
	struct ob_kube *kube;
	char dir[64], ca[96], token[96], url[64];
	struct kube_request last; /* what the handler saw */
	char last_body[4096];
	/* what the handler says */
	int code;
	const char *extra, *body;
	bool silent, cut;
	/* of a request */
	int calls, r;
	long reply_code;
	char reason[64], message[OB_STATUS_MESSAGE_LEN];
	uint32_t retry_after_ms;
};

static void handler(void *arg, struct kube_conn *c,
		    const struct kube_request *request)
{
	struct fixture *f = arg;

	f->last = *request;
	snprintf(f->last_body, sizeof(f->last_body), "%s", request->body);
	if (f->cut) {
		kube_sendf(c, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{");
		kube_hang_up(c);
		return;
	}
	while (f->silent && !kube_stopping(c))
		usleep(1000);
	if (!f->silent)
		kube_answer(c, f->code, f->extra, f->body);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static struct ob_kube *client(struct fixture *f, const char *url,
			      const char *ca_pem)
{
	struct ob_kube_config *config = NULL;
	struct ob_status status = OB_STATUS_INIT;
	struct ob_kube *k = NULL;

	write_file(f->ca, ca_pem);
	assert_int_equal(
		ob_kube_config_new(url, f->ca, f->token, &config, &status), 0);
	assert_int_equal(ob_kube_new(f->event, config, "test/1", &k, &status),
			 0);
	return k;
}

static int setup_as(void **state, const char *name, bool with_address)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->code = 200;
	f->extra = "";
	f->body = "{}";
	f->arena = ob_arena_new();
	kube_tls_make(&f->tls, name, with_address);
	f->server = kube_server_start(handler, f, &f->tls, false);
	snprintf(f->dir, sizeof(f->dir), "/tmp/ob-kube-XXXXXX");
	if (!mkdtemp(f->dir) || sd_event_new(&f->event) < 0)
		return -1;
	snprintf(f->ca, sizeof(f->ca), "%s/ca.crt", f->dir);
	snprintf(f->token, sizeof(f->token), "%s/token", f->dir);
	snprintf(f->url, sizeof(f->url), "https://127.0.0.1:%u",
		 kube_server_port(f->server));
	write_file(f->token, TOKEN "\n");
	f->kube = client(f, f->url, f->tls.ca_pem);
	*state = f;
	return 0;
}

static int setup(void **state)
{
	return setup_as(state, "api.example", true);
}

static int setup_other_name(void **state)
{
	return setup_as(state, "api.example", false);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ob_kube_free(f->kube);
	sd_event_unref(f->event);
	kube_server_stop(f->server);
	kube_tls_done(&f->tls);
	ob_arena_free(f->arena);
	unlink(f->ca);
	unlink(f->token);
	rmdir(f->dir);
	free(f);
	return 0;
}

static void on_reply(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct fixture *f = arg;

	f->calls++;
	f->r = r;
	f->reply_code = reply->code;
	f->retry_after_ms = reply->retry_after_ms;
	snprintf(f->reason, sizeof(f->reason), "%s", reply->reason);
	snprintf(f->message, sizeof(f->message), "%s",
		 reply->status.reason ? reply->status.message : "");
}

static void turn_until(struct fixture *f, int calls)
{
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;

	while (f->calls < calls && ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(f->event, 100000) >= 0);
	assert_int_equal(f->calls, calls);
}

static int get(struct fixture *f)
{
	f->calls = 0;
	assert_int_equal(ob_kube_get(f->kube, &peer, on_reply, f, NULL), 0);
	turn_until(f, 1);
	return f->r;
}

static void asks_for_an_object_as_who_we_are(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f), 0);
	assert_string_equal(f->last.method, "GET");
	assert_string_equal(
		f->last.target,
		"/apis/octopus.io/v1alpha1/namespaces/ns/peers/one");
	assert_string_equal(f->last.authorization, "Bearer " TOKEN);
}

static void keeps_its_connection(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 5; i++)
		assert_int_equal(get(f), 0);
	assert_int_equal(kube_server_connections(f->server), 1);
}

static void finds_every_kind_of_path(void **state)
{
	struct ob_kube_ref ref = { .resource = &nodes, .name = "a b" };
	struct fixture *f = *state;

	ob_kube_get(f->kube, &ref, on_reply, f, NULL);
	turn_until(f, 1);
	assert_string_equal(f->last.target, "/api/v1/nodes/a%20b");
	ref.resource = &peers;
	ob_kube_list(f->kube, &ref, "a=b,c", on_reply, f, NULL);
	turn_until(f, 2);
	assert_string_equal(
		f->last.target,
		"/apis/octopus.io/v1alpha1/peers?labelSelector=a%3Db%2Cc");
}

static void refuses_paths_that_lead_elsewhere(void **state)
{
	struct ob_kube_ref ref = peer;
	struct fixture *f = *state;

	ref.name = "../../nodes";
	assert_int_equal(ob_kube_get(f->kube, &ref, on_reply, f, NULL),
			 -EINVAL);
	ref.name = "..";
	assert_int_equal(ob_kube_get(f->kube, &ref, on_reply, f, NULL),
			 -EINVAL);
	ref.name = NULL;
	assert_int_equal(ob_kube_get(f->kube, &ref, on_reply, f, NULL),
			 -EINVAL);
	ref = (struct ob_kube_ref){ .resource = &peers, .name = "x" };
	assert_int_equal(ob_kube_get(f->kube, &ref, on_reply, f, NULL),
			 -EINVAL);
	assert_int_equal(f->calls, 0);
}

static void expect_patch(struct fixture *f, enum ob_kube_patch type,
			 const char *content_type, const char *query)
{
	cJSON *patch = ob_json_object(f->arena);
	struct ob_kube_ref ref = peer;

	ref.subresource = "status";
	f->calls = 0;
	ob_json_set_string(f->arena, patch, "a", "b");
	ob_kube_patch(f->kube, &ref, type, patch, on_reply, f, NULL);
	turn_until(f, 1);
	assert_string_equal(f->last.method, "PATCH");
	assert_string_equal(f->last.content_type, content_type);
	assert_string_equal(f->last_body, "{\"a\":\"b\"}");
	assert_string_equal(strrchr(f->last.target, '/'), query);
}

static void patches_in_all_ways(void **state)
{
	struct fixture *f = *state;

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
	struct fixture *f = *state;
	cJSON *object = ob_json_object(f->arena);

	ob_kube_create(f->kube, &peer, object, on_reply, f, NULL);
	turn_until(f, 1);
	assert_string_equal(f->last.method, "POST");
	assert_string_equal(strrchr(f->last.target, '/'),
			    "/peers?fieldManager=test");
	ob_kube_update(f->kube, &peer, object, on_reply, f, NULL);
	turn_until(f, 2);
	assert_string_equal(f->last.method, "PUT");
	assert_string_equal(strrchr(f->last.target, '/'),
			    "/one?fieldManager=test");
}

static void deletes_only_what_was_meant(void **state)
{
	struct ob_kube_preconditions only_if = { .uid = "u",
						 .resource_version = "7" };
	struct fixture *f = *state;

	ob_kube_delete(f->kube, &peer, &only_if, on_reply, f, NULL);
	turn_until(f, 1);
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
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		f->code = cases[i].code;
		f->body = cases[i].body;
		assert_int_equal(get(f), cases[i].r);
		assert_int_equal(f->reply_code, cases[i].code);
		assert_non_null(strstr(f->message, f->url));
	}
}

static void passes_on_what_the_server_says(void **state)
{
	struct fixture *f = *state;

	f->code = 403;
	f->extra = "Retry-After: 7\r\n";
	f->body = "{\"kind\":\"Status\",\"reason\":\"Forbidden\","
		  "\"message\":\"peers is\\nforbidden\"}";
	assert_int_equal(get(f), -EACCES);
	assert_string_equal(f->reason, "Forbidden");
	assert_non_null(
		strstr(f->message, "403 Forbidden: peers is forbidden"));
	assert_int_equal(f->retry_after_ms, 7000);
	assert_null(strstr(f->message, TOKEN));
}

static void does_not_follow_redirections(void **state)
{
	struct fixture *f = *state;

	f->code = 301;
	f->extra = "Location: https://127.0.0.1:1/steal\r\n";
	assert_int_equal(get(f), -EPROTO);
	assert_int_equal(kube_server_connections(f->server), 1);
}

static void notices_a_torn_reply(void **state)
{
	struct fixture *f = *state;

	f->cut = true;
	assert_int_equal(get(f), -ECONNRESET);
	assert_non_null(strstr(f->message, f->url));
}

static void says_when_nobody_listens(void **state)
{
	struct fixture *f = *state;

	ob_kube_free(f->kube);
	f->kube = client(f, "https://127.0.0.1:1", f->tls.ca_pem);
	assert_int_equal(get(f), -ECONNREFUSED);
	assert_non_null(strstr(f->message, "https://127.0.0.1:1"));
	assert_int_equal(f->reply_code, 0);
}

static void refuses_a_server_of_another_authority(void **state)
{
	struct fixture *f = *state;
	struct kube_tls other;

	kube_tls_make(&other, "api.example", true);
	ob_kube_free(f->kube);
	f->kube = client(f, f->url, other.ca_pem);
	assert_int_equal(get(f), -ENOTUNIQ);
	assert_string_equal(f->last.method, "");
	assert_non_null(strstr(f->message, "not the server we trust"));
	kube_tls_done(&other);
}

static void refuses_a_server_of_another_name(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f), -ENOTUNIQ);
	assert_string_equal(f->last.method, "");
}

static void takes_a_name_to_expect(void **state)
{
	struct ob_kube_config *config = NULL;
	struct ob_status status = OB_STATUS_INIT;
	struct fixture *f = *state;

	assert_int_equal(
		ob_kube_config_new(f->url, f->ca, f->token, &config, &status),
		0);
	config->tls_server_name = strdup("api.example");
	ob_kube_free(f->kube);
	assert_int_equal(
		ob_kube_new(f->event, config, "test/1", &f->kube, &status), 0);
	assert_int_equal(get(f), 0);
	assert_string_equal(f->last.host, f->url + strlen("https://"));
}

static void shows_its_own_certificate(void **state)
{
	struct ob_kube_config *config = NULL;
	struct ob_status status = OB_STATUS_INIT;
	struct fixture *f = *state;
	struct kube_server *s = kube_server_start(handler, f, &f->tls, true);

	snprintf(f->url, sizeof(f->url), "https://127.0.0.1:%u",
		 kube_server_port(s));
	assert_int_equal(
		ob_kube_config_new(f->url, f->ca, NULL, &config, &status), 0);
	config->cert_pem = strdup(f->tls.client_cert_pem);
	config->key_pem = strdup(f->tls.client_key_pem);
	ob_kube_free(f->kube);
	assert_int_equal(
		ob_kube_new(f->event, config, "test/1", &f->kube, &status), 0);
	assert_int_equal(get(f), 0);
	assert_string_equal(f->last.authorization, "");
	kube_server_stop(s);
}

static void reads_a_rotated_token(void **state)
{
	struct fixture *f = *state;
	char fresh[128];

	assert_int_equal(get(f), 0);
	snprintf(fresh, sizeof(fresh), "%s.new", f->token);
	write_file(fresh, "rotated");
	assert_int_equal(rename(fresh, f->token), 0);
	assert_int_equal(get(f), 0);
	assert_string_equal(f->last.authorization, "Bearer rotated");
}

static void keeps_its_token_while_the_file_is_gone(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f), 0);
	assert_int_equal(unlink(f->token), 0);
	assert_int_equal(get(f), 0);
	assert_string_equal(f->last.authorization, "Bearer " TOKEN);
}

static void does_not_call_what_was_cancelled(void **state)
{
	struct fixture *f = *state;
	struct ob_kube_call *call = NULL;

	f->silent = true;
	ob_kube_get(f->kube, &peer, on_reply, f, &call);
	for (int i = 0; i < 20; i++)
		sd_event_run(f->event, 5000);
	ob_kube_cancel(call);
	f->silent = false;
	assert_int_equal(get(f), 0);
	assert_int_equal(f->calls, 1);
}

static void cancels_all_when_freed(void **state)
{
	struct fixture *f = *state;

	f->silent = true;
	for (int i = 0; i < 3; i++)
		ob_kube_get(f->kube, &peer, on_reply, f, NULL);
	for (int i = 0; i < 10; i++)
		sd_event_run(f->event, 5000);
	ob_kube_free(TAKE_PTR(f->kube));
	assert_int_equal(f->calls, 0);
}

static void free_from_inside(void *arg, int r,
			     const struct ob_kube_reply *reply)
{
	struct fixture *f = arg;

	on_reply(f, r, reply);
	ob_kube_free(TAKE_PTR(f->kube));
}

static void may_be_freed_by_its_own_function(void **state)
{
	struct fixture *f = *state;

	ob_kube_get(f->kube, &peer, free_from_inside, f, NULL);
	ob_kube_get(f->kube, &peer, on_reply, f, NULL);
	turn_until(f, 1);
	sd_event_run(f->event, 1000);
	assert_int_equal(f->calls, 1);
}

static void send_from_inside(void *arg, int r,
			     const struct ob_kube_reply *reply)
{
	struct fixture *f = arg;

	on_reply(f, r, reply);
	assert_int_equal(ob_kube_get(f->kube, &peer, on_reply, f, NULL), 0);
}

static void may_send_from_its_own_function(void **state)
{
	struct fixture *f = *state;

	ob_kube_get(f->kube, &peer, send_from_inside, f, NULL);
	turn_until(f, 2);
	assert_int_equal(f->r, 0);
}

static void waits_without_a_loop(void **state)
{
	struct fixture *f = *state;
	struct ob_kube_reply reply = { 0 };

	f->body = "{\"gitVersion\":\"v1\"}";
	assert_int_equal(
		ob_kube_raw_get_wait(f->kube, f->arena, "/version", &reply), 0);
	assert_string_equal(ob_json_string(reply.body, "gitVersion"), "v1");
	f->body = "ok";
	assert_int_equal(
		ob_kube_raw_get_wait(f->kube, f->arena, "/healthz", &reply), 0);
	assert_null(reply.body);
}

static int end_loop(sd_event_source *s, void *arg)
{
	(void)arg;
	return sd_event_exit(sd_event_source_get_event(s), 0);
}

static void waits_after_the_loop_has_ended(void **state)
{
	struct fixture *f = *state;
	struct ob_kube_reply reply = { 0 };

	assert_int_equal(get(f), 0);
	sd_event_add_defer(f->event, NULL, end_loop, NULL);
	assert_int_equal(sd_event_loop(f->event), 0);
	assert_int_equal(ob_kube_get_wait(f->kube, f->arena, &peer, &reply), 0);
	f->code = 404;
	assert_int_equal(ob_kube_delete_wait(f->kube, f->arena, &peer, &reply),
			 -ENOENT);
}

static void says_why_there_is_no_token(void **state)
{
	struct fixture *f = *state;
	struct ob_kube_reply reply = { 0 };

	assert_int_equal(unlink(f->token), 0);
	assert_int_equal(ob_kube_get_wait(f->kube, f->arena, &peer, &reply),
			 -ENOENT);
	assert_non_null(strstr(reply.status.message, f->token));
}

static void counts(void **state)
{
	struct fixture *f = *state;
	struct ob_kube_stats stats;

	assert_int_equal(get(f), 0);
	f->code = 404;
	get(f);
	stats = ob_kube_stats_get(f->kube);
	assert_int_equal(stats.requests, 2);
	assert_int_equal(stats.failures, 1);
	assert_int_equal(stats.received_bytes, 4);
	assert_true(stats.last_answer_ms > 0);
}

static void ignores_proxies_of_the_environment(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(setenv("HTTPS_PROXY", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(get(f), 0);
	unsetenv("HTTPS_PROXY");
	unsetenv("ALL_PROXY");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
			refuses_a_server_of_another_name, setup_other_name,
			teardown),
		cmocka_unit_test_setup_teardown(takes_a_name_to_expect,
						setup_other_name, teardown),
		TEST(shows_its_own_certificate),
		TEST(reads_a_rotated_token),
		TEST(keeps_its_token_while_the_file_is_gone),
		TEST(does_not_call_what_was_cancelled),
		TEST(cancels_all_when_freed),
		TEST(may_be_freed_by_its_own_function),
		TEST(may_send_from_its_own_function),
		TEST(waits_without_a_loop),
		TEST(waits_after_the_loop_has_ended),
		TEST(says_why_there_is_no_token),
		TEST(counts),
		TEST(ignores_proxies_of_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
