/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of endpoints that are given by name. getaddrinfo(3) blocks for
 * seconds when a name server is gone, so a round of questions runs in a thread
 * of its own; the event loop learns of its end from a file descriptor.
 *
 * A name that cannot be resolved keeps its last address. A name with several
 * addresses keeps the one it has as long as it is among them, unless it was
 * given up on (ob_resolver_distrust), then the next one has its turn.
 */
#pragma once

#include <stdbool.h>

#include "base/cleanup.h"
#include "model/network.h"

#define OB_RESOLVE_S	   60 /* between rounds */
#define OB_RESOLVE_RETRY_S 10 /* while a name has no address, or a bad one */

struct ob_resolver;

int ob_resolver_new(struct ob_resolver **ret);
/* Leaves a round under way to itself. */
void ob_resolver_free(struct ob_resolver *r);
OB_DEFINE_CLEANUP(struct ob_resolver *, ob_resolver_free)

/* The names to keep resolved: those of the network's clusters. */
int ob_resolver_set(struct ob_resolver *r, const struct ob_network *net);
/* The address of a host, literal or name; family 0: none yet. */
struct ob_addr ob_resolver_get(const struct ob_resolver *r, const char *host);
/* No answer from this host's address: try another one, soon. */
void ob_resolver_distrust(struct ob_resolver *r, const char *host);
/* Starts a round if none is under way. */
int ob_resolver_start(struct ob_resolver *r);
/* Readable when a round is over: call _finish. */
int ob_resolver_fd(const struct ob_resolver *r);
/* Takes the answers over. True when an address is another one now. Waits for
 * the end of the round. */
bool ob_resolver_finish(struct ob_resolver *r);
/* Seconds until the next round. */
unsigned int ob_resolver_delay_s(const struct ob_resolver *r);
