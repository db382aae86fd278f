/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts for the checks of obctl diagnose: the gateway "west" of
 * obctl_fixture.h, with nothing broken. Its file names the hub "hub", which
 * it dials at 192.0.2.1, and "east" behind it. A test breaks one thing.
 */
#pragma once

#include "obctl/check.h"
#include "obctl_fixture.h"

struct obctl_facts {
	struct obctl_fixture *fixture;
	struct ob_ctl_facts facts;
	struct ob_ctl_findings findings;
};

/* cmocka set-up and tear-down; *state is the struct. */
int obctl_facts_set_up(void **state);
int obctl_facts_tear_down(void **state);

/* The same gateway in hub mode: octopus and the hub's API were asked. */
void obctl_facts_hub_mode(struct obctl_facts *t);

/* Runs a check; what it says is in findings. */
void obctl_facts_check(struct obctl_facts *t, ob_ctl_check_fn check);
/* The worst it says has this level, this fault (NULL: none) and these words;
 * what is worse than skipped has a fix. */
void obctl_facts_expect(struct obctl_facts *t, ob_ctl_check_fn check,
			enum ob_ctl_level level, const char *fault,
			const char *words);
