// SPDX-License-Identifier: Apache-2.0
#include "labcpu.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json.h"
#include "stats.h"
#include "stream.h"
#include "wireguard.h"

#define ROUNDS	     7
#define ROUNDS_QUICK 2
#define MAX_ROUNDS   50
#define QUIET	     0.1 /* others can only make a run dearer */
#define MEGABYTES    400 /* TCP; half of it UDP */

enum way {
	WAY_IDLE, /* set up, carry nothing */
	WAY_WITHOUT,
	WAY_WITH,
	WAYS
};

struct cpu {
	double seconds[OB_STREAM_KINDS][WAYS][MAX_ROUNDS];
	int n;
};

static int megabytes(enum ob_stream_kind kind, enum way way)
{
	if (way == WAY_IDLE)
		return 0;
	return kind == OB_STREAM_TCP ? MEGABYTES : MEGABYTES / 2;
}

static _Noreturn void exec_lab(const struct ob_options *o,
			       enum ob_stream_kind kind, enum way way)
{
	const char *argv[20] = { o->lab, "-w", "uml",		"-c", "1", "-t",
				 "300",	 "--", "/proc/self/exe" };
	char self[4096], amount[16];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int n = 8;

	if (len < 0)
		_exit(EXIT_FAILURE);
	self[len] = '\0';
	snprintf(amount, sizeof(amount), "%d", megabytes(kind, way));
	argv[n++] = self;
	argv[n++] = "carry";
	argv[n++] = "--objects";
	argv[n++] = o->objects;
	argv[n++] = "--megabytes";
	argv[n++] = amount;
	if (way != WAY_WITHOUT)
		argv[n++] = "--with";
	if (kind == OB_STREAM_UDP)
		argv[n++] = "--udp";
	execv(o->lab, (char *const *)(uintptr_t)argv);
	_exit(EXIT_FAILURE);
}

/* CPU seconds of one run, of everything in it. */
static int run_lab(const struct ob_options *o, enum ob_stream_kind kind,
		   enum way way, double *ret_seconds)
{
	struct rusage u;
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid)
		exec_lab(o, kind, way);
	if (wait4(pid, &status, 0, &u) < 0)
		return -errno;
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return -EIO;
	*ret_seconds = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
		       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
	return 0;
}

static int run_round(const struct ob_options *o, struct cpu *cpu)
{
	for (int k = 0; k < OB_STREAM_KINDS; k++) {
		for (int i = 0; i < WAYS; i++) {
			/* Another order every round. */
			enum way way = (enum way)((i + cpu->n) % WAYS);
			int r = run_lab(o, k, way,
					&cpu->seconds[k][way][cpu->n]);

			if (r)
				return r;
		}
		fprintf(stderr,
			"round %d  %s  CPU seconds: nothing %.2f, "
			"without us %.2f, with us %.2f\n",
			cpu->n + 1, ob_stream_kind_name(k),
			cpu->seconds[k][WAY_IDLE][cpu->n],
			cpu->seconds[k][WAY_WITHOUT][cpu->n],
			cpu->seconds[k][WAY_WITH][cpu->n]);
	}
	cpu->n++;
	return 0;
}

/* Seconds a gigabyte; q: of the runs. Idle is its median in every case. */
static double cost(const struct cpu *cpu, enum ob_stream_kind kind,
		   enum way way, double q)
{
	size_t n = (size_t)cpu->n;
	double idle = ob_stats_quantile(cpu->seconds[kind][WAY_IDLE], n, 0.5);
	double all = ob_stats_quantile(cpu->seconds[kind][way], n, q);

	return 1e3 * (all - idle) / megabytes(kind, way);
}

static void add_cost(cJSON *o, const char *name, const struct cpu *cpu,
		     enum ob_stream_kind kind, enum way way)
{
	ob_json_spread(o, name,
		       (struct ob_spread){ cost(cpu, kind, way, 0.5),
					   cost(cpu, kind, way, 0),
					   cost(cpu, kind, way, 1) });
}

static void report(const struct cpu *cpu, enum ob_stream_kind kind, cJSON *json)
{
	cJSON *o = cJSON_AddObjectToObject(json, ob_stream_kind_name(kind));
	double without = cost(cpu, kind, WAY_WITHOUT, QUIET);
	double with = cost(cpu, kind, WAY_WITH, QUIET);
	double ratio = without / with;
	bool met = ratio >= OB_WIREGUARD_TARGET;

	printf("%-4s %6.2f %6.2f %6.2f   %6.2f %6.2f %6.2f   %.3f  >= %.2f  "
	       "%s\n",
	       ob_stream_kind_name(kind), without,
	       cost(cpu, kind, WAY_WITHOUT, 0.5),
	       cost(cpu, kind, WAY_WITHOUT, 0.9), with,
	       cost(cpu, kind, WAY_WITH, 0.5), cost(cpu, kind, WAY_WITH, 0.9),
	       ratio, OB_WIREGUARD_TARGET, met ? "met" : "MISSED");
	add_cost(o, "without_seconds_per_gb", cpu, kind, WAY_WITHOUT);
	add_cost(o, "with_seconds_per_gb", cpu, kind, WAY_WITH);
	ob_json_number(o, "ratio", ratio);
	ob_json_number(o, "target", OB_WIREGUARD_TARGET);
	cJSON_AddBoolToObject(o, "met", met);
}

int ob_labcpu_main(const struct ob_options *o)
{
	_cleanup_(cJSON_Deletep) cJSON *json = ob_json_new("wireguard");
	int rounds = o->rounds ? o->rounds : o->quick ? ROUNDS_QUICK : ROUNDS;
	struct cpu cpu = { .n = 0 };
	int r = 0;

	if (rounds > MAX_ROUNDS)
		rounds = MAX_ROUNDS;
	for (int i = 0; !r && i < rounds; i++)
		r = run_round(o, &cpu);
	if (r) {
		fprintf(stderr, "obbench: %s: %s\n", o->lab, strerror(-r));
		return EXIT_FAILURE;
	}
	printf("\nCPU seconds of a one-processor kernel for a gigabyte through "
	       "one WireGuard tunnel,\nboth ends, of %d runs\n\n"
	       "     without us             with us                carries\n"
	       "        p10    p50    p90      p10    p50    p90\n",
	       cpu.n);
	cJSON_AddNumberToObject(json, "runs", cpu.n);
	for (int k = 0; k < OB_STREAM_KINDS; k++)
		report(&cpu, k, json);
	return ob_json_write(o, "wireguard", json) ? EXIT_FAILURE
						   : EXIT_SUCCESS;
}
