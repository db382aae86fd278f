// SPDX-License-Identifier: Apache-2.0
#include "syncer/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

enum {
	OPT_CHECK = 256,
	OPT_LEAVE,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "log-level", required_argument, NULL, 'l' },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "leave", no_argument, NULL, OPT_LEAVE },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 },
};

static const char help[] =
	"usage: syncer --config FILE [OPTION...]\n"
	"\n"
	"Exports Services of this cluster to others, and imports theirs\n"
	"(Multi-Cluster Services API).\n"
	"\n"
	"  -c, --config FILE     this cluster and its hub, syncer(8)\n"
	"  -l, --log-level L     error, warning, info or debug (info)\n"
	"      --check           read the configuration, say what is wrong\n"
	"      --leave           remove all that is ours from the hub and all\n"
	"                        imports from this cluster, and exit\n"
	"  -h, --help\n"
	"      --version\n"
	"\n"
	"Exiting removes nothing and stops no traffic.\n";

static int set_mode(struct ob_options *o, enum ob_mode mode)
{
	if (o->mode != OB_MODE_RUN && o->mode != mode) {
		fputs("syncer: --check and --leave exclude each other\n",
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
		"syncer: --log-level %s: not one of error, warning, info, "
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
	case 'l':
		return set_level(o, optarg);
	case OPT_CHECK:
		return set_mode(o, OB_MODE_CHECK);
	case OPT_LEAVE:
		return set_mode(o, OB_MODE_LEAVE);
	case 'h':
		fputs(help, stdout);
		o->mode = OB_MODE_DONE;
		return 1;
	case OPT_VERSION:
		puts("syncer " OB_VERSION);
		o->mode = OB_MODE_DONE;
		return 1;
	}
	fputs("try: syncer --help\n", stderr);
	return -EINVAL;
}

int ob_syncer_options_parse(int argc, char **argv, struct ob_options *ret)
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
		fprintf(stderr, "syncer: unexpected argument %s\n",
			argv[optind]);
		return -EINVAL;
	}
	if (!o.config && o.mode != OB_MODE_DONE) {
		fputs("syncer: --config is missing; try: syncer --help\n",
		      stderr);
		return -EINVAL;
	}
	*ret = o;
	return 0;
}
