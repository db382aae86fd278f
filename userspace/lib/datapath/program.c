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

/* The constants of the pinned program, next to those of ours. Without
 * CAP_SYS_ADMIN they cannot be read and count as different: the worst that
 * happens is one atomic replacement too many at a start. */
static bool same_constants(__u32 pinned_id, const struct bpf_map *ours)
{
	_close_ int fd = bpf_map_get_fd_by_id(pinned_id);
	size_t size = bpf_map__value_size(ours);
	_free_ char *pinned = NULL;
	_free_ char *wanted = NULL;
	const __u32 zero = 0;

	if (fd < 0)
		return false;
	pinned = calloc(1, size);
	wanted = calloc(1, size);
	if (!pinned || !wanted)
		return false;
	/* A map of another size is no .rodata of this program. */
	struct bpf_map_info info = { 0 };
	__u32 info_size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &info_size) < 0 ||
	    info.value_size != size)
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
			 const struct bpf_object *obj)
{
	const struct bpf_map *rodata = rodata_find(obj);
	__u32 rodata_id = rodata ? map_id(bpf_map__fd(rodata)) : 0;

	if (memcmp(pinned->info.tag, ours->info.tag, sizeof(ours->info.tag)))
		return false;
	if (pinned->info.nr_map_ids != ours->info.nr_map_ids)
		return false;
	for (__u32 i = 0; i < ours->info.nr_map_ids; i++) {
		if (pinned->maps[i] == ours->maps[i] ||
		    is_private(obj, ours->maps[i]))
			continue;
		if (!rodata || ours->maps[i] != rodata_id ||
		    !same_constants(pinned->maps[i], rodata))
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

int ob_program_adopt(struct ob_datapath *dp, enum ob_hook hook,
		     const struct bpf_object *obj, struct ob_status *status)
{
	const char *name = ob_hook_name(hook);
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, name);
	struct identity pinned_id, id;
	_close_ int pinned = -1;
	_close_ int fd = -1;
	char path[PATH_MAX];
	int r;

	if (!prog)
		return -ENOENT;
	r = ob_datapath_path(dp, path, sizeof(path), OB_PIN_PROG, name);
	if (r == 0)
		r = identity_get(bpf_program__fd(prog), &id);
	if (r < 0)
		return r;
	pinned = bpf_obj_get(path);
	if (pinned >= 0 && identity_get(pinned, &pinned_id) == 0 &&
	    same_program(&pinned_id, &id, obj)) {
		keep(dp, hook, TAKE_FD(pinned), pinned_id.info.id);
		return 0;
	}
	fd = fcntl(bpf_program__fd(prog), F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return -errno;
	r = pin(fd, path);
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
	struct identity id;
	_close_ int fd = -1;
	char path[PATH_MAX];

	if (ob_datapath_path(dp, path, sizeof(path), OB_PIN_PROG,
			     ob_hook_name(hook)) < 0)
		return;
	fd = bpf_obj_get(path);
	if (fd >= 0 && identity_get(fd, &id) == 0)
		keep(dp, hook, TAKE_FD(fd), id.info.id);
}
