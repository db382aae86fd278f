// SPDX-License-Identifier: Apache-2.0
/*
 * Kills an API server at random moments under a storm of writes, starts it
 * again, and compares what it then has with what it had promised.
 *
 *   hub_crash [-s SECONDS | -n ROUNDS] [-r SEED] [-w WRITERS] -l LOG
 *             KUBECONFIG COMMAND...
 *
 * COMMAND is the server, in the foreground, on the address that KUBECONFIG
 * says. The last line counts; the exit status is 1 after a broken promise.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "server.h"
#include "watcher.h"
#include "writer.h"

#define OBJECTS	    12 /* of each writer */
#define READY_MS    20000
#define WATCH_MS    20000
#define KILL_MIN_MS 5
#define KILL_MAX_MS 400
#define LIST_MAX    ((size_t)64 * 1024 * 1024)

struct test {
	struct ob_kube_config *config;
	char *const *command;
	const char *log;
	char namespace[32];
	uint64_t seconds, rounds;
	unsigned int seed;
	size_t n_writers;
	struct ob_arena *arena;
	struct ob_ledger ledger;
	struct ob_writer *writers; /* one more: the main thread's */
	struct ob_watcher watcher;
	struct ob_violation violation;
	pid_t server;
	uint64_t kills;
};

static int usage(void)
{
	fputs("usage: hub_crash [-s SECONDS | -n ROUNDS] [-r SEED] "
	      "[-w WRITERS] -l LOG KUBECONFIG COMMAND...\n",
	      stderr);
	return 2;
}

static int options(struct test *t, int argc, char **argv)
{
	struct ob_status status = OB_STATUS_INIT;
	int c;

	while ((c = getopt(argc, argv, "+s:n:r:w:l:")) != -1) {
		unsigned long n = optarg ? strtoul(optarg, NULL, 10) : 0;

		if (c == 's')
			t->seconds = n;
		else if (c == 'n')
			t->rounds = n;
		else if (c == 'r')
			t->seed = (unsigned int)n;
		else if (c == 'w' && n > 0 && n < 1000)
			t->n_writers = n;
		else if (c == 'l')
			t->log = optarg;
		else
			return usage();
	}
	if (argc - optind < 2 || !t->log)
		return usage();
	t->command = argv + optind + 1;
	if (ob_kube_config_load(argv[optind], NULL, &t->config, &status) == 0)
		return 0;
	fprintf(stderr, "hub_crash: %s\n", status.message);
	return 2;
}

static unsigned int dice(struct test *t, unsigned int n)
{
	t->seed = t->seed * 1664525 + 1013904223;
	return (t->seed >> 8) % n;
}

static void launch(struct test *t)
{
	int r;

	t->server = ob_server_start(t->command, t->log);
	r = ob_server_wait(t->server, t->config, READY_MS);
	if (r < 0)
		ob_violation_set(&t->violation, "the server did not start: %s",
				 r == -ECHILD ? "it ended" : "not ready");
}

static void die(struct test *t)
{
	ob_server_kill(t->server);
	t->kills++;
}

/* Everything there is, with the resourceVersion of the list. */
static cJSON *list_all(struct test *t, struct ob_arena *a)
{
	_cleanup_(ob_https_freep) struct ob_https *h = ob_https_new(t->config);
	struct ob_https_reply reply;
	cJSON *list = NULL;
	char path[128];

	snprintf(path, sizeof(path), "/api/v1/namespaces/%s/configmaps",
		 t->namespace);
	ob_https_call(h, "GET", path, NULL, NULL, &reply);
	if (reply.code != 200 ||
	    ob_json_parse(a, reply.body, reply.size, LIST_MAX, &list, NULL) < 0)
		ob_violation_set(&t->violation, "list: %ld, %.300s", reply.code,
				 reply.body);
	return list;
}

static void make_namespace(struct test *t)
{
	_cleanup_(ob_https_freep) struct ob_https *h = ob_https_new(t->config);
	struct ob_https_reply reply;
	char body[128];

	snprintf(t->namespace, sizeof(t->namespace), "crash-%d", (int)getpid());
	snprintf(body, sizeof(body),
		 "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\","
		 "\"metadata\":{\"name\":\"%s\"}}",
		 t->namespace);
	ob_https_call(h, "POST", "/api/v1/namespaces", NULL, body, &reply);
	if (reply.code != 201)
		ob_violation_set(&t->violation, "namespace: %ld, %.300s",
				 reply.code, reply.body);
}

static void setup(struct test *t)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	size_t n = t->n_writers + 1;

	launch(t);
	if (!t->violation.broken)
		make_namespace(t);
	t->arena = ob_arena_new();
	t->writers = ob_arena_array(t->arena, n, sizeof(*t->writers));
	ob_ledger_init(&t->ledger, t->arena, n, OBJECTS);
	for (size_t i = 0; i < n; i++)
		t->writers[i] = (struct ob_writer){
			.config = t->config,
			.namespace = t->namespace,
			.objects = t->ledger.v + i * OBJECTS,
			.n_objects = OBJECTS,
			.value = i * 1000000000,
			.seed = dice(t, 1U << 23),
			.arena = ob_arena_new(),
		};
	t->watcher.config = t->config;
	t->watcher.namespace = t->namespace;
	t->watcher.ledger = &t->ledger;
	ob_watcher_start(&t->watcher, t->violation.broken
					      ? 1
					      : ob_ledger_rv(list_all(t, a)));
}

