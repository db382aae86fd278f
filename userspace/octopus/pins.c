// SPDX-License-Identifier: Apache-2.0
#include "octopus/pins.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ob/abi/version.h"

OB_DEFINE_CLEANUP(DIR *, closedir)

static int path_of(const char *root, const char *name, char *buf, size_t size)
{
	int n = snprintf(buf, size, "%s/%s/%s", root ?: OB_PIN_ROOT,
			 OB_ABI_VERSION, name);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

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
static int is_pinned(const struct ob_datapath *dp, const char *root,
		     enum ob_map map)
{
	__u32 ours = 0, pinned = 0;
	char path[PATH_MAX];
	_close_ int fd = -1;
	int r = path_of(root, ob_map_name(map), path, sizeof(path));

	if (r == 0)
		r = map_id(ob_datapath_map_fd(dp, map), &ours);
	if (r < 0)
		return r;
	fd = bpf_obj_get(path);
	/* Not there, or not a map at all. */
	if (fd < 0 || map_id(fd, &pinned) < 0)
		return 0;
	return pinned == ours;
}

int ob_pin_dump(const struct ob_datapath *dp, const char *root,
		struct ob_arena *a, struct ob_pins *ret)
{
	struct ob_pins pins = { 0 };

	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++) {
		int r = is_pinned(dp, root, i);

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

/* "link_from_pod_7": the hook and the index of the device. "clsact_7": a qdisc
 * made for some hook of that device. */
static bool parse_name(const char *name, struct ob_attachment *ret)
{
	*ret = (struct ob_attachment){ .hook = OB_HOOK_FROM_POD };
	if (!strncmp(name, "clsact_", 7))
		return parse_index(name + 7, &ret->ifindex);
	ret->tcx = true;
	for (enum ob_hook i = 0; i < OB_HOOK_COUNT; i++) {
		char prefix[64];
		int n = snprintf(prefix, sizeof(prefix), "link_%s_",
				 ob_hook_name(i));

		ret->hook = i;
		if (!strncmp(name, prefix, (size_t)n))
			return parse_index(name + n, &ret->ifindex);
	}
	return false;
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

int ob_pin_dump_dead_links(const char *root, struct ob_arena *a,
			   struct ob_attachments *list)
{
	_cleanup_(closedirp) DIR *dir = NULL;
	struct dead_links all = { 0 };
	char path[PATH_MAX];
	int r = path_of(root, "", path, sizeof(path));

	if (r < 0)
		return r;
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	collect_dead(dir, a, list, &all);
	for (size_t i = 0; i < list->n; i++)
		*OB_PUSH(a, &all) = list->v[i];
	*list = (struct ob_attachments){ all.v, all.n };
	return 0;
}

static int make_dirs(const char *root)
{
	char dir[PATH_MAX];
	int r = path_of(root, "", dir, sizeof(dir));

	if (r < 0)
		return r;
	if (mkdir(root ?: OB_PIN_ROOT, 0700) < 0 && errno != EEXIST)
		return -errno;
	return mkdir(dir, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* In one step, so that the name is never missing while it is replaced. */
int ob_pin_add(const struct ob_datapath *dp, const char *root,
	       const struct ob_pin *pin)
{
	char path[PATH_MAX], temporary[PATH_MAX];
	char name[64];
	int r;

	snprintf(name, sizeof(name), "%s_new", ob_map_name(pin->map));
	r = make_dirs(root);
	if (r == 0)
		r = path_of(root, ob_map_name(pin->map), path, sizeof(path));
	if (r == 0)
		r = path_of(root, name, temporary, sizeof(temporary));
	if (r < 0)
		return r;
	if (unlink(temporary) < 0 && errno != ENOENT)
		return -errno;
	if (bpf_obj_pin(ob_datapath_map_fd(dp, pin->map), temporary) < 0)
		return -errno;
	return rename(temporary, path) < 0 ? -errno : 0;
}
