/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's side of obctl diagnose: device, tunnels, maps, routes, sysctls.
 * What cannot be read is an error in the facts and no failure here.
 */
#pragma once

#include "obctl/facts.h"

struct ob_ctl_kernel {
	struct ob_nl *nl;
	struct ob_wg *wg;
	struct ob_datapath *dp;
};

void ob_ctl_kernel_open(struct ob_ctl_kernel *k, struct ob_ctl_facts *f,
			struct ob_arena *a);
void ob_ctl_kernel_done(struct ob_ctl_kernel *k);
/* Before the probes: f->device says which device. */
void ob_ctl_kernel_read(struct ob_ctl_kernel *k, struct ob_ctl_facts *f,
			struct ob_arena *a);
/* After: what may have changed meanwhile. */
void ob_ctl_kernel_read_again(struct ob_ctl_kernel *k, struct ob_ctl_facts *f,
			      struct ob_arena *a);
/* The way of a packet to an address. */
struct ob_ctl_way ob_ctl_kernel_way(struct ob_ctl_kernel *k,
				    const struct ob_ctl_facts *f,
				    const struct ob_addr *to);
