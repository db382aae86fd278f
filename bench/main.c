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
	      "  --lab FILE      lab/run: wireguard happens in its kernel\n"
	      "  --unchecked     no self-tests and no ratios: for taking\n"
	      "                  programs apart\n",
	      f);
}

static int run(const char *name, const struct ob_options *o)
{
	int found = 0, status = EXIT_SUCCESS;

	if (!strcmp(name, "carry"))
		return ob_carry_main(o);

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

/* Where the value of an option goes, by its kind. */
static bool *flag_of(int c, struct ob_options *o)
{
	return c == 'q'	  ? &o->quick
	       : c == 'u' ? &o->unchecked
	       : c == 'w' ? &o->with
	       : c == 'U' ? &o->udp
			  : NULL;
}

static int *number_of(int c, struct ob_options *o)
{
	return c == 'r'	  ? &o->rounds
	       : c == 'c' ? &o->cpu
	       : c == 'M' ? &o->megabytes
			  : NULL;
}

static const char **text_of(int c, struct ob_options *o)
{
	if (c == 'v' && o->n_variants < OB_MAX_VARIANTS)
		return &o->variants[o->n_variants++];
	return c == 'm'	  ? &o->modes
	       : c == 'j' ? &o->json
	       : c == 'd' ? &o->results
	       : c == 'o' ? &o->objects
	       : c == 'l' ? &o->lab
			  : NULL;
}

static bool take_option(int c, struct ob_options *o)
{
	bool *flag = flag_of(c, o);
	int *number = number_of(c, o);
	const char **text = text_of(c, o);

	if (flag)
		*flag = true;
	if (number)
		*number = (int)strtol(optarg, NULL, 10);
	if (text)
		*text = optarg;
	return flag || number || text;
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
		{ "lab", required_argument, NULL, 'l' },
		{ "with", no_argument, NULL, 'w' },
		{ "udp", no_argument, NULL, 'U' },
		{ "megabytes", required_argument, NULL, 'M' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1)
		if (!take_option(c, o))
			return c == 'h' ? 0 : -1;
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
