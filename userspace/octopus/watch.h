/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When to look again. What the kernel tells (links, addresses, routes) leads to
 * a pass within OB_COALESCE_MS; what it does not tell (BPF maps, WireGuard
 * peers, attachments, pins) is looked at every OB_AUDIT_MS. Where comparing
 * takes long, because there is much to compare, audits come more rarely.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"
#include "octopus/resolve.h"

#define OB_COALESCE_MS 10
#define OB_AUDIT_MS    300

struct ob_watch;

struct ob_watch_ops {
	/* Make a pass. Returns the CPU time of comparing, ns. */
	uint64_t (*pass)(void *arg);
	void (*reload)(void *arg); /* SIGHUP */
};

/*
 * Adds the sources to the event loop. SIGHUP, SIGTERM and SIGINT have to be
 * blocked; the last two end the loop. The first pass comes at once.
 */
int ob_watch_new(sd_event *event, struct ob_resolver *resolver,
		 const struct ob_watch_ops *ops, void *arg,
		 struct ob_watch **ret);
void ob_watch_free(struct ob_watch *w);
OB_DEFINE_CLEANUP(struct ob_watch *, ob_watch_free)
/* Something changed that no source tells. */
void ob_watch_dirty(struct ob_watch *w);
/* Ask the resolver now: the names are new. */
void ob_watch_resolve(struct ob_watch *w);
