// SPDX-License-Identifier: Apache-2.0
#include "obctl/diagnose.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "netlink/netns.h"
#include "obctl/check.h"
#include "obctl/gather.h"

static bool has_utf8(void)
{
	setlocale(LC_CTYPE, "");
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

static int run(struct ob_ctl *ctl)
{
	struct ob_ctl_findings findings = { .arena = ctl->arena };
	struct ob_ctl_facts facts;
	int r;

	if (ctl->options.netns) {
		r = ob_netns_enter(ctl->options.netns);
		if (r < 0)
			return ob_ctl_fail(r, ctl->options.netns);
	}
	ob_ctl_gather(ctl, &facts);
	if (ctl->options.argument && !strcmp(ctl->options.argument, facts.id)) {
		fprintf(stderr, "obctl: %s is this cluster itself\n", facts.id);
		return OB_CTL_USAGE;
	}
	ob_ctl_check_all(&facts, &findings);
	if (ctl->options.json)
		ob_ctl_json_print(ctl->arena,
				  ob_ctl_findings_json(&findings, ctl->arena),
				  stdout);
	else
		ob_ctl_findings_print(&findings, has_utf8(), stdout);
	return ob_ctl_findings_first(&findings) ? OB_CTL_FAILURE : OB_CTL_OK;
}

const struct ob_ctl_verb ob_ctl_diagnose = {
	.name = "diagnose",
	.synopsis = "diagnose [--config FILE] [CLUSTER]",
	.summary = "what is broken on the way to the others, and its fix",
	.help = "Follows the path from the configuration to the packets, one "
		"line for each thing\nlooked at, and names the first that is "
		"broken and what mends it. With CLUSTER\nonly the path to "
		"that one. Changes nothing; sends a few echo requests "
		"through\nthe tunnels. Takes a second or two, up to fifteen "
		"when a tunnel is silent or a\nserver does not answer. What "
		"needs more rights than one has is marked, not\nguessed.\n\n"
		"Exit status 0 when nothing is broken, 1 when something is.\n",
	.options = OB_CTL_CONFIG,
	.takes_argument = true,
	.run = run,
};
