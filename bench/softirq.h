/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU time of ksoftirqd: work that leaves the sender's softirq for it would
 * not be charged to the sender, and the sample would look cheap.
 */
#pragma once

#include <stdint.h>

/* The thread of a CPU, or -ESRCH. */
int ob_softirq_thread(int cpu);
/* Nanoseconds it ran so far; 0 when unknown. */
uint64_t ob_softirq_cpu_ns(int thread);
