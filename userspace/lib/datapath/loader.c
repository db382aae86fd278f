// SPDX-License-Identifier: Apache-2.0
#include "datapath/datapath.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/log.h"
#include "datapath/bpffs.h"
#include "datapath/layout.h"
#include "datapath/private.h"
#include "datapath/program.h"
#include "datapath/uapi.h"
#include "datapath/versions.h"
#include "ob/abi/version.h"

#include "from_pod.skel.h"
#include "from_tunnel.skel.h"
#include "to_tunnel.skel.h"

#define VERIFIER_LOG_SIZE (256 * 1024)

OB_DEFINE_CLEANUP(struct bpf_object *, bpf_object__close)

static const struct {
	const char *program;
	const void *(*elf)(size_t *size);
} objects[] = {
	[OB_HOOK_FROM_POD] = { "from_pod", from_pod_bpf__elf_bytes },
	[OB_HOOK_TO_TUNNEL] = { "to_tunnel", to_tunnel_bpf__elf_bytes },
	[OB_HOOK_FROM_TUNNEL] = { "from_tunnel", from_tunnel_bpf__elf_bytes },
};

static int print_libbpf(enum libbpf_print_level level __attribute__((unused)),
			const char *format, va_list args)
{
	char text[512], quoted[sizeof(text) * 2];

	vsnprintf(text, sizeof(text), format, args);
	text[strcspn(text, "\n")] = '\0';
	ob_debug("libbpf", "message=%s",
		 ob_log_quote(text, quoted, sizeof(quoted)));
	return 0;
}

int ob_datapath_path(const struct ob_datapath *dp, char *buf, size_t size,
		     const char *format, ...)
{
	int n = snprintf(buf, size, "%s/", dp->dir);
	va_list args;
	int m;

	if (n < 0 || (size_t)n >= size)
		return -ENAMETOOLONG;
	va_start(args, format);
	m = vsnprintf(buf + n, size - (size_t)n, format, args);
	va_end(args);
	return m < 0 || (size_t)m >= size - (size_t)n ? -ENAMETOOLONG : 0;
}

/* Tells a wrong value of the kernel from one it would ever return. */
static bool has_tcx(void)
{
	LIBBPF_OPTS(bpf_prog_query_opts, opts);
	const int loopback = 1; /* in every network namespace */
	int r = bpf_prog_query_opts(loopback, OB_BPF_TCX_INGRESS, &opts);

	/* Linux before 6.6 does not know the type: EINVAL. 6.6 itself says
	 * ENOENT for a device without programs. */
	return r == 0 || r == -ENOENT || r == -ENODEV;
}

static struct ob_datapath *datapath_new(const char *root)
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = NULL;
	int cpus = libbpf_num_possible_cpus();

	dp = calloc(1, sizeof(*dp));
	if (!dp)
		return NULL;
	for (size_t i = 0; i < OB_MAP_COUNT; i++)
		dp->map_fd[i] = -1;
	for (size_t i = 0; i < OB_HOOK_COUNT; i++)
		dp->prog_fd[i] = -1;
	dp->root = strdup(root ? root : OB_PIN_ROOT);
	if (!dp->root ||
	    asprintf(&dp->dir, "%s/%s", dp->root, OB_ABI_VERSION) < 0)
		return NULL;
	dp->n_cpus = cpus > 0 ? (unsigned int)cpus : 1;
	dp->tcx = has_tcx();
	return TAKE_PTR(dp);
}

void ob_datapath_free(struct ob_datapath *dp)
{
	if (!dp)
		return;
	for (size_t i = 0; i < OB_MAP_COUNT; i++)
		ob_closep(&dp->map_fd[i]);
	for (size_t i = 0; i < OB_HOOK_COUNT; i++)
		ob_closep(&dp->prog_fd[i]);
	free(dp->dir);
	free(dp->root);
	free(dp);
}

/* The fd of a pinned map that is what it should be. */
static int open_map(const struct ob_datapath *dp, enum ob_map map,
		    struct ob_status *status)
{
	char path[PATH_MAX];
	_close_ int fd = -1;
	int r = ob_datapath_path(dp, path, sizeof(path), "%s",
				 ob_map_name(map));

	if (r < 0)
		return r;
	fd = bpf_obj_get(path);
	if (fd < 0 && errno == ENOENT)
		return ob_status_set(status, ENOENT, "NotPinned",
				     "there is no map %s: octopus has not run "
				     "with this pin root, or has been cleaned "
				     "up",
				     path);
	if (fd < 0)
		return ob_status_set(status, errno, "MapUnreadable", "%s: %s%s",
				     path, strerror(errno),
				     errno == EACCES || errno == EPERM
					     ? " (pins are for root only)"
					     : "");
	r = ob_layout_check(map, fd, path, status);
	return r < 0 ? r : TAKE_FD(fd);
}

static int open_maps(struct ob_datapath *dp, struct ob_status *status)
{
	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++) {
		dp->map_fd[i] = open_map(dp, i, status);
		if (dp->map_fd[i] < 0)
			return dp->map_fd[i];
	}
	return 0;
}

