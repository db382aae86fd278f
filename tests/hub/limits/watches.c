// SPDX-License-Identifier: Apache-2.0
#include "limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "hub/watch.h"

#define MAPS	  "/api/v1/namespaces/default/configmaps"
#define WATCH	  MAPS "?watch=true&timeoutSeconds=600"
#define BIG	  ((size_t)950 * 1024)
#define UPDATES	  48
#define SLOW	  "ovn_builder_hub_slow_watches_total"
#define PROMPT_MS 1000
#define BURST_MS  30000
#define HELD	  "ovn_builder_hub_connections"

/* Reads a watch, line by line as far as lines are of interest: their ends. */
struct reader {
	struct ob_raw *r;
	unsigned int events;
	char tail[512]; /* the beginning of the line that is being read */
	size_t n_tail;
	uint64_t rv; /* of the last event that was complete */
};

static void on_line(struct reader *w)
{
	static const char key[] = "\"resourceVersion\":\"";
	const char *rv;

	w->tail[w->n_tail] = '\0';
	rv = strstr(w->tail, key);
	if (strstr(w->tail, "{\"type\":\"")) {
		w->events++;
		if (rv)
			w->rv = strtoull(rv + sizeof(key) - 1, NULL, 10);
	}
	w->n_tail = 0;
}

static void take(struct reader *w, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '\n')
			on_line(w);
		else if (w->n_tail < sizeof(w->tail) - 1)
			w->tail[w->n_tail++] = bytes[i];
	}
}

/* Until there were so many events, or the end: false. */
static bool read_until(struct reader *w, unsigned int events, int timeout_ms)
{
	uint64_t end = ob_clock_monotonic_ms() + (uint64_t)timeout_ms;
	static char buf[65536];

	while (w->events < events) {
		uint64_t now = ob_clock_monotonic_ms();
		ssize_t n;

		if (now >= end)
			return false;
		n = ob_raw_read(w->r, buf, sizeof(buf), (int)(end - now));
		if (n <= 0)
			return false;
		take(w, buf, (size_t)n);
	}
	return true;
}

static struct ob_raw *watch_open(struct ob_limits *l, const char *from,
				 const char *path, const char *token,
				 int receive_bytes)
{
	const struct ob_raw_to to = {
		.address = l->address,
		.port = l->port,
		.from = from,
		.priorities = OB_RAW_TLS,
		.receive_bytes = receive_bytes,
	};
	const struct ob_raw_request q = { .method = "GET",
					  .path = path,
					  .token = token };
	struct ob_raw *r = ob_raw_open(&to);

	OB_LIMITS_CHECK(l, r && ob_raw_request(r, &q), "no connection");
	return r;
}

/* A ConfigMap with the number i, and BIG bytes of data. */
static unsigned int put(struct ob_limits *l, const char *name, unsigned int i)
{
	struct ob_raw_request q = { .token = l->admin,
				    .headers = "Content-Type: "
					       "application/json\r\n" };
	_free_ char *body = malloc(BIG + 512);
	char path[128], text[1024];
	size_t n;

	if (!body)
		abort();
	n = (size_t)snprintf(body, 512,
			     "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\","
			     "\"metadata\":{\"name\":\"%s\"},"
			     "\"data\":{\"i\":\"%u\",\"x\":\"",
			     name, i);
	memset(body + n, 'x', BIG);
	memcpy(body + n + BIG, "\"}}", 4);
	snprintf(path, sizeof(path), MAPS "%s%s", i ? "/" : "", i ? name : "");
	q.method = i ? "PUT" : "POST";
	q.path = path;
	q.body = body;
	q.size = n + BIG + 3;
	return ob_limits_ask(l, &q, text, sizeof(text));
}

/* From where the slow one was: what it missed, or that it must list again. */
static void resume(struct ob_limits *l, uint64_t rv)
{
	_cleanup_(ob_raw_closep) struct ob_raw *r = NULL;
	struct reader w = { 0 };
	char path[256];

	snprintf(path, sizeof(path), WATCH "&resourceVersion=%llu",
		 (unsigned long long)rv);
	r = watch_open(l, NULL, path, l->admin, 0);
	w.r = r;
	OB_LIMITS_CHECK(l, r && read_until(&w, 1, 5000),
			"nothing after revision %llu", (unsigned long long)rv);
}

