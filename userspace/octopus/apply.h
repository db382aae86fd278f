/* SPDX-License-Identifier: Apache-2.0 */
/* The appliers that change the kernel: one small function for each kind. */
#pragma once

#include "octopus/diff.h"
#include "octopus/identity.h"
#include "octopus/kernel.h"
#include "octopus/told.h"

/* The context of a plan whose operations are ob_apply_kernel's. */
struct ob_apply {
	struct ob_kernel *kernel;
	struct ob_identity *identity;
	struct ob_told *told;
	const char *device;
	int ifindex;	    /* of our device; 0 until it is made */
	unsigned int waits; /* for the kernel's allocator, so far */
};

extern const struct ob_appliers ob_apply_kernel;
