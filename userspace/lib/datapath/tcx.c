// SPDX-License-Identifier: Apache-2.0
/*
 * Attaching by tcx links (Linux 6.6), one pinned link per hook and device.
 *
 * Ours goes first in the list of a device (BPF_F_BEFORE without a relative):
 * a program of somebody else, a CNI's for example, that ends the list with a
 * verdict would otherwise keep packets from being translated or from being
 * checked for spoofing. Ours lets the others run for every packet it does not
 * drop or redirect.
 *
 * The pin holds the link, and the link the attachment: no process has to live.
 * When the device goes away the kernel empties the link (ifindex 0) and the
 * pin stays behind; it is removed when somebody adds to that index again, or
 * by ob_datapath_unpin.
 */
#include "datapath/private.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "datapath/uapi.h"
#include "datapath/versions.h"

OB_DEFINE_CLEANUP(DIR *, closedir)

static enum bpf_attach_type attach_type(enum ob_hook hook)
{
	return hook == OB_HOOK_TO_TUNNEL ? OB_BPF_TCX_EGRESS
					 : OB_BPF_TCX_INGRESS;
}

static int link_path(const struct ob_datapath *dp, enum ob_hook hook,
		     int ifindex, char *buf, size_t size)
{
	return ob_datapath_path(dp, buf, size, OB_PIN_LINK, ob_hook_name(hook),
				ifindex);
}

/* 1 and the link's program when it is attached where it should be, 0 when it
 * is of no use any more. */
static int link_state(int fd, enum ob_hook hook, int ifindex,
		      uint32_t *ret_prog_id)
{
	union ob_bpf_link_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	if (info.tcx.type != OB_BPF_LINK_TYPE_TCX ||
	    info.tcx.ifindex != (__u32)ifindex ||
	    info.tcx.attach_type != attach_type(hook))
		return 0;
	*ret_prog_id = info.tcx.prog_id;
	return 1;
}

/* Updates the pinned link. 1 when it is in order now, 0 when a new one is
 * needed. */
static int link_change(struct ob_datapath *dp, enum ob_hook hook, int ifindex,
		       const char *path)
{
	_close_ int fd = bpf_obj_get(path);
	uint32_t prog_id = 0;
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	r = link_state(fd, hook, ifindex, &prog_id);
	if (r < 0)
		return r;
	if (r > 0 && prog_id == dp->prog_id[hook])
		return 1;
	if (r > 0 && bpf_link_update(fd, dp->prog_fd[hook], NULL) == 0)
		return 1;
	if (r > 0 && errno != ENOLINK) /* ENOLINK: the device went just now */
		return -errno;
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

struct wanted {
	enum ob_hook hook;
	int ifindex;
	const char *path; /* of the pin */
};

static int other_path(const char *dir, const struct wanted *w, char *buf,
		      size_t size)
{
	int n = snprintf(buf, size, "%s/" OB_PIN_LINK, dir,
			 ob_hook_name(w->hook), w->ifindex);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

/*
 * A link that another version pinned: ours from here on. The update is one
 * step, so no packet meets both programs or none. 1 when there was one.
 */
static int link_take_over(struct ob_datapath *dp, const char *dir, void *arg)
{
	const struct wanted *w = arg;
	uint32_t prog_id = 0;
	_close_ int fd = -1;
	char path[PATH_MAX];
	int r = other_path(dir, w, path, sizeof(path));

	if (r < 0)
		return r;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	r = link_state(fd, w->hook, w->ifindex, &prog_id);
	if (r > 0 && bpf_link_update(fd, dp->prog_fd[w->hook], NULL) < 0)
		r = errno == ENOLINK ? 0 : -errno;
	if (r > 0 && bpf_obj_pin(fd, w->path) < 0)
		r = -errno;
	if (r < 0)
		return r;
	return unlink(path) < 0 && errno != ENOENT ? -errno : r;
}

static int link_adopt(struct ob_datapath *dp, struct wanted *w)
{
	int r = ob_version_each_other(dp, link_take_over, w);

	if (r > 0 && ob_version_retire_others(dp) < 0)
		ob_debug("pins of another version stay", "root=%s", dp->root);
	return r;
}

static int link_create(struct ob_datapath *dp, enum ob_hook hook, int ifindex,
		       const char *path)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = OB_BPF_F_BEFORE);
	_close_ int fd = bpf_link_create(dp->prog_fd[hook], ifindex,
					 attach_type(hook), &opts);

	if (fd < 0)
		return -errno;
	return bpf_obj_pin(fd, path) < 0 ? -errno : 0;
}

