// SPDX-License-Identifier: Apache-2.0
#include "crossdns/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

enum {
	OPT_CHECK = 256,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "log-level", required_argument, NULL, 'l' },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 },
};

static const char help[] =
	"usage: crossdns --config FILE [OPTION...]\n"
	"\n"
	"Answers the names of Services that clusters export to each other.\n"
	"\n"
	"  -c, --config FILE     zones, addresses, the API server, "
	"crossdns(8)\n"
	"  -l, --log-level L     error, warning, info or debug (info)\n"
	"      --check           read the configuration, say what is wrong\n"
	"  -h, --help\n"
	"      --version\n";

static int set_level(struct ob_crossdns_options *o, const char *s)
{
	if (ob_log_level_parse(s, &o->log_level) == 0)
		return 0;
	fprintf(stderr,
		"crossdns: --log-level %s: not one of error, warning, info, "
		"debug\n",
		s);
	return -EINVAL;
}

static int take_option(struct ob_crossdns_options *o, int c)
{
	switch (c) {
	case 'c':
		o->config = optarg;
		return 0;
	case 'l':
		return set_level(o, optarg);
	case OPT_CHECK:
		o->mode = OB_CROSSDNS_CHECK;
		return 0;
	case 'h':
		fputs(help, stdout);
		o->mode = OB_CROSSDNS_DONE;
		return 1;
	case OPT_VERSION:
		puts("crossdns " OB_VERSION);
		o->mode = OB_CROSSDNS_DONE;
		return 1;
	}
	fputs("try: crossdns --help\n", stderr);
	return -EINVAL;
}

int ob_crossdns_options_parse(int argc, char **argv,
			      struct ob_crossdns_options *ret)
{
	struct ob_crossdns_options o = { .log_level = OB_LOG_INFO };
	int r = 0, c;

	optind = 1;
	while (r == 0 &&
	       (c = getopt_long(argc, argv, "c:l:h", long_options, NULL)) != -1)
		r = take_option(&o, c);
	if (r < 0)
		return r;
	if (r == 0 && optind < argc) {
		fprintf(stderr, "crossdns: unexpected argument %s\n",
			argv[optind]);
		return -EINVAL;
	}
	if (!o.config && o.mode != OB_CROSSDNS_DONE) {
		fputs("crossdns: --config is missing; try: crossdns --help\n",
		      stderr);
		return -EINVAL;
	}
	*ret = o;
	return 0;
}
