/* SPDX-License-Identifier: Apache-2.0 */
/* The doors to the kernel, opened once and kept. */
#pragma once

#include "base/status.h"
#include "datapath/datapath.h"
#include "netlink/socket.h"
#include "wireguard/device.h"

struct ob_kernel {
	struct ob_nl *nl;
	struct ob_wg *wg;
	struct ob_datapath *dp;
	const char *pin_root; /* borrowed */
};

/* Loads the programs. The network namespace is the thread's. */
int ob_kernel_open(const char *pin_root, struct ob_kernel *ret,
		   struct ob_status *status);
void ob_kernel_close(struct ob_kernel *k);
