// SPDX-License-Identifier: Apache-2.0
#include "obctl/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ob/abi/version.h"

enum {
	OPT_PIN_ROOT = 256,
	OPT_NETNS,
	OPT_ALL,
	OPT_BACKLOG,
	OPT_COUNT,
	OPT_TIMEOUT,
	OPT_CONFIG,
};

static const struct option long_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "pin-root", required_argument, NULL, OPT_PIN_ROOT },
	{ "netns", required_argument, NULL, OPT_NETNS },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "backlog", no_argument, NULL, OPT_BACKLOG },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL },
};

static const struct {
	enum ob_ctl_option option;
	const char *name;
} verb_options[] = {
	{ OB_CTL_ALL, "--all" },       { OB_CTL_BACKLOG, "--backlog" },
	{ OB_CTL_COUNT, "--count" },   { OB_CTL_TIMEOUT, "--timeout" },
	{ OB_CTL_CONFIG, "--config" },
};

/* NULL also for a variable that is set to nothing. */
static const char *environment(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static int usage(struct ob_status *status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static int usage(struct ob_status *status, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return ob_status_set(status, EINVAL, "Usage", "%s", text);
}

static int parse_number(const char *name, const char *text, unsigned long max,
			unsigned long *ret, struct ob_status *status)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || text[0] < '0' || text[0] > '9' || value < 1 ||
	    value > max)
		return usage(status, "%s: \"%s\" is not a number from 1 to %lu",
			     name, text, max);
	*ret = value;
	return 0;
}

static int parse_verb_option(int c, struct ob_ctl_options *options,
			     struct ob_status *status)
{
	const unsigned long max_timeout_s = 7 * 86400;
	unsigned long number = 0;
	int r = 0;

	if (c == OPT_ALL) {
		options->given |= OB_CTL_ALL;
	} else if (c == OPT_BACKLOG) {
		options->given |= OB_CTL_BACKLOG;
	} else if (c == OPT_CONFIG) {
		options->given |= OB_CTL_CONFIG;
		options->config = optarg;
	} else if (c == OPT_COUNT) {
		options->given |= OB_CTL_COUNT;
		r = parse_number("--count", optarg, ULONG_MAX / 2,
				 &options->count, status);
	} else {
		options->given |= OB_CTL_TIMEOUT;
		r = parse_number("--timeout", optarg, max_timeout_s, &number,
				 status);
		options->timeout_s = (unsigned int)number;
	}
	return r;
}

static int parse_output(const char *text, bool *ret_json,
			struct ob_status *status)
{
	if (strcmp(text, "json") != 0 && strcmp(text, "table") != 0)
		return usage(status, "--output: \"%s\" is not table or json",
			     text);
	*ret_json = text[0] == 'j';
	return 0;
}

static int parse_option(int c, char **argv, struct ob_ctl_command *command,
			struct ob_status *status)
{
	switch (c) {
	case 'o':
		return parse_output(optarg, &command->options.json, status);
	case 'h':
		command->help = true;
		return 0;
	case 'V':
		command->version = true;
		return 0;
	case OPT_PIN_ROOT:
		command->options.pin_root = optarg;
		return 0;
	case OPT_NETNS:
		command->options.netns = optarg;
		return 0;
	case ':':
		return usage(status, "%s needs a value", argv[optind - 1]);
	case '?':
		/* One of several letters: getopt is not past the word yet. */
		if (optopt > 0 && optopt <= UCHAR_MAX)
			return usage(status, "there is no option -%c", optopt);
		return usage(status, "there is no option %s", argv[optind - 1]);
	default:
		return parse_verb_option(c, &command->options, status);
	}
}

static int parse_verb(int n, char **words, struct ob_ctl_command *command,
		      struct ob_status *status)
{
	const struct ob_ctl_verb *verb = ob_ctl_verb_find(words[0]);

	if (!verb)
		return usage(status, "there is no verb \"%s\"", words[0]);
	if (n > (verb->takes_argument ? 2 : 1))
		return usage(status, "\"%s\" does not take \"%s\"", verb->name,
			     words[n - 1]);
	for (size_t i = 0; i < ARRAY_SIZE(verb_options); i++) {
		if (command->options.given & verb_options[i].option &
		    ~verb->options)
			return usage(status, "\"%s\" does not take %s",
				     verb->name, verb_options[i].name);
	}
	if (n > 1)
		command->options.argument = words[1];
	else if (verb->needs_argument && !command->help)
		return usage(status, "usage: obctl %s", verb->synopsis);
	command->verb = verb;
	return 0;
}

int ob_ctl_options_parse(int argc, char **argv, struct ob_ctl_command *ret,
			 struct ob_status *status)
{
	struct ob_ctl_command command = { 0 };
	int c, r = 0;

	command.options.pin_root = environment("OB_PIN_ROOT");
	if (!command.options.pin_root)
		command.options.pin_root = OB_PIN_ROOT;
	command.options.netns = environment("OB_NETNS");
	optind = 0; /* from the start, also in a second call */
	while (r == 0 &&
	       (c = getopt_long(argc, argv, ":o:hV", long_options, NULL)) != -1)
		r = parse_option(c, argv, &command, status);
	if (r == 0 && optind < argc)
		r = parse_verb(argc - optind, argv + optind, &command, status);
	else if (r == 0 && !command.help && !command.version)
		r = usage(status, "which verb? obctl help lists them");
	if (r < 0)
		return r;
	*ret = command;
	return 0;
}
