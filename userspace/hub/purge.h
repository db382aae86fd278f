/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Namespaces and CustomResourceDefinitions that are being deleted: empties
 * them, and lets them go when nothing is left.
 */
#pragma once

#include <stdbool.h>

#include "hub/change.h"

struct ob_hub;
struct ob_hub_purge;

struct ob_hub_purge *ob_hub_purge_new(struct ob_hub *hub);
void ob_hub_purge_free(struct ob_hub_purge *p);
void ob_hub_purge_note(struct ob_hub_purge *p, const struct ob_hub_change *c);
/* Some of the work. */
int ob_hub_purge_step(struct ob_hub_purge *p);
bool ob_hub_purge_is_busy(const struct ob_hub_purge *p);
