/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of linux/bpf.h that are newer than the oldest headers we build with
 * (Debian 12: Linux 6.1). Numbers and layout are kernel ABI.
 */
#pragma once

#include <linux/bpf.h>
#include <stddef.h>

/* enum bpf_attach_type, Linux 6.6 */
#define OB_BPF_TCX_INGRESS ((enum bpf_attach_type)46)
#define OB_BPF_TCX_EGRESS  ((enum bpf_attach_type)47)

/* enum bpf_link_type, Linux 6.6 */
#define OB_BPF_LINK_TYPE_TCX 11

/* Flag of BPF_LINK_CREATE for mprog hooks: without a relative, be the first. */
#define OB_BPF_F_BEFORE (1U << 3)

/* statfs(2) f_type of bpffs; linux/magic.h has it too. */
#define OB_BPF_FS_MAGIC 0xcafe4a11

/* "Not supported", as kernel/bpf returns it: not one of errno.h. */
#define OB_ENOTSUPP 524

/* struct bpf_link_info with its tcx member. */
union ob_bpf_link_info {
	struct bpf_link_info info;
	struct {
		__u32 type;
		__u32 id;
		__u32 prog_id;
		__u32 _pad;
		__u32 ifindex; /* 0: the device is gone, or detached */
		__u32 attach_type;
	} tcx;
};

_Static_assert(offsetof(struct bpf_link_info, xdp.ifindex) ==
		       offsetof(union ob_bpf_link_info, tcx.ifindex),
	       "members of the union start behind prog_id and padding");
