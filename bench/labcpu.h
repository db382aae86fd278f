/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wireguard, where this kernel has none: the same bytes through the same
 * tunnel in a kernel that is an ordinary process (User Mode Linux, one
 * processor), with our programs and without, and the CPU time of that process.
 *
 * CPU time, not throughput, because other work on the machine takes the
 * processor away but does not make a byte dearer. One saturated processor
 * carries 1 / (CPU time per byte). What it takes to come up and carry nothing
 * is measured too, and taken off.
 */
#pragma once

#include "options.h"

/* An exit status. */
int ob_labcpu_main(const struct ob_options *o);
