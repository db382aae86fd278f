// SPDX-License-Identifier: Apache-2.0
#include "octopus/kernel.h"

#include <errno.h>
#include <string.h>

void ob_kernel_close(struct ob_kernel *k)
{
	ob_datapath_freep(&k->dp);
	ob_wg_freep(&k->wg);
	ob_nl_freep(&k->nl);
	*k = (struct ob_kernel){ 0 };
}

static int open_all(struct ob_kernel *k, struct ob_status *status)
{
	int r = ob_nl_new(&k->nl);

	if (r < 0)
		return ob_status_set(status, -r, "NetlinkUnavailable",
				     "cannot open a netlink socket: %s",
				     strerror(-r));
	r = ob_wg_new(&k->wg);
	if (r == -EOPNOTSUPP)
		return ob_status_set(status, -r, "NoWireGuard",
				     "this kernel has no WireGuard: it needs "
				     "Linux 5.6 with CONFIG_WIREGUARD, and the "
				     "module, if it is one");
	if (r < 0)
		return ob_status_set(status, -r, "NoWireGuard",
				     "cannot talk to WireGuard: %s",
				     strerror(-r));
	r = ob_datapath_load(k->pin_root, &k->dp, status);
	if (r < 0 && !status->reason)
		ob_status_set(status, -r, "DatapathUnavailable",
			      "cannot load the datapath: %s", strerror(-r));
	return r;
}

int ob_kernel_open(const char *pin_root, struct ob_kernel *ret,
		   struct ob_status *status)
{
	_cleanup_(ob_kernel_close) struct ob_kernel k = {
		.pin_root = pin_root,
	};
	int r = open_all(&k, status);

	if (r < 0)
		return r;
	*ret = k;
	k = (struct ob_kernel){ 0 };
	return 0;
}
