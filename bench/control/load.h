/* SPDX-License-Identifier: Apache-2.0 */
/* What is measured of one API server: writes, and how fast all hear of one. */
#pragma once

#include <stddef.h>

#include "kube/config.h"

#define OB_LOAD_MAX 65536 /* latencies kept of one window */

struct ob_load {
	double per_second;
	double p50_ms, p99_ms; /* request to answer, or to the last watcher */
	size_t failed;	       /* not the answer that is due */
};

/*
 * Threads that update an object of their own each, one request at a time, for
 * so long. Every answer means that the write is on disk, if the server does as
 * it should.
 */
struct ob_load ob_load_writes(const struct ob_kube_config *c, size_t writers,
			      unsigned int ms);
/* n writes of one object, each after all watchers have seen the one before. */
struct ob_load ob_load_fanout(const struct ob_kube_config *c, size_t watchers,
			      size_t n);
/* Makes the namespace of both, or deletes it. 0 or -EIO. */
int ob_load_prepare(const struct ob_kube_config *c);
void ob_load_clean(const struct ob_kube_config *c);
