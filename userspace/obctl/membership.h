/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What octopus says of its hub, for obctl status and obctl peers: nothing at
 * all where peers come from a file.
 */
#pragma once

#include <stdio.h>

#include "obctl/facts.h"
#include "obctl/json.h"

/* Lines of the head of obctl status: hub, leader, peer. */
void ob_ctl_membership_print(const struct ob_ctl_daemon *d, int64_t now_s,
			     struct ob_arena *a, FILE *out);
/* Members "hub", "leader" and "peer", null where they do not apply; d may be
 * NULL. */
void ob_ctl_membership_json(const struct ob_ctl_daemon *d, cJSON *object,
			    struct ob_arena *a);
/* The clusters that octopus passes over, and why. */
void ob_ctl_membership_print_unused(const struct ob_ctl_daemon *d, FILE *out);
void ob_ctl_membership_json_unused(const struct ob_ctl_daemon *d, cJSON *array,
				   struct ob_arena *a);
