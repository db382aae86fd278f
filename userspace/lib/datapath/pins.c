// SPDX-License-Identifier: Apache-2.0
#include "datapath/pins.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "datapath/private.h"

OB_DEFINE_CLEANUP(DIR *, closedir)

static int map_id(int fd, __u32 *ret)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	*ret = info.id;
	return 0;
}

/* 1 when the name leads to our map. */
static int is_pinned(const struct ob_datapath *dp, enum ob_map map)
{
	__u32 ours = 0, pinned = 0;
	char path[PATH_MAX];
	_close_ int fd = -1;
	int r = ob_datapath_path(dp, path, sizeof(path), "%s",
				 ob_map_name(map));

	if (r == 0)
		r = map_id(dp->map_fd[map], &ours);
	if (r < 0)
		return r;
	fd = bpf_obj_get(path);
	/* Not there, or not a map at all. */
	if (fd < 0 || map_id(fd, &pinned) < 0)
		return 0;
	return pinned == ours;
}

int ob_pin_dump(const struct ob_datapath *dp, struct ob_arena *a,
		struct ob_pins *ret)
{
	struct ob_pins pins = { 0 };

	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++) {
		int r = is_pinned(dp, i);

		if (r < 0)
			return r;
		if (r > 0)
			OB_PUSH(a, &pins)->map = i;
	}
	*ret = pins;
	return 0;
}

static bool parse_index(const char *s, int *ret)
{
	char *end;
	long index = strtol(s, &end, 10);

	if (end == s || *end || index <= 0 || index > INT_MAX)
		return false;
	*ret = (int)index;
	return true;
}

/* The part before the index of OB_PIN_LINK. */
static size_t link_prefix(enum ob_hook hook, char *buf, size_t size)
{
	int n = snprintf(buf, size, OB_PIN_LINK, ob_hook_name(hook), 0);

	return n > 0 ? (size_t)n - 1 : 0;
}

bool ob_pin_parse_link(const char *name, enum ob_hook *ret_hook,
		       int *ret_ifindex)
{
	for (enum ob_hook i = 0; i < OB_HOOK_COUNT; i++) {
		char prefix[64];
		size_t n = link_prefix(i, prefix, sizeof(prefix));

		if (strncmp(name, prefix, n) != 0)
			continue;
		*ret_hook = i;
		return parse_index(name + n, ret_ifindex);
	}
	return false;
}

/* A link, or a qdisc made for some hook of a device. */
static bool parse_name(const char *name, struct ob_attachment *ret)
{
	static const char clsact[] = OB_PIN_CLSACT;
	const size_t n = strcspn(clsact, "%");

	*ret = (struct ob_attachment){ .hook = OB_HOOK_FROM_POD };
	if (!strncmp(name, clsact, n))
		return parse_index(name + n, &ret->ifindex);
	ret->tcx = true;
	return ob_pin_parse_link(name, &ret->hook, &ret->ifindex);
}

static bool is_alive(const struct ob_attachments *alive,
		     const struct ob_attachment *a)
{
	for (size_t i = 0; i < alive->n; i++)
		if (alive->v[i].ifindex == a->ifindex &&
		    (!a->tcx || alive->v[i].hook == a->hook))
			return true;
	return false;
}

struct dead_links {
	struct ob_attachment *v;
	size_t n, room;
};

static void collect_dead(DIR *dir, struct ob_arena *a,
			 const struct ob_attachments *alive,
			 struct dead_links *dead)
{
	struct ob_attachment link;
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (parse_name(entry->d_name, &link) && !is_alive(alive, &link))
			*OB_PUSH(a, dead) = link;
}

int ob_pin_dump_dead_links(const struct ob_datapath *dp, struct ob_arena *a,
			   struct ob_attachments *list)
{
	_cleanup_(closedirp) DIR *dir = opendir(dp->dir);
	struct dead_links all = { 0 };

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	collect_dead(dir, a, list, &all);
	for (size_t i = 0; i < list->n; i++)
		*OB_PUSH(a, &all) = list->v[i];
	*list = (struct ob_attachments){ all.v, all.n };
	return 0;
}

static int make_dirs(const struct ob_datapath *dp)
{
	if (mkdir(dp->root, 0700) < 0 && errno != EEXIST)
		return -errno;
	return mkdir(dp->dir, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* In one step, so that the name is never missing while it is replaced. */
int ob_pin_add(const struct ob_datapath *dp, const struct ob_pin *pin)
{
	const char *name = ob_map_name(pin->map);
	char path[PATH_MAX], temporary[PATH_MAX];
	int r = make_dirs(dp);

	if (r == 0)
		r = ob_datapath_path(dp, path, sizeof(path), "%s", name);
	if (r == 0)
		r = ob_datapath_path(dp, temporary, sizeof(temporary), "%s_new",
				     name);
	if (r < 0)
		return r;
	if (unlink(temporary) < 0 && errno != ENOENT)
		return -errno;
	if (bpf_obj_pin(dp->map_fd[pin->map], temporary) < 0)
		return -errno;
	return rename(temporary, path) < 0 ? -errno : 0;
}
