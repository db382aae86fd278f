/* SPDX-License-Identifier: Apache-2.0 */
/* The command line. */
#pragma once

#include "base/log.h"

enum ob_crossdns_mode {
	OB_CROSSDNS_RUN,
	OB_CROSSDNS_CHECK,
	OB_CROSSDNS_DONE, /* --help or --version has been answered */
};

struct ob_crossdns_options {
	enum ob_crossdns_mode mode;
	const char *config;
	enum ob_log_level log_level;
};

/* -EINVAL after saying why on stderr. */
int ob_crossdns_options_parse(int argc, char **argv,
			      struct ob_crossdns_options *ret);
