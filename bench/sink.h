/* SPDX-License-Identifier: Apache-2.0 */
/* Where packets end: a tc program that counts and drops, or keeps them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mode.h"

struct ob_sink {
	struct bpf_object *bench; /* borrowed */
	struct bpf_link *link;
	const char *program;
};

/* At k0; at g0 for the baseline. Counts from zero. */
int ob_sink_init(struct ob_sink *s, struct bpf_object *bench,
		 const struct ob_topology *t, bool baseline, bool capture);
void ob_sink_done(struct ob_sink *s);

uint64_t ob_sink_received(const struct ob_sink *s);
/* Waits for a moment until n are received; the number received then. */
uint64_t ob_sink_wait(const struct ob_sink *s, uint64_t n);
/* The i-th captured frame. */
int ob_sink_frame(const struct ob_sink *s, unsigned int i,
		  struct ob_capture *ret);