static void teardown(struct test *t)
{
	ob_watcher_stop(&t->watcher);
	ob_server_kill(t->server);
	for (size_t i = 0; i <= t->n_writers; i++)
		ob_arena_free(t->writers[i].arena);
	ob_arena_free(t->arena);
	ob_kube_config_free(t->config);
}

static void storm(struct test *t)
{
	unsigned int ms = KILL_MIN_MS + dice(t, KILL_MAX_MS - KILL_MIN_MS);

	for (size_t i = 0; i < t->n_writers; i++)
		ob_writer_start(&t->writers[i]);
	usleep(ms * 1000); /* the moment of death is the test */
	die(t);
	for (size_t i = 0; i < t->n_writers; i++)
		ob_writer_join(&t->writers[i]);
}

/* Sometimes it dies again while it recovers. */
static void recover(struct test *t)
{
	while (dice(t, 6) == 0) {
		t->server = ob_server_start(t->command, t->log);
		usleep(dice(t, 30) * 1000); /* as above */
		die(t);
	}
	launch(t);
}

static void collect(struct test *t)
{
	uint64_t seen = ob_watcher_rv(&t->watcher);

	if (seen > t->ledger.max_rv)
		t->ledger.max_rv = seen;
	for (size_t i = 0; i <= t->n_writers; i++) {
		if (t->writers[i].max_rv > t->ledger.max_rv)
			t->ledger.max_rv = t->writers[i].max_rv;
		if (t->writers[i].violation.broken)
			ob_violation_set(&t->violation, "%s",
					 t->writers[i].violation.text);
	}
}

static bool watcher_broken(struct test *t)
{
	pthread_mutex_lock(&t->watcher.lock);
	if (t->watcher.violation.broken)
		ob_violation_set(&t->violation, "%s",
				 t->watcher.violation.text);
	pthread_mutex_unlock(&t->watcher.lock);
	return t->violation.broken;
}

/* One more write, and the watcher has to have seen all up to it. */
static void catch_up(struct test *t)
{
	_cleanup_(ob_https_freep) struct ob_https *h = ob_https_new(t->config);
	struct ob_writer *w = &t->writers[t->n_writers];
	uint64_t end = ob_clock_monotonic_ms() + WATCH_MS, was = w->max_rv;

	while (w->max_rv == was) /* a deletion does not tell its number */
		if (!ob_writer_step(w, h)) {
			ob_violation_set(&t->violation, "no answer: %s",
					 w->violation.text);
			return;
		}
	if (w->max_rv <= t->ledger.max_rv)
		ob_violation_set(&t->violation,
				 "%" PRIu64 " was given after %" PRIu64,
				 w->max_rv, t->ledger.max_rv);
	while (ob_watcher_rv(&t->watcher) < w->max_rv && !watcher_broken(t)) {
		if (ob_clock_monotonic_ms() > end)
			ob_violation_set(&t->violation,
					 "watch: %" PRIu64 " was not seen",
					 w->max_rv);
		usleep(1000);
	}
}

static void check_events(struct test *t)
{
	pthread_mutex_lock(&t->watcher.lock);
	ob_ledger_check_events(&t->ledger, &t->violation);
	pthread_mutex_unlock(&t->watcher.lock);
}

static void round_run(struct test *t)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	cJSON *list = NULL;

	storm(t);
	collect(t);
	recover(t);
	if (!t->violation.broken)
		list = list_all(t, a);
	if (!t->violation.broken)
		ob_ledger_check_list(&t->ledger, t->arena, list, &t->violation);
	if (!t->violation.broken)
		catch_up(t);
	if (!watcher_broken(t))
		check_events(t);
}

static uint64_t acknowledged(const struct test *t)
{
	uint64_t n = 0;

	for (size_t i = 0; i <= t->n_writers; i++)
		n += t->writers[i].acknowledged;
	return n;
}

int main(int argc, char **argv)
{
	struct test t = { .seconds = 20, .n_writers = 8 };
	uint64_t begin = ob_clock_monotonic_ms(), done = 0, n = 0;
	unsigned int seed;
	int r;

	t.seed = (unsigned int)begin;
	ob_https_global();
	r = options(&t, argc, argv);
	if (r != 0)
		return r;
	seed = t.seed;
	setup(&t);
	while (!t.violation.broken &&
	       (t.rounds ? n < t.rounds : done < t.seconds * 1000)) {
		round_run(&t);
		done = ob_clock_monotonic_ms() - begin;
		n++;
	}
	printf("%s%s%" PRIu64 " rounds, %" PRIu64 " kills, %" PRIu64
	       " writes acknowledged, watch resumed %" PRIu64
	       " times, %.1f s, seed %u\n",
	       t.violation.text, t.violation.broken ? "\n" : "", n, t.kills,
	       acknowledged(&t), t.watcher.resumed, (double)done / 1000, seed);
	teardown(&t);
	return t.violation.broken;
}
