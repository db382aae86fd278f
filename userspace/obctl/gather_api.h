/* SPDX-License-Identifier: Apache-2.0 */
/* The hub's API, asked layer by layer, so that each can be told from the
 * others: name, TCP, certificate, token, Peers. */
#pragma once

#include "obctl/facts.h"

/* By what the configuration says: f->file. Fills f->api. */
void ob_ctl_api_gather(struct ob_ctl_facts *f, struct ob_arena *a);
/* "https://HOST[:PORT]". -EINVAL when it is none. */
int ob_ctl_api_split(struct ob_arena *a, const char *url, const char **ret_host,
		     uint16_t *ret_port);
