/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One sample: a fresh topology in one mode, proved to do what the mode says,
 * warmed up, and then measured window by window.
 *
 * A sample is worth nothing, and is refused, unless
 *   - the first packets came out as the mode must make them, checksums valid;
 *   - every packet sent was received;
 *   - the kernel was not counting run times of BPF programs (bpf_stats);
 *   - the work was done in the sender's context, not in ksoftirqd.
 */
#pragma once

#include "mode.h"

#define OB_SAMPLE_MAX_WINDOWS 64
#define OB_SAMPLE_REASON_LEN  160

struct ob_sample {
	double ns[OB_SAMPLE_MAX_WINDOWS]; /* per packet, one each window */
	int n;
	char reason[OB_SAMPLE_REASON_LEN]; /* why it was refused */
};

struct ob_sample_plan {
	int cpu;
	int windows;
	bool unchecked; /* whatever comes out */
};

/*
 * 0, -ENOENT (a tool is missing), -EBADMSG (it does not do what it should),
 * -EAGAIN (other work disturbed it), or another negative errno.
 */
int ob_sample_run(const struct ob_mode *m, struct ob_programs *p,
		  const struct ob_sample_plan *plan, struct ob_sample *ret);