int ob_datapath_open(const char *root, struct ob_datapath **ret,
		     struct ob_status *status)
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = NULL;
	int r;

	libbpf_set_print(print_libbpf);
	dp = datapath_new(root);
	if (!dp)
		return -ENOMEM;
	r = open_maps(dp, status);
	if (r < 0)
		return r;
	for (enum ob_hook i = 0; i < OB_HOOK_COUNT; i++)
		ob_program_open(dp, i);
	*ret = TAKE_PTR(dp);
	return 0;
}

/* Says what differs; libbpf would only say EINVAL. Maps may be missing. */
static int check_pinned_maps(const struct ob_datapath *dp,
			     struct ob_status *status)
{
	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++) {
		struct ob_status why = OB_STATUS_INIT;
		_close_ int fd = open_map(dp, i, &why);

		if (fd >= 0 || fd == -ENOENT)
			continue;
		if (status)
			*status = why;
		return fd;
	}
	return 0;
}

static int set_pin_paths(struct ob_datapath *dp, struct bpf_object *obj)
{
	char path[PATH_MAX];
	struct bpf_map *map;
	int r;

	bpf_object__for_each_map(map, obj)
	{
		/* What is not called ob_... is a program's own. */
		if (bpf_map__is_internal(map) ||
		    strncmp(bpf_map__name(map), "ob_", 3) != 0)
			continue;
		r = ob_datapath_path(dp, path, sizeof(path), "%s",
				     bpf_map__name(map));
		if (r == 0)
			r = bpf_map__set_pin_path(map, path);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The last line that says why: before the verifier's statistics. */
static const char *last_complaint(char *log)
{
	const char *found = "no verifier log";
	char *save = NULL;

	for (char *line = strtok_r(log, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char quoted[512];

		ob_debug("verifier", "line=%s",
			 ob_log_quote(line, quoted, sizeof(quoted)));
		if (strncmp(line, "processed ", 10) != 0)
			found = line;
	}
	return found;
}

/* Of a long log only the end is of interest. */
static char *log_tail(char *log)
{
	const size_t keep = 4096;
	size_t n = strnlen(log, VERIFIER_LOG_SIZE - 1);

	log[n] = '\0';
	return n > keep ? log + n - keep : log;
}

/* Without it the verifier refuses pointer arithmetic that it grants to others,
 * in words that differ with its version. */
static bool has_perfmon(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return true;
	return data[0].effective & (1U << CAP_SYS_ADMIN) ||
	       data[1].effective & (1U << (CAP_PERFMON - 32));
}

static int load_failed(int r, const char *name, char *log,
		       struct ob_status *status)
{
	if (status && status->reason)
		return r;
	if ((r == -EPERM && !*log) || !has_perfmon())
		return ob_status_set(status, EPERM, "NotPermitted",
				     "loading BPF program %s needs CAP_BPF, "
				     "CAP_PERFMON and CAP_NET_ADMIN",
				     name);
	return ob_status_set(status, -r, "LoadFailed",
			     "the kernel refused BPF program %s: %s (%s)", name,
			     strerror(-r), last_complaint(log_tail(log)));
}

static int load_object(struct ob_datapath *dp, enum ob_hook hook,
		       struct ob_status *status)
{
	_cleanup_(bpf_object__closep) struct bpf_object *obj = NULL;
	_free_ char *log = calloc(1, VERIFIER_LOG_SIZE);
	LIBBPF_OPTS(bpf_object_open_opts, opts, .kernel_log_buf = log,
		    .kernel_log_size = VERIFIER_LOG_SIZE);
	const char *name = objects[hook].program;
	size_t size;
	const void *elf = objects[hook].elf(&size);
	int r;

	if (!log)
		return -ENOMEM;
	opts.object_name = name;
	obj = bpf_object__open_mem(elf, size, &opts);
	if (!obj)
		return load_failed(-errno, name, log, status);
	r = set_pin_paths(dp, obj);
	if (r == 0)
		r = bpf_object__load(obj);
	if (r < 0)
		return load_failed(r, name, log, status);
	return ob_program_adopt(dp, hook, obj, status);
}

int ob_datapath_load(const char *root, struct ob_datapath **ret,
		     struct ob_status *status)
{
	_cleanup_(ob_datapath_freep) struct ob_datapath *dp = NULL;
	_close_ int lock = -1;
	int r;

	libbpf_set_print(print_libbpf);
	dp = datapath_new(root);
	if (!dp)
		return -ENOMEM;
	r = ob_bpffs_make(dp->dir, status);
	if (r < 0)
		return r;
	/* Two loaders would each see the other's half of the pins. */
	r = ob_bpffs_lock(dp->root, &lock);
	if (r == 0)
		r = ob_bpffs_make(dp->dir, status);
	if (r == 0)
		r = check_pinned_maps(dp, status);
	if (r < 0)
		return r;
	for (enum ob_hook i = 0; i < OB_HOOK_COUNT; i++) {
		r = load_object(dp, i, status);
		if (r < 0)
			return r;
	}
	r = open_maps(dp, status);
	if (r == 0)
		r = ob_version_retire_others(dp);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(dp);
	return 0;
}

int ob_datapath_map_fd(const struct ob_datapath *dp, enum ob_map map)
{
	return dp->map_fd[map];
}

bool ob_datapath_has_tcx(const struct ob_datapath *dp)
{
	return dp->tcx;
}
