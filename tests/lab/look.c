// SPDX-License-Identifier: Apache-2.0
/*
 * Looks at what an API server has until it is as wished: what would be a loop
 * around "kubectl get -o json | jq -e", of which each round takes seconds on an
 * emulated kernel.
 *
 *   lab_look [-t SECONDS] [-q] KUBECONFIG PATH [FILTER]
 *
 *   PATH    of the API, "/api/v1/namespaces/default/pods?limit=5"
 *   FILTER  of jq(1); what is not there (404) is null
 *   -t      look again until FILTER says something true (0: once)
 *   -q      print nothing
 *
 * Prints what FILTER said last, like "jq -r". The exit status is 0 if its last
 * value was true (neither false nor null), 1 if not or if there was no answer,
 * which standard error tells, and 2 for wrong usage.
 */
#include <errno.h>
#include <jq.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "kube/client.h"

#define AGAIN_US 50000

struct look {
	sd_event *event;
	struct ob_kube *kube;
	jq_state *jq;
	const char *path;
	struct ob_status status; /* why there was no answer */
};

static void usage(void)
{
	fputs("usage: lab_look [-t SECONDS] [-q] KUBECONFIG PATH [FILTER]\n",
	      stderr);
	exit(2);
}

/* Appends a value as "jq -r" prints it. */
static void print_value(FILE *to, jv value)
{
	jv text = jv_get_kind(value) == JV_KIND_STRING
			  ? value
			  : jv_dump_string(value, 0);

	fprintf(to, "%s\n", jv_string_value(text));
	jv_free(text);
}

/* Everything the filter makes of the input; *ret_true: of the last value. */
static int filter(struct look *l, jv input, FILE *to, bool *ret_true)
{
	jv value;
	int r = 0;

	*ret_true = false;
	jq_start(l->jq, input, 0);
	while (jv_is_valid(value = jq_next(l->jq))) {
		jv_kind kind = jv_get_kind(value);

		*ret_true = kind != JV_KIND_NULL && kind != JV_KIND_FALSE;
		print_value(to, value);
	}
	if (jv_invalid_has_msg(jv_copy(value))) {
		jv message = jv_invalid_get_msg(value);

		fprintf(stderr, "lab_look: %s\n", jv_string_value(message));
		jv_free(message);
		r = -EINVAL;
	} else {
		jv_free(value);
	}
	return r;
}

/* What is there now: the server may not be, yet. */
static int fetch(struct look *l, struct ob_arena *a, jv *ret)
{
	struct ob_kube_reply reply = { 0 };
	int r = ob_kube_raw_get_wait(l->kube, a, l->path, &reply);

	if (r == -ENOENT) {
		*ret = jv_null();
		return 0;
	}
	if (r < 0) {
		l->status = reply.status;
		return r;
	}
	if (!reply.body) {
		*ret = jv_true(); /* "ok" of /readyz */
		return 0;
	}
	*ret = jv_parse(ob_json_print(a, reply.body));
	return 0;
}

/* One look; *ret_said is what the filter said, to be freed. */
static bool look(struct look *l, char **ret_said)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	bool is_true = false;
	size_t size;
	FILE *to;
	jv input;

	free(*ret_said);
	*ret_said = NULL;
	to = open_memstream(ret_said, &size);
	if (!to)
		abort();
	if (fetch(l, a, &input) == 0 && filter(l, input, to, &is_true) < 0)
		exit(2);
	fclose(to);
	return is_true;
}

static int prepare(struct look *l, const char *kubeconfig, const char *program)
{
	const struct ob_kube_place place = { .kubeconfig = kubeconfig };
	int r = sd_event_new(&l->event);

	if (r >= 0)
		r = ob_kube_open(l->event, &place, "lab-look", &l->kube,
				 &l->status);
	if (r < 0) {
		fprintf(stderr, "lab_look: %s\n", l->status.message);
		return r;
	}
	l->jq = jq_init();
	if (!l->jq)
		abort();
	return jq_compile(l->jq, program) ? 0 : -EINVAL;
}

int main(int argc, char **argv)
{
	uint64_t end = ob_clock_monotonic_ms();
	struct look l = { 0 };
	bool quiet = false, is_true;
	char *said = NULL;
	int option;

	while ((option = getopt(argc, argv, "t:q")) != -1) {
		if (option == 't')
			end += strtoul(optarg, NULL, 10) * 1000;
		else if (option == 'q')
			quiet = true;
		else
			usage();
	}
	if (argc - optind < 2 || argc - optind > 3)
		usage();
	l.path = argv[optind + 1];
	if (prepare(&l, argv[optind],
		    argc - optind == 3 ? argv[optind + 2] : ".") < 0)
		return 2;
	while (!(is_true = look(&l, &said)) && ob_clock_monotonic_ms() < end)
		usleep(AGAIN_US);
	if (!quiet)
		fputs(said, stdout);
	if (!is_true && l.status.message[0])
		fprintf(stderr, "lab_look: %s\n", l.status.message);
	free(said);
	jq_teardown(&l.jq);
	ob_kube_free(l.kube);
	sd_event_unref(l.event);
	return is_true ? 0 : 1;
}
