// SPDX-License-Identifier: Apache-2.0
/*
 * Drives a hub into its limits, and looks whether it does what it says there,
 * and goes on serving others.
 *
 *   hub_limits ADDRESS PORT TOKEN HUB
 *
 * TOKEN is the administrator's; HUB is a command with its options that takes
 * "token create" and "token revoke". The exit status is 1 after a failure.
 */
#include <gnutls/gnutls.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "limits.h"

/* Some requests move tens of megabytes to a disk that others use, too. */
#define PATIENCE_MS 30000
#define HEALTHY_MS  5000

static const struct {
	const char *name;
	void (*run)(struct ob_limits *l);
} cases[] = {
	{ "dribble", ob_limits_dribble_start },
	{ "bodies", ob_limits_bodies },
	{ "json", ob_limits_json },
	{ "headers", ob_limits_headers },
	{ "tls", ob_limits_tls },
	{ "slow", ob_limits_slow },
	{ "burst", ob_limits_burst },
	{ "tokens", ob_limits_tokens },
	{ "connections", ob_limits_connections },
	{ "many", ob_limits_many },
	{ "dribble", ob_limits_dribble_end },
};

struct ob_raw *ob_limits_open(const struct ob_limits *l, const char *from)
{
	const struct ob_raw_to to = {
		.address = l->address,
		.port = l->port,
		.from = from,
		.priorities = OB_RAW_TLS,
	};

	return ob_raw_open(&to);
}

static unsigned int ask_within(const struct ob_limits *l,
			       const struct ob_raw_request *q, char *text,
			       size_t size, int timeout_ms)
{
	_cleanup_(ob_raw_closep) struct ob_raw *r = ob_limits_open(l, NULL);

	text[0] = '\0';
	if (!r)
		return 0;
	/* An answer may come before all was sent. */
	ob_raw_request(r, q);
	return ob_raw_reply(r, text, size, timeout_ms);
}

unsigned int ob_limits_ask(const struct ob_limits *l,
			   const struct ob_raw_request *q, char *text,
			   size_t size)
{
	return ask_within(l, q, text, size, PATIENCE_MS);
}

bool ob_limits_healthy(const struct ob_limits *l)
{
	const struct ob_raw_request q = { .method = "GET",
					  .path = "/readyz",
					  .token = l->admin };
	char text[1024];

	return ask_within(l, &q, text, sizeof(text), HEALTHY_MS) == 200;
}

unsigned int ob_limits_metric(struct ob_limits *l, const char *name)
{
	const struct ob_raw_request q = { .method = "GET",
					  .path = "/metrics",
					  .token = l->admin };
	static char text[256 * 1024];
	size_t size = strlen(name);

	ob_limits_ask(l, &q, text, sizeof(text));
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		if (strncmp(at + 1, name, size) == 0 && at[size + 1] == ' ')
			return (unsigned int)strtoul(at + size + 2, NULL, 10);
	OB_LIMITS_CHECK(l, false, "no %s", name);
	return 0;
}

void ob_limits_run(const struct ob_limits *l, const char *arguments, char *ret,
		   size_t size)
{
	char command[1024];
	FILE *f;

	snprintf(command, sizeof(command), "%s %s", l->hub, arguments);
	f = popen(command, "re");
	if (!f || !fgets(ret, (int)size, f))
		ret[0] = '\0';
	ret[strcspn(ret, " \n")] = '\0';
	if (f)
		pclose(f);
}

static void descriptors_raise(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	struct ob_limits l = { 0 };
	const char *only = getenv("OB_LIMITS_ONLY");

	if (argc != 5) {
		fputs("usage: hub_limits ADDRESS PORT TOKEN HUB\n", stderr);
		return 2;
	}
	l.address = argv[1];
	l.port = (uint16_t)strtoul(argv[2], NULL, 10);
	l.admin = argv[3];
	l.hub = argv[4];
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	descriptors_raise();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t begin = ob_clock_monotonic_ms();

		if (only && strcmp(only, cases[i].name) != 0)
			continue;
		cases[i].run(&l);
		printf("%-12s %6llu ms\n", cases[i].name,
		       (unsigned long long)(ob_clock_monotonic_ms() - begin));
	}
	return l.failures > 0;
}