/* Sees each event before the next is written. */
static void updates(struct ob_limits *l, struct reader *fast)
{
	uint64_t begin, worst = 0;
	unsigned int code;

	for (unsigned int i = 0; i < UPDATES; i++) {
		code = put(l, "big", i);
		OB_LIMITS_CHECK(l, code == (i ? 200 : 201), "update: %u", code);
		begin = ob_clock_monotonic_ms();
		if (!read_until(fast, fast->events + 1, 5000)) {
			OB_LIMITS_CHECK(l, false, "no event of update %u", i);
			return;
		}
		begin = ob_clock_monotonic_ms() - begin;
		worst = begin > worst ? begin : worst;
	}
	OB_LIMITS_CHECK(l, worst < PROMPT_MS, "an event took %llu ms",
			(unsigned long long)worst);
}

/* The client cannot see it: the end comes behind what it does not read. */
static bool cut_off_by(struct ob_limits *l, unsigned int n, int timeout_ms)
{
	uint64_t end = ob_clock_monotonic_ms() + (uint64_t)timeout_ms;
	unsigned int seen;

	while ((seen = ob_limits_metric(l, SLOW)) < n &&
	       ob_clock_monotonic_ms() < end)
		usleep(50 * 1000);
	return seen == n;
}

void ob_limits_slow(struct ob_limits *l)
{
	const char *path = WATCH "&fieldSelector=metadata.name%3Dbig";
	_cleanup_(ob_raw_closep) struct ob_raw *slow =
		watch_open(l, NULL, path, l->admin, 4096);
	_cleanup_(ob_raw_closep) struct ob_raw *fast =
		watch_open(l, NULL, path, l->admin, 0);
	struct reader w = { .r = fast }, s = { .r = slow };

	if (!slow || !fast)
		return;
	updates(l, &w);
	/* Still not read: what ends it is the server. */
	OB_LIMITS_CHECK(l, cut_off_by(l, 1, 8000), "not cut off");
	OB_LIMITS_CHECK(l, !read_until(&s, UPDATES, 8000),
			"it was sent everything");
	resume(l, s.rv ? s.rv : 1);
	OB_LIMITS_CHECK(l,
			put(l, "big", UPDATES) == 200 &&
				read_until(&w, w.events + 1, 5000),
			"the healthy one was cut off too");
	OB_LIMITS_CHECK(l, ob_limits_healthy(l), "not healthy");
}

/* More than the limit comes at once: whoever takes it is not slow. */
void ob_limits_burst(struct ob_limits *l)
{
	_cleanup_(ob_raw_closep) struct ob_raw *r = NULL;
	const struct ob_raw_request q = { .method = "DELETE",
					  .path = MAPS,
					  .token = l->admin };
	struct reader w = { 0 };
	char name[32], text[2048];
	unsigned int code;

	for (unsigned int i = 0; i < UPDATES - 10; i++) {
		snprintf(name, sizeof(name), "burst-%u", i);
		code = put(l, name, 0);
		OB_LIMITS_CHECK(l, code == 201, "%s: %u", name, code);
	}
	w.r = r = watch_open(l, NULL, WATCH, l->admin, 0);
	/* and "big" of before */
	OB_LIMITS_CHECK(l, r && read_until(&w, UPDATES - 9, BURST_MS),
			"%u objects at first", w.events);
	code = ob_limits_ask(l, &q, text, sizeof(text));
	OB_LIMITS_CHECK(l, code == 200, "deletion: %u", code);
	OB_LIMITS_CHECK(l, r && read_until(&w, 2 * (UPDATES - 9), BURST_MS),
			"%u events of a healthy watch", w.events);
}

/* --- tokens --- */

static unsigned int peers(struct ob_limits *l, const char *token)
{
	const struct ob_raw_request q = {
		.method = "GET",
		.path = "/apis/octopus.io/v1alpha1/namespaces/"
			"syncer-operator/peers",
		.token = token,
	};
	char text[2048];

	return ob_limits_ask(l, &q, text, sizeof(text));
}

static struct ob_raw *peers_watch(struct ob_limits *l, const char *from,
				  const char *token, unsigned int want)
{
	struct ob_raw *r = watch_open(l, from,
				      "/apis/octopus.io/v1alpha1/namespaces/"
				      "syncer-operator/peers?watch=true",
				      token, 0);
	char text[2048];
	unsigned int code = r ? ob_raw_reply(r, text, sizeof(text), 5000) : 0;

	OB_LIMITS_CHECK(l, code == want, "%u instead of %u", code, want);
	return r;
}

static void expires(struct ob_limits *l)
{
	_cleanup_(ob_raw_closep) struct ob_raw *r = NULL;
	char token[256];

	ob_limits_run(l, "token create --ttl 3s expiring", token,
		      sizeof(token));
	OB_LIMITS_CHECK(l, peers(l, token) == 200, "a new token");
	r = peers_watch(l, NULL, token, 200);
	OB_LIMITS_CHECK(l, r && ob_raw_ended(r, 7000),
			"a watch outlives its token");
	OB_LIMITS_CHECK(l, peers(l, token) == 401, "an expired token");
}

