// SPDX-License-Identifier: Apache-2.0
#include "obctl/verb.h"

#include <stdio.h>
#include <string.h>

#include "ob/abi/version.h"
#include "obctl/diagnose.h"
#include "obctl/drops.h"
#include "obctl/flows.h"
#include "obctl/monitor.h"
#include "obctl/nat.h"
#include "obctl/peers.h"
#include "obctl/services.h"
#include "obctl/status.h"
#include "obctl/whois.h"

static int help_run(struct ob_ctl *ctl);

static const struct ob_ctl_verb ob_ctl_help = {
	.name = "help",
	.synopsis = "help [VERB]",
	.summary = "this text, or what a VERB shows",
	.help = "Without VERB the list of verbs and options.\n",
	.takes_argument = true,
	.run = help_run,
};

static const struct ob_ctl_verb *const verbs[] = {
	&ob_ctl_status,	  &ob_ctl_peers, &ob_ctl_nat,	  &ob_ctl_services,
	&ob_ctl_flows,	  &ob_ctl_drops, &ob_ctl_monitor, &ob_ctl_whois,
	&ob_ctl_diagnose, &ob_ctl_help,
};

const struct ob_ctl_verb *ob_ctl_verb_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	}
	return NULL;
}

void ob_ctl_help_all(void)
{
	fputs("Usage: obctl [OPTION]... VERB [ARGUMENT]\n"
	      "Shows what an ovn-builder gateway does, from its pinned maps: "
	      "octopus need not run.\n\nVerbs:\n",
	      stdout);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		printf("  %-9s %s\n", verbs[i]->name, verbs[i]->summary);
	fputs("\nOptions:\n"
	      "  -o, --output FORMAT  table (default) or json\n"
	      "      --pin-root DIR   where the maps are pinned, default\n"
	      "                       $OB_PIN_ROOT or " OB_PIN_ROOT "\n"
	      "      --netns NAME     the gateway's network namespace, a name\n"
	      "                       or a path, default $OB_NETNS or ours\n"
	      "  -h, --help           this text; after a verb, its help\n"
	      "  -V, --version        the version\n"
	      "\nExit status: 0 done, 1 failed, 2 wrong usage, 3 nothing is "
	      "pinned.\n",
	      stdout);
}

static void print_option(unsigned int options, enum ob_ctl_option option,
			 const char *text)
{
	if (options & option)
		fputs(text, stdout);
}

void ob_ctl_help_verb(const struct ob_ctl_verb *verb)
{
	printf("Usage: obctl [OPTION]... %s\n\n%s", verb->synopsis, verb->help);
	if (!verb->options)
		return;
	fputs("\nOptions:\n", stdout);
	print_option(verb->options, OB_CTL_ALL,
		     "  --all            show also what is zero\n");
	print_option(verb->options, OB_CTL_BACKLOG,
		     "  --backlog        first the events from before the "
		     "start\n");
	print_option(verb->options, OB_CTL_COUNT,
		     "  --count N        end after N events or lines\n");
	print_option(verb->options, OB_CTL_TIMEOUT,
		     "  --timeout S      end after S seconds\n");
	print_option(verb->options, OB_CTL_CONFIG,
		     "  --config FILE    octopus' configuration, default\n"
		     "                   /etc/ovn-builder/octopus.yaml\n");
}

static int help_run(struct ob_ctl *ctl)
{
	const char *name = ctl->options.argument;
	const struct ob_ctl_verb *verb;

	if (!name) {
		ob_ctl_help_all();
		return OB_CTL_OK;
	}
	verb = ob_ctl_verb_find(name);
	if (!verb) {
		fprintf(stderr, "obctl: there is no verb \"%s\"\n", name);
		return OB_CTL_USAGE;
	}
	ob_ctl_help_verb(verb);
	return OB_CTL_OK;
}

int ob_ctl_fail(int err, const char *what)
{
	fprintf(stderr, "obctl: %s: %s\n", what, strerror(-err));
	return OB_CTL_FAILURE;
}
