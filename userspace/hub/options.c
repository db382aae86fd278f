// SPDX-License-Identifier: Apache-2.0
#include "hub/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define HISTORY_REVISIONS 100000
#define HISTORY_S	  300

enum {
	OPT_DIR = 256,
	OPT_LISTEN,
	OPT_ADVERTISE,
	OPT_GATEWAY,
	OPT_KUBECONFIG,
	OPT_TTL,
	OPT_HISTORY,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{ "dir", required_argument, NULL, OPT_DIR },
	{ "listen", required_argument, NULL, OPT_LISTEN },
	{ "advertise", required_argument, NULL, OPT_ADVERTISE },
	{ "gateway", no_argument, NULL, OPT_GATEWAY },
	{ "kubeconfig", no_argument, NULL, OPT_KUBECONFIG },
	{ "ttl", required_argument, NULL, OPT_TTL },
	{ "history", required_argument, NULL, OPT_HISTORY },
	{ "log-level", required_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 },
};

static const char help[] =
	"usage: hub [OPTION...] COMMAND\n"
	"\n"
	"The API server of a global network, for hubs without Kubernetes.\n"
	"\n"
	"  init                   make the state directory, and what is in it\n"
	"  serve                  serve it (after an init, if need be)\n"
	"  token create CLUSTER   print a new token for a member cluster\n"
	"  token list             who has one (no secrets)\n"
	"  token revoke ID|CLUSTER\n"
	"                         end one, or all of a cluster, at once\n"
	"  kubeconfig [CLUSTER]   print a kubeconfig, of a cluster with a new\n"
	"                         token; without one that of the "
	"administrator\n"
	"  backup FILE            write everything to a new file, while "
	"serving\n"
	"  restore FILE           replace everything by it; not while serving\n"
	"\n"
	"      --dir DIR          the state directory, also OB_HUB_DIR\n"
	"                         (" OB_HUB_DEFAULT_DIR ")\n"
	"      --listen ADDRESS:PORT\n"
	"                         serve here (" OB_HUB_DEFAULT_LISTEN ")\n"
	"      --advertise NAME[:PORT]\n"
	"                         address or name that clients dial; several\n"
	"      --gateway          the token is the hub's own octopus'\n"
	"      --ttl D            the token ends after 90s, 15m, 12h or 7d\n"
	"      --kubeconfig       print the token as a kubeconfig\n"
	"      --history N[,D]    keep N revisions, and all of the last D\n"
	"                         (100000,5m)\n"
	"  -l, --log-level L      error, warning, info or debug (info)\n"
	"  -h, --help\n"
	"      --version\n";

#define complain(...)                                                          \
	(fprintf(stderr, "hub: " __VA_ARGS__),                                 \
	 fputs("; try: hub --help\n", stderr), -EINVAL)

int ob_hub_options_duration(const char *s, int64_t *ret)
{
	static const struct {
		char unit;
		int64_t s;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	char *end;
	unsigned long v;

	if (*s < '0' || *s > '9' || strlen(s) > 8)
		return -EINVAL;
	v = strtoul(s, &end, 10);
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (end[0] == units[i].unit && !end[1] && v > 0) {
			*ret = (int64_t)v * units[i].s;
			return 0;
		}
	return -EINVAL;
}

static int set_history(struct ob_hub_options *o, const char *s)
{
	char *end;

	if (*s < '0' || *s > '9')
		return complain("--history %s: not a number", s);
	o->history_revisions = strtoull(s, &end, 10);
	if (!*end)
		return 0;
	if (*end == ',' && ob_hub_options_duration(end + 1, &o->history_s) == 0)
		return 0;
	return complain("--history %s: not like 100000,5m", s);
}

static int add_advertise(struct ob_hub_options *o, const char *s)
{
	if (o->n_advertise == OB_HUB_MAX_ADVERTISE)
		return complain("--advertise %s: too many", s);
	o->advertise[o->n_advertise++] = s;
	return 0;
}

static int take_option(struct ob_hub_options *o, int c)
{
	switch (c) {
	case OPT_DIR:
		o->dir = optarg;
		return 0;
	case OPT_LISTEN:
		o->listen = optarg;
		return 0;
	case OPT_ADVERTISE:
		return add_advertise(o, optarg);
	case OPT_GATEWAY:
		o->gateway = true;
		return 0;
	case OPT_KUBECONFIG:
		o->kubeconfig = true;
		return 0;
	case OPT_TTL:
		if (ob_hub_options_duration(optarg, &o->ttl_s) == 0)
			return 0;
		return complain("--ttl %s: not like 90s, 15m, 12h or 7d",
				optarg);
	case OPT_HISTORY:
		return set_history(o, optarg);
	case 'l':
		if (ob_log_level_parse(optarg, &o->log_level) == 0)
			return 0;
		return complain("--log-level %s: not one of error, warning, "
				"info, debug",
				optarg);
	case 'h':
		fputs(help, stdout);
		return 1;
	case OPT_VERSION:
		puts("hub " OB_VERSION);
		return 1;
	}
	fputs("try: hub --help\n", stderr);
	return -EINVAL;
}

/* min and max words behind the command. */
static const struct {
	const char *word, *second;
	enum ob_hub_command command;
	int min, max;
} commands[] = {
	{ "init", NULL, OB_HUB_COMMAND_INIT, 0, 0 },
	{ "serve", NULL, OB_HUB_COMMAND_SERVE, 0, 0 },
	{ "token", "create", OB_HUB_COMMAND_TOKEN_CREATE, 1, 1 },
	{ "token", "list", OB_HUB_COMMAND_TOKEN_LIST, 0, 0 },
	{ "token", "revoke", OB_HUB_COMMAND_TOKEN_REVOKE, 1, 1 },
	{ "kubeconfig", NULL, OB_HUB_COMMAND_KUBECONFIG, 0, 1 },
	{ "backup", NULL, OB_HUB_COMMAND_BACKUP, 1, 1 },
	{ "restore", NULL, OB_HUB_COMMAND_RESTORE, 1, 1 },
};

static int take_command(struct ob_hub_options *o, int n, char **words)
{
	if (n == 0)
		return complain("%s", "no command");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		int taken = commands[i].second ? 2 : 1;

		if (strcmp(words[0], commands[i].word) != 0)
			continue;
		if (taken == 2 && n < 2)
			return complain("%s: create, list or revoke?",
					words[0]);
		if (taken == 2 && strcmp(words[1], commands[i].second) != 0)
			continue;
		if (n - taken < commands[i].min)
			return complain("%s: something is missing", words[0]);
		if (n - taken > commands[i].max)
			return complain("unexpected argument %s", words[n - 1]);
		o->command = commands[i].command;
		o->argument = n > taken ? words[taken] : NULL;
		return 0;
	}
	return complain("unknown command %s", words[0]);
}

int ob_hub_options_parse(int argc, char **argv, struct ob_hub_options *ret)
{
	const char *dir = getenv("OB_HUB_DIR");
	struct ob_hub_options o = {
		.log_level = OB_LOG_INFO,
		.dir = dir && *dir ? dir : OB_HUB_DEFAULT_DIR,
		.listen = OB_HUB_DEFAULT_LISTEN,
		.history_revisions = HISTORY_REVISIONS,
		.history_s = HISTORY_S,
	};
	int r = 0, c;

	optind = 1;
	while (r == 0 &&
	       (c = getopt_long(argc, argv, "l:h", long_options, NULL)) != -1)
		r = take_option(&o, c);
	if (r == 0)
		r = take_command(&o, argc - optind, argv + optind);
	if (r < 0)
		return r;
	*ret = o;
	return 0;
}
