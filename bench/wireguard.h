/* SPDX-License-Identifier: Apache-2.0 */
/*
 * obbench wireguard: one tunnel, with our programs and without.
 *
 * Here, when this kernel has WireGuard: by throughput, in windows that
 * alternate. In the lab (labcpu.h) otherwise.
 */
#pragma once

#include "options.h"

/* DESIGN section 10. */
#define OB_WIREGUARD_TARGET 0.97

/* Exit statuses. */
int ob_wireguard_main(const struct ob_options *o);
/* Carries --megabytes through the tunnel and says nothing: for labcpu. */
int ob_carry_main(const struct ob_options *o);
