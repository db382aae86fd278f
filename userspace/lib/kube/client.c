// SPDX-License-Identifier: Apache-2.0
#include "kube/client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "http/client.h"
#include "kube/answer.h"
#include "kube/path.h"
#include "kube/request.h"
#include "kube/secretfile.h"
#include "kube/token.h"

#define ERROR_BODY_MAX ((size_t)1024 * 1024) /* of what is no 2xx */

struct ob_kube {
	sd_event *event;
	struct ob_kube_config *config;
	struct ob_http_client *http;
	struct ob_kube_token token;
	char *manager;
	struct ob_kube_stats stats;
	struct ob_status problem;
	LIST_HEAD(, ob_kube_call) calls;
};

struct ob_kube_call {
	LIST_ENTRY(ob_kube_call) all;
	struct ob_kube *kube;
	struct ob_http_call *http;
	ob_kube_reply_fn fn;
	int (*stream)(void *arg, const char *bytes, size_t size);
	void (*opened)(void *arg);
	void *arg;
	bool object;
	long code;
	char *method, *path; /* without query */
	char *body;
	size_t size, room;
};

static void call_free(struct ob_kube_call *call)
{
	free(call->method);
	free(call->path);
	free(call->body);
	free(call);
}
OB_DEFINE_CLEANUP(struct ob_kube_call *, call_free)

static bool is_success(long code)
{
	return code >= 200 && code < 300;
}

static void on_head(void *arg, long code)
{
	struct ob_kube_call *call = arg;

	call->code = code;
	call->kube->stats.last_answer_ms = ob_clock_monotonic_ms();
	if (call->opened && is_success(code))
		call->opened(call->arg);
}

static int keep(struct ob_kube_call *call, const char *bytes, size_t size)
{
	size_t max = is_success(call->code) ? OB_KUBE_MAX_BODY : ERROR_BODY_MAX;
	size_t need = call->size + size;

	if (need > max)
		return -EMSGSIZE;
	if (need > call->room) {
		size_t room = need + need / 2;
		char *bigger = realloc(call->body, room);

		if (!bigger)
			return -ENOMEM;
		call->body = bigger;
		call->room = room;
	}
	memcpy(call->body + call->size, bytes, size);
	call->size = need;
	return 0;
}

static int on_data(void *arg, const char *bytes, size_t size)
{
	struct ob_kube_call *call = arg;
	struct ob_kube *k = call->kube;

	k->stats.received_bytes += size;
	k->stats.last_answer_ms = ob_clock_monotonic_ms();
	if (call->stream && is_success(call->code))
		return call->stream(call->arg, bytes, size);
	return keep(call, bytes, size);
}

/* The function may cancel everything but itself, and free the client. */
static void on_done(void *arg, int r, const struct ob_http_answer *answer)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(call_freep) struct ob_kube_call *call = arg;
	struct ob_kube_reply reply = {
		.code = answer->code,
		.reason = "",
		.retry_after_ms = answer->retry_after_ms,
	};
	struct ob_kube_asked asked = {
		.server = call->kube->config->server,
		.method = call->method,
		.path = call->path,
		.object = call->object,
	};

	LIST_REMOVE(call, all);
	if (r < 0)
		ob_kube_answer_none(&asked, r, answer->error, &reply);
	else
		r = ob_kube_answer_decode(a, &asked, answer->code, call->body,
					  call->size, &reply);
	if (r < 0)
		call->kube->stats.failures++;
	if (answer->code == 401)
		call->kube->token.suspect = true;
	if (call->fn)
		call->fn(call->arg, r, &reply);
}

static const struct ob_http_call_ops call_ops = {
	.head = on_head,
	.data = on_data,
	.done = on_done,
};

int ob_kube_new(sd_event *event, struct ob_kube_config *config,
		const char *agent, struct ob_kube **ret,
		struct ob_status *status)
{
	_cleanup_(ob_kube_config_freep) struct ob_kube_config *owned = config;
	_cleanup_(ob_kube_freep) struct ob_kube *k = NULL;
	struct ob_http_client_options options = {
		.url = config->server,
		.tls_server_name = config->tls_server_name,
		.ca_pem = config->ca_pem,
		.cert_pem = config->cert_pem,
		.key_pem = config->key_pem,
		.agent = agent,
	};
	int r;

	k = calloc(1, sizeof(*k));
	if (k)
		k->manager = strndup(agent, strcspn(agent, "/"));
	if (!k || !k->manager)
		return ob_status_set(status, ENOMEM, "OutOfMemory",
				     "out of memory");
	k->event = sd_event_ref(event);
	r = ob_http_client_new(event, &options, &k->http, status);
	if (r < 0)
		return r;
	k->config = TAKE_PTR(owned);
	*ret = TAKE_PTR(k);
	return 0;
}

