// SPDX-License-Identifier: Apache-2.0
#include "kube_client_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

#define DEADLINE_MS 10000

const struct ob_kube_resource kube_fixture_peers = {
	"octopus.io", "v1alpha1", "peers", "Peer", true,
};
const struct ob_kube_resource kube_fixture_nodes = {
	"", "v1", "nodes", "Node", false,
};
const struct ob_kube_ref kube_fixture_peer = {
	.resource = &kube_fixture_peers,
	.namespace = "ns",
	.name = "one",
};

void kube_fixture_handler(void *arg, struct kube_conn *c,
			  const struct kube_request *request)
{
	struct kube_fixture *f = arg;

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

void kube_fixture_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

struct ob_kube *kube_fixture_client(struct kube_fixture *f, const char *url,
				    const char *ca_pem)
{
	struct ob_kube_config *config = NULL;
	struct ob_status status = OB_STATUS_INIT;
	struct ob_kube *k = NULL;

	kube_fixture_write(f->ca, ca_pem);
	assert_int_equal(
		ob_kube_config_new(url, f->ca, f->token, &config, &status), 0);
	assert_int_equal(ob_kube_new(f->event, config, "test/1", &k, &status),
			 0);
	return k;
}

static int setup_as(void **state, const char *name, bool with_address)
{
	struct kube_fixture *f = calloc(1, sizeof(*f));

	f->code = 200;
	f->extra = "";
	f->body = "{}";
	f->arena = ob_arena_new();
	kube_tls_make(&f->tls, name, with_address);
	f->server = kube_server_start(kube_fixture_handler, f, &f->tls, false);
	snprintf(f->dir, sizeof(f->dir), "/tmp/ob-kube-XXXXXX");
	if (!mkdtemp(f->dir) || sd_event_new(&f->event) < 0)
		return -1;
	snprintf(f->ca, sizeof(f->ca), "%s/ca.crt", f->dir);
	snprintf(f->token, sizeof(f->token), "%s/token", f->dir);
	snprintf(f->url, sizeof(f->url), "https://127.0.0.1:%u",
		 kube_server_port(f->server));
	kube_fixture_write(f->token, TOKEN "\n");
	f->kube = kube_fixture_client(f, f->url, f->tls.ca_pem);
	*state = f;
	return 0;
}

int kube_fixture_setup(void **state)
{
	return setup_as(state, "api.example", true);
}

int kube_fixture_setup_other_name(void **state)
{
	return setup_as(state, "api.example", false);
}

int kube_fixture_teardown(void **state)
{
	struct kube_fixture *f = *state;

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

void kube_fixture_reply(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct kube_fixture *f = arg;

	f->calls++;
	f->r = r;
	f->reply_code = reply->code;
	f->retry_after_ms = reply->retry_after_ms;
	snprintf(f->reason, sizeof(f->reason), "%s", reply->reason);
	snprintf(f->message, sizeof(f->message), "%s",
		 reply->status.reason ? reply->status.message : "");
}

void kube_fixture_turn(struct kube_fixture *f, int calls)
{
	uint64_t until = ob_clock_monotonic_ms() + DEADLINE_MS;

	while (f->calls < calls && ob_clock_monotonic_ms() < until)
		assert_true(sd_event_run(f->event, 100000) >= 0);
	assert_int_equal(f->calls, calls);
}

int kube_fixture_get(struct kube_fixture *f)
{
	f->calls = 0;
	assert_int_equal(ob_kube_get(f->kube, &kube_fixture_peer,
				     kube_fixture_reply, f, NULL),
			 0);
	kube_fixture_turn(f, 1);
	return f->r;
}
