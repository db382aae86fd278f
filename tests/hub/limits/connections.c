// SPDX-License-Identifier: Apache-2.0
#include "limits.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define OF_ONE	    1024
#define ALL	    4096
#define DRIBBLE_MS  500
#define DRIBBLE_MAX (36 * 1000)

static struct ob_raw *plain(const struct ob_limits *l, const char *from)
{
	const struct ob_raw_to to = {
		.address = l->address,
		.port = l->port,
		.from = from,
	};

	return ob_raw_open(&to);
}

static bool served(struct ob_limits *l, const char *from)
{
	_cleanup_(ob_raw_closep) struct ob_raw *r = ob_limits_open(l, from);

	return r != NULL;
}

/* The server may not have seen yet that another is gone. */
static bool served_soon(struct ob_limits *l, const char *from)
{
	uint64_t end = ob_clock_monotonic_ms() + 3000;

	while (!served(l, from))
		if (ob_clock_monotonic_ms() > end)
			return false;
	return true;
}

/* Connected, which the kernel does for the server, and not ended soon. */
static void fill(struct ob_limits *l, const char *from, struct ob_raw **v)
{
	size_t n = 0;

	while (n < OF_ONE && (v[n] = plain(l, from)))
		n++;
	OB_LIMITS_CHECK(l, n == OF_ONE, "%s: %zu connections", from, n);
	OB_LIMITS_CHECK(l, n && !ob_raw_ended(v[n - 1], 200),
			"%s: the last of those allowed was ended", from);
}

void ob_limits_connections(struct ob_limits *l)
{
	static struct ob_raw *v[ALL];
	_cleanup_(ob_raw_closep) struct ob_raw *more = NULL;
	char from[32];

	fill(l, "127.20.0.1", v);
	more = plain(l, "127.20.0.1");
	OB_LIMITS_CHECK(l, more && ob_raw_ended(more, 3000),
			"one more of an address");
	OB_LIMITS_CHECK(l, served(l, "127.20.0.9"), "another address");
	ob_raw_close(v[0]);
	v[0] = NULL;
	OB_LIMITS_CHECK(l, served_soon(l, "127.20.0.1"), "after one has gone");
	for (size_t i = 1; i < ALL / OF_ONE; i++) {
		snprintf(from, sizeof(from), "127.20.0.%zu", i + 1);
		fill(l, from, v + i * OF_ONE);
	}
	for (size_t i = 0; i < ALL; i++)
		ob_raw_close(v[i]);
	OB_LIMITS_CHECK(l, ob_limits_healthy(l), "not healthy");
}

/* --- those who take their time --- */

struct dribbler {
	const char *what, *head;
	bool tls;
	struct ob_raw *r;
	uint64_t ended_ms;
};

static struct dribbler dribblers[] = {
	{ .what = "nothing at all" },
	{ .what = "a handshake", .head = "\x16\x03\x01\x10\x00" },
	{ .what = "a request line", .head = "GET /ver", .tls = true },
	{ .what = "headers",
	  .head = "GET /version HTTP/1.1\r\nX: ",
	  .tls = true },
	{ .what = "a body", .tls = true },
};
static pthread_t dribbling;
static uint64_t begin_ms;

static void dribble(struct dribbler *d)
{
	/* Not the one that does not even say hello. */
	if (d->head)
		ob_raw_send(d->r, "a", 1);
	if (ob_raw_ended(d->r, 0))
		d->ended_ms = ob_clock_monotonic_ms();
}

static void *dribble_all(void *arg)
{
	bool left = true;

	(void)arg;
	while (left && ob_clock_monotonic_ms() - begin_ms < DRIBBLE_MAX) {
		left = false;
		usleep(DRIBBLE_MS * 1000); /* slowness is the test */
		for (size_t i = 0; i < ARRAY_SIZE(dribblers); i++) {
			if (!dribblers[i].ended_ms && dribblers[i].r)
				dribble(&dribblers[i]);
			left |= !dribblers[i].ended_ms;
		}
	}
	return NULL;
}

void ob_limits_dribble_start(struct ob_limits *l)
{
	static char body[512];

	snprintf(body, sizeof(body),
		 "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\n"
		 "Host: hub\r\nAuthorization: Bearer %s\r\n"
		 "Content-Type: application/json\r\n"
		 "Content-Length: 1000\r\n\r\n{",
		 l->admin);
	begin_ms = ob_clock_monotonic_ms();
	for (size_t i = 0; i < ARRAY_SIZE(dribblers); i++) {
		struct dribbler *d = &dribblers[i];

		d->r = d->tls ? ob_limits_open(l, NULL) : plain(l, NULL);
		if (d->tls && !d->head)
			d->head = body;
		OB_LIMITS_CHECK(l, d->r, "%s: no connection", d->what);
		if (d->r && d->head)
			ob_raw_send(d->r, d->head, strlen(d->head));
	}
	pthread_create(&dribbling, NULL, dribble_all, NULL);
}

void ob_limits_dribble_end(struct ob_limits *l)
{
	pthread_join(dribbling, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(dribblers); i++) {
		struct dribbler *d = &dribblers[i];

		OB_LIMITS_CHECK(l, d->ended_ms, "%s: still there after %d s",
				d->what, DRIBBLE_MAX / 1000);
		ob_raw_close(d->r);
	}
}
