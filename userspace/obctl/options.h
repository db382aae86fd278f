/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, parsed and checked; options may stand anywhere. */
#pragma once

#include "base/status.h"
#include "obctl/verb.h"

struct ob_ctl_command {
	struct ob_ctl_options options;
	const struct ob_ctl_verb *verb; /* NULL: help or version only */
	bool help, version;
};

/* argv is permuted. -EINVAL with a status for wrong usage. */
int ob_ctl_options_parse(int argc, char **argv, struct ob_ctl_command *ret,
			 struct ob_status *status);
