// SPDX-License-Identifier: Apache-2.0
#include "limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/http.h"

#define MAPS "/api/v1/namespaces/default/configmaps"

static unsigned int post(struct ob_limits *l, const char *type,
			 const char *body, size_t size, char *text, size_t room)
{
	const struct ob_raw_request q = {
		.method = "POST",
		.path = MAPS,
		.token = l->admin,
		.headers = type,
		.body = body,
		.size = size,
	};

	return ob_limits_ask(l, &q, text, room);
}

#define JSON "Content-Type: application/json\r\n"

static char *filled(size_t size, char with)
{
	char *p = malloc(size + 1);

	if (!p)
		abort();
	memset(p, with, size);
	p[size] = '\0';
	return p;
}

/* Without a length, so that only what came can be counted. */
static unsigned int post_chunked(struct ob_limits *l, const char *bytes,
				 size_t size, char *text, size_t room)
{
	_cleanup_(ob_raw_closep) struct ob_raw *r = ob_limits_open(l, NULL);
	char head[32];
	const struct ob_raw_request q = {
		.method = "POST",
		.path = MAPS,
		.token = l->admin,
		.headers = JSON "Transfer-Encoding: chunked\r\n",
	};

	snprintf(head, sizeof(head), "%zx\r\n", size);
	if (!r || !ob_raw_request(r, &q) ||
	    !ob_raw_send(r, head, strlen(head)) ||
	    !ob_raw_send(r, bytes, size) || !ob_raw_send(r, "\r\n0\r\n\r\n", 7))
		return 0;
	return ob_raw_reply(r, text, room, 5000);
}

void ob_limits_bodies(struct ob_limits *l)
{
	_free_ char *body = filled(OB_HUB_MAX_BODY + 1, ' ');
	char text[2048];
	unsigned int code;

	code = post(l, JSON, body, OB_HUB_MAX_BODY, text, sizeof(text));
	OB_LIMITS_CHECK(l, code == 400, "the most that may come: %u", code);
	code = post(l, JSON, body, OB_HUB_MAX_BODY + 1, text, sizeof(text));
	OB_LIMITS_CHECK(l, code == 413 && strstr(text, "too large"),
			"too much: %u", code);
	code = post_chunked(l, body, OB_HUB_MAX_BODY, text, sizeof(text));
	OB_LIMITS_CHECK(l, code == 400, "the most, in chunks: %u", code);
	code = post_chunked(l, body, OB_HUB_MAX_BODY + 1, text, sizeof(text));
	OB_LIMITS_CHECK(l, code == 413, "too much, in chunks: %u", code);
	OB_LIMITS_CHECK(l, ob_limits_healthy(l), "not healthy");
}

static void deep(struct ob_limits *l, const char *type, char with)
{
	_free_ char *body = filled(1024UL * 1024, with);
	char text[2048];
	unsigned int code;

	code = post(l, type, body, strlen(body), text, sizeof(text));
	OB_LIMITS_CHECK(l, code == 400, "deep %c: %u", with, code);
}

void ob_limits_json(struct ob_limits *l)
{
	static const char *const bad[] = {
		"{\"metadata\":{\"name\":\"a\",\"name\":\"b\"}}",
		"{\"metadata\":{\"name\":\"a\"},\"metadata\":{}}",
		"{\"metadata\":{\"name\":\"a\",\"n\\u0061me\":\"b\"}}",
		"{\"metadata\":{\"name\":\"a\"},\"data\":{\"x\":\"\xff\"}}",
		"{\"metadata\":{\"name\":\"a\"}} x",
		"{\"metadata\":{\"name\":\"a\"}",
		"[]",
		"",
	};
	char text[2048];
	unsigned int code;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		code = post(l, JSON, bad[i], strlen(bad[i]), text,
			    sizeof(text));
		OB_LIMITS_CHECK(l, code == 400, "%s: %u", bad[i], code);
	}
	deep(l, JSON, '[');
	deep(l, "Content-Type: application/yaml\r\n", '[');
	deep(l, "Content-Type: application/yaml\r\n", '-');
	deep(l, "Content-Type: application/vnd.kubernetes.protobuf\r\n", 'k');
	OB_LIMITS_CHECK(l, ob_limits_healthy(l), "not healthy");
}

static void ask_sized(struct ob_limits *l, const char *path,
		      const char *headers, unsigned int want)
{
	const struct ob_raw_request q = {
		.method = "GET",
		.path = path,
		.token = l->admin,
		.headers = headers,
	};
	char text[2048];
	unsigned int code = ob_limits_ask(l, &q, text, sizeof(text));

	OB_LIMITS_CHECK(l, code == want, "%.20s, %.20s: %u", path,
			headers ? headers : "", code);
}

void ob_limits_headers(struct ob_limits *l)
{
	_free_ char *big = filled(100000, 'a'), *path = NULL, *one = NULL;
	_free_ char *many = filled(0, ' '), *fits = NULL;

	if (asprintf(&path, "/version?%s", big) < 0 ||
	    asprintf(&one, "X-A: %s\r\n", big) < 0 ||
	    asprintf(&fits, "X-A: %.16000s\r\n", big) < 0)
		abort();
	free(many);
	many = malloc(20000 * 6 + 1);
	if (!many)
		abort();
	for (size_t i = 0; i < 20000; i++)
		memcpy(many + 6 * i, "X: y\r\n", 7);
	ask_sized(l, path, NULL, 414);
	ask_sized(l, "/version", one, 431);
	ask_sized(l, "/version", many, 431);
	ask_sized(l, "/version", fits, 200);
	OB_LIMITS_CHECK(l, ob_limits_healthy(l), "not healthy");
}

static void speak(struct ob_limits *l, const char *priorities, bool want)
{
	const struct ob_raw_to to = {
		.address = l->address,
		.port = l->port,
		.priorities = priorities,
	};
	_cleanup_(ob_raw_closep) struct ob_raw *r = ob_raw_open(&to);

	OB_LIMITS_CHECK(l, !!r == want, "%s: %s", priorities,
			r ? "accepted" : "refused");
}

static void babble(struct ob_limits *l, const char *bytes, size_t size)
{
	const struct ob_raw_to to = { .address = l->address, .port = l->port };
	_cleanup_(ob_raw_closep) struct ob_raw *r = ob_raw_open(&to);

	OB_LIMITS_CHECK(l, r && ob_raw_send(r, bytes, size), "no connection");
	OB_LIMITS_CHECK(l, r && ob_raw_ended(r, 3000), "%.10s: not ended",
			bytes);
}

void ob_limits_tls(struct ob_limits *l)
{
	static const char http[] = "GET / HTTP/1.1\r\nHost: hub\r\n\r\n";
	static const char hello[] = "\x16\x03\x01\x00\x10\x01\x00\x00\x0c"
				    "abcdefghijkl";
	char noise[4096];

	srandom(1);
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)random();
	babble(l, http, sizeof(http) - 1);
	babble(l, hello, sizeof(hello) - 1);
	babble(l, noise, sizeof(noise));
	speak(l, "NORMAL:-VERS-ALL:+VERS-TLS1.3", true);
	speak(l, "NORMAL:-VERS-ALL:+VERS-TLS1.2", true);
	speak(l, "NORMAL:-VERS-ALL:+VERS-TLS1.1", false);
	speak(l, "NORMAL:-VERS-ALL:+VERS-TLS1.0", false);
	OB_LIMITS_CHECK(l, ob_limits_healthy(l), "not healthy");
}
