// SPDX-License-Identifier: Apache-2.0
#include "octopus/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "ob/abi/version.h"

enum {
	OPT_CHECK = 256,
	OPT_ONCE,
	OPT_CLEANUP,
	OPT_LEAVE,
	OPT_PIN_ROOT,
	OPT_NETNS,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "pin-root", required_argument, NULL, OPT_PIN_ROOT },
	{ "netns", required_argument, NULL, OPT_NETNS },
	{ "log-level", required_argument, NULL, 'l' },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "cleanup", no_argument, NULL, OPT_CLEANUP },
	{ "leave", no_argument, NULL, OPT_LEAVE },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 },
};

static const char help[] =
	"usage: octopus --config FILE [OPTION...]\n"
	"\n"
	"Joins this cluster with others over WireGuard, and keeps it so.\n"
	"\n"
	"  -c, --config FILE     this cluster, and its peers or its hub,\n"
	"                        octopus(8)\n"
	"      --pin-root DIR    where BPF maps are pinned\n"
	"                        (" OB_PIN_ROOT ")\n"
	"      --netns NAME|PATH work in this network namespace\n"
	"  -l, --log-level L     error, warning, info or debug (info)\n"
	"      --check           read the configuration, say what is wrong\n"
	"      --once            make everything as it should be, and exit\n"
	"      --cleanup         remove every trace of octopus, and exit\n"
	"      --leave           delete our Peer on the hub, and clean up\n"
	"  -h, --help\n"
	"      --version\n"
	"\n"
	"SIGHUP reads the configuration again. Exiting stops no traffic.\n";

static int set_mode(struct ob_options *o, enum ob_mode mode)
{
	if (o->mode != OB_MODE_RUN && o->mode != mode) {
		fputs("octopus: --check, --once, --cleanup and --leave exclude "
		      "each other\n",
		      stderr);
		return -EINVAL;
	}
	o->mode = mode;
	return 0;
}

static int set_level(struct ob_options *o, const char *s)
{
	if (ob_log_level_parse(s, &o->log_level) == 0)
		return 0;
	fprintf(stderr,
		"octopus: --log-level %s: not one of error, warning, info, "
		"debug\n",
		s);
	return -EINVAL;
}

static int take_option(struct ob_options *o, int c)
{
	switch (c) {
	case 'c':
		o->config = optarg;
		return 0;
	case OPT_PIN_ROOT:
		o->pin_root = optarg;
		return 0;
	case OPT_NETNS:
		o->netns = optarg;
		return 0;
	case 'l':
		return set_level(o, optarg);
	case OPT_CHECK:
		return set_mode(o, OB_MODE_CHECK);
	case OPT_ONCE:
		return set_mode(o, OB_MODE_ONCE);
	case OPT_CLEANUP:
		return set_mode(o, OB_MODE_CLEANUP);
	case OPT_LEAVE:
		return set_mode(o, OB_MODE_LEAVE);
	case 'h':
		fputs(help, stdout);
		o->mode = OB_MODE_DONE;
		return 1;
	case OPT_VERSION:
		puts("octopus " OB_VERSION " (ABI " OB_ABI_VERSION ")");
		o->mode = OB_MODE_DONE;
		return 1;
	}
	fputs("try: octopus --help\n", stderr);
	return -EINVAL;
}

int ob_options_parse(int argc, char **argv, struct ob_options *ret)
{
	struct ob_options o = { .log_level = OB_LOG_INFO };
	int r = 0, c;

	optind = 1;
	while (r == 0 &&
	       (c = getopt_long(argc, argv, "c:l:h", long_options, NULL)) != -1)
		r = take_option(&o, c);
	if (r < 0)
		return r;
	if (r == 0 && optind < argc) {
		fprintf(stderr, "octopus: unexpected argument %s\n",
			argv[optind]);
		return -EINVAL;
	}
	if (!o.config && o.mode != OB_MODE_CLEANUP && o.mode != OB_MODE_DONE) {
		fputs("octopus: --config is missing; try: octopus --help\n",
		      stderr);
		return -EINVAL;
	}
	*ret = o;
	return 0;
}
