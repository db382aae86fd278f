/* SPDX-License-Identifier: Apache-2.0 */
/* The command line. */
#pragma once

#include "base/log.h"

enum ob_mode {
	OB_MODE_RUN,
	OB_MODE_CHECK,
	OB_MODE_LEAVE,
	OB_MODE_DONE, /* --help or --version has been answered */
};

struct ob_options {
	enum ob_mode mode;
	const char *config;
	enum ob_log_level log_level;
};

/* -EINVAL after saying why on stderr. */
int ob_syncer_options_parse(int argc, char **argv, struct ob_options *ret);