static int tcx_add(struct ob_datapath *dp, enum ob_hook hook, int ifindex)
{
	char path[PATH_MAX];
	int r = link_path(dp, hook, ifindex, path, sizeof(path));

	if (r < 0)
		return r;
	/* EEXIST: another loader pinned its link after we looked. */
	for (int attempt = 0; attempt < 3; attempt++) {
		r = link_change(dp, hook, ifindex, path);
		if (r == 0)
			r = link_adopt(dp,
				       &(struct wanted){ hook, ifindex, path });
		if (r != 0)
			return r < 0 ? r : 0;
		r = link_create(dp, hook, ifindex, path);
		if (r != -EEXIST)
			return r;
	}
	return r;
}

/* Detaching is immediate; the last reference to an unpinned link is dropped by
 * a kernel worker some time later. 1 when there was one. */
static int link_remove(const char *path)
{
	_close_ int fd = bpf_obj_get(path);

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (bpf_link_detach(fd) < 0 && errno != ENOLINK)
		return -errno;
	return unlink(path) < 0 && errno != ENOENT ? -errno : 1;
}

static int link_remove_other(struct ob_datapath *dp __attribute__((unused)),
			     const char *dir, void *arg)
{
	char path[PATH_MAX];
	int r = other_path(dir, arg, path, sizeof(path));

	return r < 0 ? r : link_remove(path);
}

static int tcx_del(struct ob_datapath *dp, enum ob_hook hook, int ifindex)
{
	struct wanted w = { .hook = hook, .ifindex = ifindex };
	char path[PATH_MAX];
	int r = link_path(dp, hook, ifindex, path, sizeof(path));

	if (r == 0)
		r = link_remove(path);
	if (r != 0)
		return r < 0 ? r : 0;
	r = ob_version_each_other(dp, link_remove_other, &w);
	return r > 0 ? ob_version_retire_others(dp) : r;
}

struct dumper {
	struct ob_arena *arena;
	struct ob_attachment_list *list;
	bool other; /* version: never current */
};

static int dump_link(struct ob_datapath *dp, const char *dir, const char *name,
		     const struct dumper *d)
{
	struct ob_attachment *attachment;
	uint32_t prog_id = 0;
	enum ob_hook hook;
	_close_ int fd = -1;
	char path[PATH_MAX];
	int ifindex, r;

	if (!ob_pin_parse_link(name, &hook, &ifindex))
		return 0;
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	r = link_state(fd, hook, ifindex, &prog_id);
	if (r <= 0)
		return r;
	attachment = OB_PUSH(d->arena, d->list);
	attachment->hook = hook;
	attachment->ifindex = ifindex;
	attachment->tcx = true;
	attachment->current = !d->other && prog_id == dp->prog_id[hook];
	return 0;
}

static int dump_dir(struct ob_datapath *dp, const char *path, void *arg)
{
	_cleanup_(closedirp) DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		int r = dump_link(dp, path, entry->d_name, arg);

		if (r < 0)
			return r;
	}
	return 0;
}

static int tcx_dump(struct ob_datapath *dp, struct ob_arena *a,
		    const int *ifindexes __attribute__((unused)),
		    size_t n __attribute__((unused)),
		    struct ob_attachment_list *list)
{
	struct dumper d = { .arena = a, .list = list };
	int r = dump_dir(dp, dp->dir, &d);

	d.other = true;
	return r < 0 ? r : ob_version_each_other(dp, dump_dir, &d);
}

const struct ob_attach_ops ob_tcx_ops = {
	.dump = tcx_dump,
	.add = tcx_add,
	.del = tcx_del,
};
