// SPDX-License-Identifier: Apache-2.0
#include "datapath/program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "datapath/private.h"

#define MAX_MAPS 32 /* of one program */

struct identity {
	struct bpf_prog_info info;
	__u32 maps[MAX_MAPS];
};

static int identity_get(int fd, struct identity *ret)
{
	__u32 size = sizeof(ret->info);

	memset(ret, 0, sizeof(*ret));
	ret->info.nr_map_ids = MAX_MAPS;
	ret->info.map_ids = (__u64)(unsigned long)ret->maps;
	if (bpf_obj_get_info_by_fd(fd, &ret->info, &size) < 0)
		return -errno;
	return ret->info.nr_map_ids > MAX_MAPS ? -E2BIG : 0;
}

static const struct bpf_map *rodata_find(const struct bpf_object *obj)
{
	const struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		if (strstr(bpf_map__name(map), ".rodata"))
			return map;
	}
	return NULL;
}

static __u32 map_id(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) < 0 ? 0 : info.id;
}

/* A map the program has to itself: what it remembers is not state. */
static bool is_private(const struct bpf_object *obj, __u32 id)
{
	const struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		if (map_id(bpf_map__fd(map)) == id)
			return !bpf_map__is_internal(map) &&
			       !bpf_map__pin_path(map);
	}
	return false;
}

/* The id is that of the pinned program's constants: the pin may be of others,
 * when a loader died between its two pins. */
static bool same_constants(const char *path, __u32 id,
			   const struct bpf_map *ours)
{
	_close_ int fd = bpf_obj_get(path);
	size_t size = bpf_map__value_size(ours);
	_free_ char *pinned = calloc(1, size);
	_free_ char *wanted = calloc(1, size);
	struct bpf_map_info info = { 0 };
	__u32 info_size = sizeof(info);
	const __u32 zero = 0;

	if (fd < 0 || !pinned || !wanted)
		return false;
	if (bpf_obj_get_info_by_fd(fd, &info, &info_size) < 0 ||
	    info.id != id || info.value_size != size)
		return false;
	return bpf_map_lookup_elem(fd, &zero, pinned) == 0 &&
	       bpf_map_lookup_elem(bpf_map__fd(ours), &zero, wanted) == 0 &&
	       memcmp(pinned, wanted, size) == 0;
}

/*
 * The tag hashes the instructions without their map references, so a pinned
 * program whose maps were unpinned and created anew has our tag but looks into
 * maps nobody writes to any more. Same instructions list their maps in the
 * same order.
 */
static bool same_program(const struct identity *pinned,
			 const struct identity *ours,
			 const struct bpf_object *obj, const char *rodata_path)
{
	const struct bpf_map *rodata = rodata_find(obj);
	__u32 rodata_id = rodata ? map_id(bpf_map__fd(rodata)) : 0;

	if (memcmp(pinned->info.tag, ours->info.tag, sizeof(ours->info.tag)) !=
	    0)
		return false;
	if (pinned->info.nr_map_ids != ours->info.nr_map_ids)
		return false;
	for (__u32 i = 0; i < ours->info.nr_map_ids; i++) {
		if (pinned->maps[i] == ours->maps[i] ||
		    is_private(obj, ours->maps[i]))
			continue;
		if (!rodata || ours->maps[i] != rodata_id ||
		    !same_constants(rodata_path, pinned->maps[i], rodata))
			return false;
	}
	return true;
}

/* Replaces the pin in one step: there is a pinned program at any time. */
static int pin(int fd, const char *path)
{
	char temporary[PATH_MAX];

	if (snprintf(temporary, sizeof(temporary), "%s_new", path) >=
	    (int)sizeof(temporary))
		return -ENAMETOOLONG;
	if (unlink(temporary) < 0 && errno != ENOENT)
		return -errno;
	if (bpf_obj_pin(fd, temporary) < 0 || rename(temporary, path) < 0)
		return -errno;
	return 0;
}

static void keep(struct ob_datapath *dp, enum ob_hook hook, int fd, __u32 id)
{
	dp->prog_fd[hook] = fd;
	dp->prog_id[hook] = id;
}

/* Constants first: a program is never pinned beside those of another. */
static int pin_both(int prog_fd, const char *prog_path,
		    const struct bpf_map *rodata, const char *rodata_path)
{
	int r = rodata ? pin(bpf_map__fd(rodata), rodata_path) : 0;

	return r < 0 ? r : pin(prog_fd, prog_path);
}

static int paths_get(const struct ob_datapath *dp, enum ob_hook hook,
		     char prog[PATH_MAX], char rodata[PATH_MAX])
{
	const char *name = ob_hook_name(hook);
	int r = ob_datapath_path(dp, prog, PATH_MAX, OB_PIN_PROG, name);

	if (r < 0)
		return r;
	return ob_datapath_path(dp, rodata, PATH_MAX, OB_PIN_RODATA, name);
}

int ob_program_adopt(struct ob_datapath *dp, enum ob_hook hook,
		     const struct bpf_object *obj, struct ob_status *status)
{
	const struct bpf_program *prog =
		bpf_object__find_program_by_name(obj, ob_hook_name(hook));
	const struct bpf_map *rodata = rodata_find(obj);
	char path[PATH_MAX], rodata_path[PATH_MAX];
	struct identity pinned_id = { 0 }, id = { 0 };
	_close_ int pinned = -1;
	_close_ int fd = -1;
	int r;

	if (!prog)
		return -ENOENT;
	r = paths_get(dp, hook, path, rodata_path);
	if (r == 0)
		r = identity_get(bpf_program__fd(prog), &id);
	if (r < 0)
		return r;
	pinned = bpf_obj_get(path);
	if (pinned >= 0 && identity_get(pinned, &pinned_id) == 0 &&
	    same_program(&pinned_id, &id, obj, rodata_path)) {
		keep(dp, hook, TAKE_FD(pinned), pinned_id.info.id);
		return 0;
	}
	fd = fcntl(bpf_program__fd(prog), F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return -errno;
	r = pin_both(fd, path, rodata, rodata_path);
	if (r < 0)
		return ob_status_set(status, -r, "PinFailed",
				     "cannot pin program %s: %s", path,
				     strerror(-r));
	ob_debug("program pinned", "path=%s id=%u", path, id.info.id);
	keep(dp, hook, TAKE_FD(fd), id.info.id);
	return 0;
}

void ob_program_open(struct ob_datapath *dp, enum ob_hook hook)
{
	struct identity id = { 0 };
	_close_ int fd = -1;
	char path[PATH_MAX];

	if (ob_datapath_path(dp, path, sizeof(path), OB_PIN_PROG,
			     ob_hook_name(hook)) < 0)
		return;
	fd = bpf_obj_get(path);
	if (fd >= 0 && identity_get(fd, &id) == 0)
		keep(dp, hook, TAKE_FD(fd), id.info.id);
}
