/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What obctl diagnose has found out: one line for each thing it looked at,
 * and of those that are broken the one to begin with.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "obctl/json.h"

enum ob_ctl_level {
	OB_CTL_GOOD,
	OB_CTL_SKIPPED, /* could not be looked at, or need not */
	OB_CTL_WARNING, /* packets pass, but somebody should look */
	OB_CTL_BROKEN,
};

struct ob_ctl_finding {
	enum ob_ctl_level level;
	const char *check; /* "route": which check said so */
	const char *fault; /* "RouteMissing"; NULL when good or skipped */
	const char *found; /* a phrase */
	const char *fix;   /* NULL: nothing to do */
	/* Broken, but what is in the kernel goes on without it: the first
	 * broken thing only when nothing else is broken. */
	bool aside;
};

struct ob_ctl_findings {
	struct ob_arena *arena;
	const char *check; /* that runs now */
	struct ob_ctl_finding *v;
	size_t n, room;
};

void ob_ctl_good(struct ob_ctl_findings *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void ob_ctl_skip(struct ob_ctl_findings *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* These return the finding, to be given its fix and the rest. */
struct ob_ctl_finding *ob_ctl_warn(struct ob_ctl_findings *out,
				   const char *fault, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
struct ob_ctl_finding *ob_ctl_broken(struct ob_ctl_findings *out,
				     const char *fault, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void ob_ctl_fix(struct ob_ctl_findings *out, struct ob_ctl_finding *finding,
		const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Whether a check has found something broken. */
bool ob_ctl_findings_has(const struct ob_ctl_findings *list, const char *fault);
/* The first broken thing; NULL: all is well. */
const struct ob_ctl_finding *
ob_ctl_findings_first(const struct ob_ctl_findings *list);

/* utf8: the terminal shows more than ASCII. */
void ob_ctl_findings_print(const struct ob_ctl_findings *list, bool utf8,
			   FILE *out);
cJSON *ob_ctl_findings_json(const struct ob_ctl_findings *list,
			    struct ob_arena *a);
