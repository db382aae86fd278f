/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What octopus says of itself on its metrics address: /healthz and /status.
 */
#pragma once

#include "obctl/facts.h"

/* Nobody asked: nothing is known, and no string is NULL. */
void ob_ctl_daemon_init(struct ob_arena *a, struct ob_ctl_daemon *ret);
/* Only /status, and with little patience: for what works without. */
void ob_ctl_daemon_ask_status(struct ob_arena *a, const struct ob_addr *addr,
			      uint16_t port, struct ob_ctl_daemon *ret);
/* Asks both, within a second or two. */
void ob_ctl_daemon_ask(struct ob_arena *a, const struct ob_addr *addr,
		       uint16_t port, struct ob_ctl_daemon *ret);