static void revoked(struct ob_limits *l)
{
	_cleanup_(ob_raw_closep) struct ob_raw *r = NULL, *other = NULL;
	char token[256], stays[256], text[256];

	ob_limits_run(l, "token create revoked", token, sizeof(token));
	ob_limits_run(l, "token create stays", stays, sizeof(stays));
	r = peers_watch(l, NULL, token, 200);
	other = peers_watch(l, NULL, stays, 200);
	OB_LIMITS_CHECK(l, r && !ob_raw_ended(r, 100), "ended early");
	ob_limits_run(l, "token revoke revoked", text, sizeof(text));
	OB_LIMITS_CHECK(l, peers(l, token) == 401, "a revoked token");
	OB_LIMITS_CHECK(l, r && ob_raw_ended(r, 3000),
			"a watch outlives its token");
	OB_LIMITS_CHECK(l, other && !ob_raw_ended(other, 100),
			"the watch of another ended");
}

void ob_limits_tokens(struct ob_limits *l)
{
	expires(l);
	revoked(l);
	OB_LIMITS_CHECK(l, peers(l, "nobody.nothing") == 401, "no token");
	OB_LIMITS_CHECK(l, peers(l, "") == 401, "an empty token");
}

/* --- of one identity --- */

#define ROOM 8 /* for those of other cases, and the one that asks */

/* A client that keeps its connection for the next request. */
static struct ob_raw *idle_open(struct ob_limits *l)
{
	const struct ob_raw_request q = { .method = "GET", .path = "/version" };
	_cleanup_(ob_raw_closep) struct ob_raw *r = ob_limits_open(l, NULL);
	char text[2048];

	if (!r || !ob_raw_request(r, &q) ||
	    ob_raw_reply(r, text, sizeof(text), 5000) == 0)
		return NULL;
	return TAKE_PTR(r);
}

/* No more than most connections, soon: they hold descriptors and count. */
static void gone_by(struct ob_limits *l, unsigned int most, int timeout_ms)
{
	uint64_t end = ob_clock_monotonic_ms() + (uint64_t)timeout_ms;
	unsigned int left;

	while ((left = ob_limits_metric(l, HELD)) > most &&
	       ob_clock_monotonic_ms() < end)
		usleep(50 * 1000);
	OB_LIMITS_CHECK(l, left <= most, "%u connections, not %u, after %d ms",
			left, most, timeout_ms);
}

static size_t watches_open(struct ob_limits *l, const char *token,
			   struct ob_raw **v, size_t n)
{
	unsigned int failures = l->failures;
	size_t i = 0;

	for (; i < n && l->failures == failures; i++)
		v[i] = peers_watch(l, NULL, token, 200);
	return i;
}

/* Those whose clients go, and those that the server ends. */
void ob_limits_many(struct ob_limits *l)
{
	static struct ob_raw *v[OB_HUB_WATCH_MAX];
	_cleanup_(ob_raw_closep) struct ob_raw *more = NULL, *other = NULL;
	_cleanup_(ob_raw_closep) struct ob_raw *idle = idle_open(l);
	unsigned int most = ob_limits_metric(l, HELD) + ROOM;
	char token[256], second[256];
	size_t n;

	OB_LIMITS_CHECK(l, idle, "no connection");
	ob_limits_run(l, "token create many", token, sizeof(token));
	ob_limits_run(l, "token create many", second, sizeof(second));
	n = watches_open(l, token, v, 4 * ROOM);
	for (size_t i = 0; i < n; i++)
		ob_raw_close(v[i]);
	gone_by(l, most, 5000);
	n = watches_open(l, token, v, OB_HUB_WATCH_MAX);
	more = peers_watch(l, "127.20.1.1", second, 429);
	other = peers_watch(l, "127.20.1.1", l->admin, 200);
	OB_LIMITS_CHECK(l, more && other, "no connection");
	ob_limits_run(l, "token revoke many", token, sizeof(token));
	for (size_t i = 0; i < n; i++)
		OB_LIMITS_CHECK(l, v[i] && ob_raw_ended(v[i], 5000),
				"watch %zu goes on", i);
	/* Whether or not the other side has gone, too. */
	gone_by(l, most, 5000);
	for (size_t i = 0; i < n; i++)
		ob_raw_close(v[i]);
	OB_LIMITS_CHECK(l, ob_limits_healthy(l), "not healthy");
}
