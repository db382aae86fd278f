/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A verb of the command line: how it is called and what it runs. The table of
 * all verbs is in verbs.c; each verb is one file.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/prefix.h"
#include "datapath/datapath.h"

/* Exit status of obctl. */
enum ob_ctl_exit {
	OB_CTL_OK = 0,
	OB_CTL_FAILURE = 1,
	OB_CTL_USAGE = 2,
	OB_CTL_NOT_PINNED = 3,
};

/* Options that only some verbs take. */
enum ob_ctl_option {
	OB_CTL_ALL = 1 << 0,
	OB_CTL_BACKLOG = 1 << 1,
	OB_CTL_COUNT = 1 << 2,
	OB_CTL_TIMEOUT = 1 << 3,
	OB_CTL_CONFIG = 1 << 4,
};

struct ob_ctl_options {
	const char *pin_root;	/* never NULL */
	const char *netns;	/* NULL: the caller's */
	bool json;		/* -o json */
	unsigned int given;	/* enum ob_ctl_option, or'ed */
	unsigned long count;	/* 0: no limit */
	unsigned int timeout_s; /* 0: no limit */
	const char *config;	/* NULL: the usual file */
	const char *argument;	/* of whois, help and diagnose, or NULL */
};

struct ob_ctl {
	struct ob_ctl_options options;
	struct ob_datapath *dp;
	struct ob_arena *arena;
};

struct ob_ctl_verb {
	const char *name;
	const char *synopsis; /* "whois ADDRESS" */
	const char *summary;  /* a phrase for the list of verbs */
	const char *help;     /* paragraphs, each line ending in '\n' */
	unsigned int options; /* enum ob_ctl_option it takes, or'ed */
	bool takes_argument;  /* may have one */
	bool needs_argument;  /* must have it */
	bool needs_datapath;  /* dp is open when it runs */
	/* Returns enum ob_ctl_exit. */
	int (*run)(struct ob_ctl *ctl);
};

/* NULL when there is no such verb. */
const struct ob_ctl_verb *ob_ctl_verb_find(const char *name);
/* Help of all, and of one verb, on stdout. */
void ob_ctl_help_all(void);
void ob_ctl_help_verb(const struct ob_ctl_verb *verb);

/* "obctl: ..." on stderr for a negative errno; returns OB_CTL_FAILURE. */
int ob_ctl_fail(int err, const char *what);
