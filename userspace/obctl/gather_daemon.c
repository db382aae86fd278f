// SPDX-License-Identifier: Apache-2.0
#include "obctl/gather_daemon.h"

#include <errno.h>
#include <string.h>
#include <systemd/sd-event.h>

#include "http/client.h"
#include "obctl/daemon.h"

#define TIMEOUT_MS 2000
#define HURRY_MS   500
#define MAX_BODY   (8UL * 1024 * 1024)

/* An answer as it arrives. */
struct body {
	struct ob_arena *arena;
	struct {
		char *v;
		size_t n, room;
	} text;
	uint32_t timeout_ms;
	bool done;
	int error; /* or 0 */
	long code; /* of HTTP */
};

static int on_data(void *arg, const char *bytes, size_t size)
{
	struct body *body = arg;

	if (body->text.n + size > MAX_BODY)
		return -EMSGSIZE;
	for (size_t i = 0; i < size; i++)
		*OB_PUSH(body->arena, &body->text) = bytes[i];
	return 0;
}

static void on_done(void *arg, int r, const struct ob_http_answer *answer)
{
	struct body *body = arg;

	*OB_PUSH(body->arena, &body->text) = '\0';
	body->done = true;
	body->error = r;
	body->code = answer->code;
}

static int turn(struct ob_http_client *client, const char *path,
		struct body *body)
{
	static const struct ob_http_call_ops ops = {
		.data = on_data,
		.done = on_done,
	};
	const struct ob_http_request request = {
		.method = "GET",
		.path = path,
		.timeout_ms = body->timeout_ms,
	};
	struct ob_http_call *call = NULL;
	int r = ob_http_client_send(client, &request, &ops, body, &call);

	while (r >= 0 && !body->done)
		r = ob_http_client_turn(client, body->timeout_ms);
	return r < 0 ? r : body->error;
}

/* The HTTP code, or a negative errno. */
static long get(struct body *body, const char *url, const char *path)
{
	const struct ob_http_client_options options = {
		.url = url,
		.agent = "obctl/" OB_VERSION,
	};
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	_cleanup_(ob_http_client_freep) struct ob_http_client *client = NULL;
	int r = sd_event_new(&event);

	if (r >= 0)
		r = ob_http_client_new(event, &options, &client, NULL);
	if (r >= 0)
		r = turn(client, path, body);
	return r < 0 ? r : body->code;
}

void ob_ctl_daemon_init(struct ob_arena *a, struct ob_ctl_daemon *ret)
{
	*ret = (struct ob_ctl_daemon){ 0 };
	ob_ctl_daemon_decode(a, NULL, ret);
	ret->has_status = false;
}

/* "ok" or "not reconciled", then "Reason: message" on each line. */
static void read_health(struct ob_arena *a, struct ob_ctl_daemon *d)
{
	char *text = ob_arena_strdup(a, d->health_text), *save = NULL;
	const char *line;

	(void)strtok_r(text, "\n", &save);
	while ((line = strtok_r(NULL, "\n", &save))) {
		const char *colon = strstr(line, ": ");

		if (!colon)
			continue;
		*OB_PUSH(a, &d->conditions) = (struct ob_ctl_condition){
			.type = "",
			.status = "True",
			.reason = ob_arena_printf(a, "%.*s",
						  (int)(colon - line), line),
			.message = colon + 2,
		};
	}
}

static void ask_status(struct ob_arena *a, uint32_t timeout_ms,
		       struct ob_ctl_daemon *ret)
{
	struct body body = { .arena = a, .timeout_ms = timeout_ms };
	cJSON *root;

	if (get(&body, ret->url, "/status") != 200)
		return;
	if (ob_json_parse(a, body.text.v, body.text.n - 1, MAX_BODY, &root,
			  NULL) == 0)
		ob_ctl_daemon_decode(a, root, ret);
}

static void aim(struct ob_arena *a, const struct ob_addr *addr, uint16_t port,
		struct ob_ctl_daemon *ret)
{
	bool v6 = addr->family == AF_INET6;
	char text[OB_ADDR_STRLEN];

	ob_ctl_daemon_init(a, ret);
	ret->asked = true;
	ret->url = ob_arena_printf(a, "http://%s%s%s:%u", v6 ? "[" : "",
				   ob_addr_format(addr, text, sizeof(text)),
				   v6 ? "]" : "", port);
}

void ob_ctl_daemon_ask_status(struct ob_arena *a, const struct ob_addr *addr,
			      uint16_t port, struct ob_ctl_daemon *ret)
{
	aim(a, addr, port, ret);
	ask_status(a, HURRY_MS, ret);
}

void ob_ctl_daemon_ask(struct ob_arena *a, const struct ob_addr *addr,
		       uint16_t port, struct ob_ctl_daemon *ret)
{
	struct body body = { .arena = a, .timeout_ms = TIMEOUT_MS };
	long code;

	aim(a, addr, port, ret);
	code = get(&body, ret->url, "/healthz");
	if (code < 0) {
		ret->error = (int)code;
		return;
	}
	ret->health = code;
	ret->health_text = body.text.v;
	ask_status(a, TIMEOUT_MS, ret);
	if (!ret->has_status)
		read_health(a, ret);
}
