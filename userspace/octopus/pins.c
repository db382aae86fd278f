// SPDX-License-Identifier: Apache-2.0
#include "octopus/pins.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ob/abi/version.h"

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
