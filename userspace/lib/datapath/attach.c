// SPDX-License-Identifier: Apache-2.0
#include "datapath/datapath.h"

#include <errno.h>

#include "datapath/private.h"

static const struct ob_attach_ops *ops_get(bool tcx)
{
	return tcx ? &ob_tcx_ops : &ob_clsact_ops;
}

int ob_attachment_dump(struct ob_datapath *dp, struct ob_arena *a,
		       const int *ifindexes, size_t n,
		       struct ob_attachments *ret)
{
	struct ob_attachment_list list = { 0 };
	int r = ops_get(dp->tcx)->dump(dp, a, ifindexes, n, &list);

	if (r < 0)
		return r;
	ret->v = list.v;
	ret->n = list.n;
	return 0;
}

int ob_attachment_add(struct ob_datapath *dp, enum ob_hook hook, int ifindex)
{
	if (hook >= OB_HOOK_COUNT || ifindex <= 0)
		return -EINVAL;
	if (dp->prog_fd[hook] < 0) /* opened, not loaded, and none is pinned */
		return -EBADF;
	return ops_get(dp->tcx)->add(dp, hook, ifindex);
}

int ob_attachment_del(struct ob_datapath *dp,
		      const struct ob_attachment *attachment)
{
	return ops_get(attachment->tcx)
		->del(dp, attachment->hook, attachment->ifindex);
}
