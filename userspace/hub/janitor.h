/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has to go because something else went: dependents of owners (decided by
 * gc.h), the contents of namespaces and of CustomResourceDefinitions, events
 * that are old. Works in small steps inside of the turns, from what is in the
 * store alone: a restart continues where it was.
 */
#pragma once

#include <stdbool.h>

#include "base/cleanup.h"
#include "hub/change.h"

struct ob_hub;
struct ob_hub_janitor;

struct ob_hub_janitor *ob_hub_janitor_new(struct ob_hub *hub);
void ob_hub_janitor_free(struct ob_hub_janitor *j);
OB_DEFINE_CLEANUP(struct ob_hub_janitor *, ob_hub_janitor_free)

/* A change was committed. */
void ob_hub_janitor_note(struct ob_hub_janitor *j,
			 const struct ob_hub_change *c);
/* Does some of the work; the turn commits it. */
void ob_hub_janitor_step(struct ob_hub_janitor *j);
bool ob_hub_janitor_is_busy(const struct ob_hub_janitor *j);
/* Looks through the whole store for work, as at start and after a turn that
 * failed. */
int ob_hub_janitor_scan(struct ob_hub_janitor *j);
/* Removes some events that nobody has written since. */
void ob_hub_janitor_expire(struct ob_hub_janitor *j, int64_t before_s);
