// SPDX-License-Identifier: Apache-2.0
/*
 * Attaching by filters of the clsact qdisc, where the kernel has no tcx.
 *
 * Ours are recognised by priority and handle. The priority is in nobody's way
 * (CNIs take 1); the handle is "ob" and the number of the hook, so that the
 * two programs of the ingress side are told apart. A replacement (the same
 * filter with NLM_F_REPLACE) is atomic.
 *
 * A qdisc that we had to make is remembered by an empty directory among the
 * pins. It goes with our last filter when nothing else is on it then; a qdisc
 * that was there before us, or that others use meanwhile, stays.
 */
#include "datapath/private.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

#define FILTER_PRIORITY 0xb0
#define FILTER_HANDLE	0x6f6200 /* | enum ob_hook */

#define TC_HOOK(index, point)                                                  \
	{                                                                      \
		.sz = sizeof(struct bpf_tc_hook), .ifindex = (index),          \
		.attach_point = (point),                                       \
	}

static enum bpf_tc_attach_point attach_point(enum ob_hook hook)
{
	return hook == OB_HOOK_TO_TUNNEL ? BPF_TC_EGRESS : BPF_TC_INGRESS;
}

static int mark_path(const struct ob_datapath *dp, int ifindex, char *buf,
		     size_t size)
{
	return ob_datapath_path(dp, buf, size, OB_PIN_CLSACT, ifindex);
}

/* The program of our filter; 0 when there is none. */
static uint32_t filter_get(enum ob_hook hook, int ifindex)
{
	struct bpf_tc_hook point = TC_HOOK(ifindex, attach_point(hook));
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = FILTER_HANDLE | hook,
		    .priority = FILTER_PRIORITY);

	/* No filter is ENOENT, no qdisc EINVAL, no device ENODEV. */
	return bpf_tc_query(&point, &opts) == 0 ? opts.prog_id : 0;
}

static int filter_set(struct ob_datapath *dp, enum ob_hook hook, int ifindex)
{
	struct bpf_tc_hook point = TC_HOOK(ifindex, attach_point(hook));
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = FILTER_HANDLE | hook,
		    .priority = FILTER_PRIORITY, .flags = BPF_TC_F_REPLACE,
		    .prog_fd = dp->prog_fd[hook]);

	return bpf_tc_attach(&point, &opts);
}

static bool has_any_filter(int ifindex)
{
	for (enum ob_hook i = 0; i < OB_HOOK_COUNT; i++) {
		if (filter_get(i, ifindex) != 0)
			return true;
	}
	return false;
}

static int qdisc_make(struct ob_datapath *dp, int ifindex)
{
	struct bpf_tc_hook point =
		TC_HOOK(ifindex, BPF_TC_INGRESS | BPF_TC_EGRESS);
	char path[PATH_MAX];
	int r = mark_path(dp, ifindex, path, sizeof(path));

	if (r < 0)
		return r;
	r = bpf_tc_hook_create(&point);
	if (r == 0)
		return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
	if (r != -EEXIST)
		return r;
	/* Somebody else's, and a mark would be of a dead device that had the
	 * same index, unless our filters are there. */
	if (!has_any_filter(ifindex) && rmdir(path) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

static int clsact_add(struct ob_datapath *dp, enum ob_hook hook, int ifindex)
{
	int r = qdisc_make(dp, ifindex);

	if (r < 0)
		return r;
	if (filter_get(hook, ifindex) == dp->prog_id[hook])
		return 0;
	return filter_set(dp, hook, ifindex);
}

/* Sends a dump request for the filters of one side of the qdisc. */
static int filters_request(int fd, int ifindex, __u32 parent)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg tc;
	} request = {
		.header = { .nlmsg_len = sizeof(request),
			    .nlmsg_type = RTM_GETTFILTER,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.tc = { .tcm_family = AF_UNSPEC,
			.tcm_ifindex = ifindex,
			.tcm_parent = parent },
	};

	return send(fd, &request, sizeof(request), 0) < 0 ? -errno : 0;
}

/* 1 as soon as a filter is seen, 0 at the end of the dump. */
static int filters_receive(int fd)
{
	char buffer[32 * 1024] __attribute__((aligned(NLMSG_ALIGNTO)));

	for (;;) {
		ssize_t size = recv(fd, buffer, sizeof(buffer), 0);
		int left = (int)size;

		if (size < 0)
			return -errno;
		for (struct nlmsghdr *h = (struct nlmsghdr *)buffer;
		     NLMSG_OK(h, (unsigned int)left); h = NLMSG_NEXT(h, left)) {
			if (h->nlmsg_type == RTM_NEWTFILTER)
				return 1;
			if (h->nlmsg_type == NLMSG_DONE)
				return 0;
			if (h->nlmsg_type == NLMSG_ERROR)
				return -EIO;
		}
	}
}

/* libbpf can ask for a filter it knows, but not whether there is another. */
static int qdisc_in_use(int ifindex)
{
	static const __u32 parents[] = {
		TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
		TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS),
	};

	for (size_t i = 0; i < ARRAY_SIZE(parents); i++) {
		_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
					NETLINK_ROUTE);
		int r;

		if (fd < 0)
			return -errno;
		r = filters_request(fd, ifindex, parents[i]);
		if (r == 0)
			r = filters_receive(fd);
		if (r != 0)
			return r;
	}
	return 0;
}

static int qdisc_remove_unused(struct ob_datapath *dp, int ifindex)
{
	struct bpf_tc_hook point =
		TC_HOOK(ifindex, BPF_TC_INGRESS | BPF_TC_EGRESS);
	char path[PATH_MAX];
	int r = mark_path(dp, ifindex, path, sizeof(path));

	if (r < 0 || access(path, F_OK) < 0)
		return r;
	r = qdisc_in_use(ifindex);
	if (r != 0) {
		ob_debug("clsact qdisc stays", "ifindex=%d in_use=%d", ifindex,
			 r);
		return 0;
	}
	r = bpf_tc_hook_destroy(&point);
	if (r < 0 && r != -ENOENT && r != -EINVAL && r != -ENODEV)
		return r;
	return rmdir(path) < 0 && errno != ENOENT ? -errno : 0;
}

static int clsact_del(struct ob_datapath *dp, enum ob_hook hook, int ifindex)
{
	struct bpf_tc_hook point = TC_HOOK(ifindex, attach_point(hook));
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = FILTER_HANDLE | hook,
		    .priority = FILTER_PRIORITY);
	int r;

	if (filter_get(hook, ifindex) != 0) {
		r = bpf_tc_detach(&point, &opts);
		if (r < 0 && r != -ENOENT)
			return r;
	}
	return qdisc_remove_unused(dp, ifindex);
}

static int clsact_dump(struct ob_datapath *dp, struct ob_arena *a,
		       const int *ifindexes, size_t n,
		       struct ob_attachment_list *list)
{
	for (size_t i = 0; i < n; i++) {
		for (enum ob_hook hook = 0; hook < OB_HOOK_COUNT; hook++) {
			uint32_t id = filter_get(hook, ifindexes[i]);
			struct ob_attachment *attachment;

			if (id == 0)
				continue;
			attachment = OB_PUSH(a, list);
			attachment->hook = hook;
			attachment->ifindex = ifindexes[i];
			attachment->tcx = false;
			attachment->current = id == dp->prog_id[hook];
		}
	}
	return 0;
}

const struct ob_attach_ops ob_clsact_ops = {
	.dump = clsact_dump,
	.add = clsact_add,
	.del = clsact_del,
};
