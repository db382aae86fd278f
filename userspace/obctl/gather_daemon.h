/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What octopus says of itself on its metrics address: /healthz and /status.
 */
#pragma once

#include "base/json.h"
#include "obctl/facts.h"

/* Nobody asked: nothing is known, and no string is NULL. */
void ob_ctl_daemon_init(struct ob_arena *a, struct ob_ctl_daemon *ret);
/* Asks both, within a second or two. */
void ob_ctl_daemon_ask(struct ob_arena *a, const struct ob_addr *addr,
		       uint16_t port, struct ob_ctl_daemon *ret);
/* Decodes a /status document; what is missing or of another type is "" or
 * nothing. */
void ob_ctl_daemon_decode(struct ob_arena *a, const cJSON *root,
			  struct ob_ctl_daemon *ret);
/* A list of prefixes and of conditions, as Peers have them, too. */
void ob_ctl_decode_prefixes(struct ob_arena *a, const cJSON *array,
			    struct ob_ctl_prefixes *ret);
void ob_ctl_decode_conditions(struct ob_arena *a, const cJSON *array,
			      struct ob_ctl_conditions *ret);
