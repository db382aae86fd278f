/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway as obctl sees it: cluster "west" (10.244.0.0/16 appears as
 * 10.113.0.0/16) with a tunnel device ob0 to the hub "hub" and, behind the
 * hub, cluster "east". It is second 1700000000.
 */
#pragma once

#include "obctl/json.h"
#include "obctl/view.h"

struct obctl_fixture {
	struct ob_arena *arena;
	struct ob_ctl_view view;
	FILE *out;
	char *text; /* what was printed to out: see obctl_text() */
	size_t size;
};

/* cmocka set-up and tear-down; *state is the fixture. */
int obctl_fixture_set_up(void **state);
int obctl_fixture_tear_down(void **state);

/* What has been printed so far. */
const char *obctl_text(struct obctl_fixture *f);
/* JSON on one line. Valid until the fixture ends. */
const char *obctl_json(struct obctl_fixture *f, cJSON *json);
struct ob_prefix obctl_prefix(const char *s);
struct ob_addr obctl_addr(const char *s);
