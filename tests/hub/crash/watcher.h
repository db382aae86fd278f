/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that watches all objects, comes back after every end of the
 * connection with the last resourceVersion that it has seen, and writes down
 * what it is told.
 */
#pragma once

#include <pthread.h>

#include "https.h"
#include "ledger.h"

struct ob_watcher {
	const struct ob_kube_config *config;
	const char *namespace;
	struct ob_ledger *ledger; /* the seen lists, with lock */
	pthread_mutex_t lock;
	uint64_t rv; /* the last that was seen, with lock */
	uint64_t resumed;
	bool stop;		       /* with lock */
	struct ob_violation violation; /* with lock */
	struct ob_arena *arena, *line_arena;
	pthread_t thread;
};

/* From resourceVersion rv on. */
void ob_watcher_start(struct ob_watcher *w, uint64_t rv);
void ob_watcher_stop(struct ob_watcher *w);
uint64_t ob_watcher_rv(struct ob_watcher *w);