int ob_kube_open(sd_event *event, const struct ob_kube_place *place,
		 const char *agent, struct ob_kube **ret,
		 struct ob_status *status)
{
	struct ob_kube_config *config = NULL;
	int r = ob_kube_config_open(place, &config, status);

	return r < 0 ? r : ob_kube_new(event, config, agent, ret, status);
}

void ob_kube_free(struct ob_kube *k)
{
	struct ob_kube_call *call;

	if (!k)
		return;
	ob_http_client_free(k->http);
	while ((call = LIST_FIRST(&k->calls))) {
		LIST_REMOVE(call, all);
		call_free(call);
	}
	ob_kube_config_free(k->config);
	ob_kube_token_done(&k->token);
	sd_event_unref(k->event);
	free(k->manager);
	free(k);
}

const struct ob_kube_config *ob_kube_config_get(const struct ob_kube *k)
{
	return k->config;
}

struct ob_kube_stats ob_kube_stats_get(const struct ob_kube *k)
{
	return k->stats;
}

sd_event *ob_kube_event_loop(const struct ob_kube *k)
{
	return k->event;
}

const char *ob_kube_manager(const struct ob_kube *k)
{
	return k->manager;
}

void ob_kube_problem(const struct ob_kube *k, int r, struct ob_status *ret)
{
	*ret = k->problem;
	if (!ret->reason)
		ob_status_set(ret, -r, "RequestFailed",
			      "%s: the request cannot be made: %s",
			      k->config->server, strerror(-r));
}

int ob_kube_turn(struct ob_kube *k, uint32_t timeout_ms)
{
	return ob_http_client_turn(k->http, timeout_ms);
}

void ob_kube_cancel(struct ob_kube_call *call)
{
	if (!call)
		return;
	ob_http_call_cancel(call->http);
	LIST_REMOVE(call, all);
	call_free(call);
}

static int call_new(struct ob_kube *k, const struct ob_kube_request *request,
		    ob_kube_reply_fn fn, void *arg, struct ob_kube_call **ret)
{
	_cleanup_(call_freep) struct ob_kube_call *call = NULL;

	call = calloc(1, sizeof(*call));
	if (!call)
		return -ENOMEM;
	call->kube = k;
	call->fn = fn;
	call->arg = arg;
	call->stream = request->stream;
	call->opened = request->opened;
	call->object = request->object;
	call->method = strdup(request->method);
	call->path = strndup(request->path, strcspn(request->path, "?"));
	if (!call->method || !call->path)
		return -ENOMEM;
	*ret = TAKE_PTR(call);
	return 0;
}

static int authorize(struct ob_kube *k, char **ret)
{
	const char *token = NULL;
	int r = ob_kube_token_get(&k->token, k->config, &token, &k->problem);

	if (r < 0 || !token)
		return r;
	return asprintf(ret, "Authorization: Bearer %s", token) < 0 ? -ENOMEM
								    : 0;
}

static int send_call(struct ob_kube_call *call,
		     const struct ob_kube_request *request)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(ob_kube_secret_freep) char *authorization = NULL;
	const char *headers[3] = { "Accept: application/json" };
	struct ob_http_request http = {
		.method = request->method,
		.path = request->path,
		.headers = headers,
		.n_headers = 1,
		.timeout_ms = request->timeout_ms ?: OB_KUBE_TIMEOUT_MS,
	};
	struct ob_kube *k = call->kube;
	int r = authorize(k, &authorization);

	if (r < 0)
		return r;
	if (authorization)
		headers[http.n_headers++] = authorization;
	if (request->body) {
		headers[http.n_headers++] = ob_arena_printf(
			a, "Content-Type: %s", request->content_type);
		http.body = ob_json_print(a, request->body);
		http.body_size = strlen(http.body);
	}
	k->stats.requests++;
	k->stats.sent_bytes += http.body_size;
	return ob_http_client_send(k->http, &http, &call_ops, call,
				   &call->http);
}

int ob_kube_request_send(struct ob_kube *k,
			 const struct ob_kube_request *request,
			 ob_kube_reply_fn fn, void *arg,
			 struct ob_kube_call **ret_call)
{
	_cleanup_(call_freep) struct ob_kube_call *call = NULL;
	int r = call_new(k, request, fn, arg, &call);

	k->problem.reason = NULL;
	if (r == 0)
		r = send_call(call, request);
	if (r < 0)
		return r;
	LIST_INSERT_HEAD(&k->calls, call, all);
	if (ret_call)
		*ret_call = call;
	TAKE_PTR(call);
	return 0;
}
