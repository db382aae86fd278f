// SPDX-License-Identifier: Apache-2.0
#include <bpf/libbpf.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "datapath.h"
#include "network.h"
#include "options.h"
#include "wireguard.h"

static const struct {
	const char *name;
	int (*run)(const struct ob_options *o);
} benchmarks[] = {
	{ "datapath", ob_datapath_main },
	{ "network", ob_network_main },
	{ "wireguard", ob_wireguard_main },
};

static void usage(FILE *f)
{
	fputs("usage: obbench [OPTION...] network|datapath|wireguard|all\n"
	      "  --rounds N      how often every mode is measured\n"
	      "  --quick         few rounds: to see that it works\n"
	      "  --modes PATTERN only these modes of network, as in "
	      "fnmatch(3)\n"
	      "  --cpu N         the processor to send on\n"
	      "  --json FILE     result file\n"
	      "  --results DIR   directory of result files\n"
	      "  --objects DIR   directory of the BPF objects to measure\n"
	      "  --variant DIR   and of others to measure beside them\n"
	      "  --unchecked     no self-tests and no ratios: for taking\n"
	      "                  programs apart\n",
	      f);
}

static int run(const char *name, const struct ob_options *o)
{
	int found = 0, status = EXIT_SUCCESS;

	for (size_t i = 0; i < ARRAY_SIZE(benchmarks); i++) {
		if (strcmp(name, "all") != 0 &&
		    strcmp(name, benchmarks[i].name) != 0)
			continue;
		found++;
		if (benchmarks[i].run(o))
			status = EXIT_FAILURE;
	}
	if (found)
		return status;
	fprintf(stderr, "obbench: no benchmark is called %s\n", name);
	usage(stderr);
	return 2;
}

static int parse(int argc, char **argv, struct ob_options *o)
{
	static const struct option longs[] = {
		{ "rounds", required_argument, NULL, 'r' },
		{ "quick", no_argument, NULL, 'q' },
		{ "modes", required_argument, NULL, 'm' },
		{ "cpu", required_argument, NULL, 'c' },
		{ "json", required_argument, NULL, 'j' },
		{ "results", required_argument, NULL, 'd' },
		{ "objects", required_argument, NULL, 'o' },
		{ "variant", required_argument, NULL, 'v' },
		{ "unchecked", no_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (c == 'r')
			o->rounds = (int)strtol(optarg, NULL, 10);
		else if (c == 'q')
			o->quick = true;
		else if (c == 'u')
			o->unchecked = true;
		else if (c == 'm')
			o->modes = optarg;
		else if (c == 'c')
			o->cpu = (int)strtol(optarg, NULL, 10);
		else if (c == 'j')
			o->json = optarg;
		else if (c == 'd')
			o->results = optarg;
		else if (c == 'o')
			o->objects = optarg;
		else if (c == 'v' && o->n_variants < OB_MAX_VARIANTS)
			o->variants[o->n_variants++] = optarg;
		else
			return c == 'h' ? 0 : -1;
	}
	return 1;
}

static int print_libbpf(enum libbpf_print_level level, const char *format,
			va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, args) : 0;
}

int main(int argc, char **argv)
{
	struct ob_options o = {
		.cpu = -1,
		.objects = "bpf",
		.results = "bench/results",
	};
	int r = parse(argc, argv, &o);

	libbpf_set_print(print_libbpf);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (r <= 0) {
		usage(r ? stderr : stdout);
		return r ? 2 : 0;
	}
	return run(optind < argc ? argv[optind] : "all", &o);
}
