/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that creates, updates, patches and deletes its own objects as fast
 * as it is answered, and writes down what it was promised, until the server is
 * gone.
 */
#pragma once

#include <pthread.h>

#include "https.h"
#include "ledger.h"

struct ob_writer {
	const struct ob_kube_config *config;
	const char *namespace;
	struct ob_ledger_object *objects; /* nobody else's while it runs */
	size_t n_objects;
	uint64_t value; /* of the last write; never used twice */
	unsigned int seed;
	uint64_t acknowledged, max_rv;
	struct ob_violation violation;
	struct ob_arena *arena; /* of the ledger's lists */
	pthread_t thread;
};

void ob_writer_start(struct ob_writer *w);
void ob_writer_join(struct ob_writer *w);
/* One write, by the caller's thread. False: there was no answer. */
bool ob_writer_step(struct ob_writer *w, struct ob_https *h);
