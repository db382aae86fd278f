// SPDX-License-Identifier: Apache-2.0
#include "datapath/bpffs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "datapath/uapi.h"

#define BPFFS "/sys/fs/bpf"

int ob_bpffs_check(const char *path)
{
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return -errno;
	/* f_type is signed on some architectures. */
	return (unsigned int)fs.f_type == OB_BPF_FS_MAGIC ? 0 : -EXDEV;
}

/* Cuts path to the deepest directory that exists. */
static int nearest_existing(char *path)
{
	struct stat st;
	char *slash;

	while (stat(path, &st) < 0) {
		if (errno != ENOENT)
			return -errno;
		slash = strrchr(path, '/');
		if (!slash || slash == path)
			return -ENOENT;
		*slash = '\0';
	}
	return 0;
}

static bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 &&
	       (path[n] == '/' || path[n] == '\0');
}

static int mount_bpffs(struct ob_status *status)
{
	if (mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "mode=0700") < 0 &&
	    errno != EBUSY) {
		int err = errno;

		return ob_status_set(status, err, "MountFailed",
				     "cannot mount bpffs at " BPFFS ": %s; "
				     "do it with: mount -t bpf bpf " BPFFS,
				     strerror(err));
	}
	ob_debug("bpffs mounted", "path=%s", BPFFS);
	return 0;
}

static int require_bpffs(const char *dir, struct ob_status *status)
{
	char path[PATH_MAX];
	int r;

	if (snprintf(path, sizeof(path), "%s", dir) >= (int)sizeof(path))
		return ob_status_set(status, ENAMETOOLONG, "InvalidPinRoot",
				     "the pin root is too long");
	r = nearest_existing(path);
	if (r == 0)
		r = ob_bpffs_check(path);
	if (r == 0)
		return 0;
	if (r != -EXDEV)
		return ob_status_set(status, -r, "InvalidPinRoot", "%s: %s",
				     dir, strerror(-r));
	if (is_below(dir, BPFFS) && ob_bpffs_check(BPFFS) == -EXDEV)
		return mount_bpffs(status);
	return ob_status_set(status, EXDEV, "NoBpfFilesystem",
			     "%s is not on a BPF file system; mount one with: "
			     "mkdir -p %s && mount -t bpf bpf %s",
			     dir, dir, dir);
}

static int make_dirs(const char *dir)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	return 0;
}

static bool is_ours(const struct stat *st, mode_t forbidden)
{
	return S_ISDIR(st->st_mode) && !(st->st_mode & forbidden) &&
	       (st->st_uid == 0 || st->st_uid == geteuid());
}

/*
 * Who owns a directory may rename what others have made in it. A bpffs has
 * mode 1777 unless it is told otherwise, so the directories of pins may have
 * been made by anybody, before us.
 */
static int check_private(const char *dir, struct ob_status *status)
{
	const char *slash = strrchr(dir, '/');
	char parent[PATH_MAX];
	struct stat st, above;
	mode_t others = S_IWGRP | S_IWOTH;

	(void)snprintf(parent, sizeof(parent), "%.*s", (int)(slash - dir), dir);
	if (lstat(dir, &st) < 0 || stat(parent, &above) < 0)
		return ob_status_set(status, errno, "InvalidPinRoot", "%s: %s",
				     dir, strerror(errno));
	if (is_ours(&st, others) &&
	    is_ours(&above, above.st_mode & S_ISVTX ? 0 : others))
		return 0;
	return ob_status_set(status, EPERM, "UnsafePinRoot",
			     "%s: somebody else may change what is pinned "
			     "there: remove it and %s, or chown them to root "
			     "and chmod them to 700",
			     dir, parent);
}

int ob_bpffs_make(const char *dir, struct ob_status *status)
{
	int r;

	if (dir[0] != '/')
		return ob_status_set(status, EINVAL, "InvalidPinRoot",
				     "the pin root \"%s\" is not an absolute "
				     "path",
				     dir);
	r = require_bpffs(dir, status);
	if (r < 0)
		return r;
	r = make_dirs(dir);
	if (r < 0)
		return ob_status_set(status, -r, "InvalidPinRoot",
				     "cannot create %s: %s", dir, strerror(-r));
	return check_private(dir, status);
}

/* The directory may have been removed, and made anew, while we waited. */
static int is_still(int fd, const char *dir)
{
	struct stat ours, now;

	if (fstat(fd, &ours) < 0 || stat(dir, &now) < 0)
		return -errno;
	return ours.st_dev == now.st_dev && ours.st_ino == now.st_ino;
}

static int lock(const char *dir, int operation, int *ret_fd)
{
	for (;;) {
		_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		int r;

		if (fd < 0)
			return -errno;
		if (flock(fd, operation) < 0)
			return errno == EWOULDBLOCK ? -EBUSY : -errno;
		r = is_still(fd, dir);
		if (r < 0)
			return r;
		if (r > 0) {
			*ret_fd = TAKE_FD(fd);
			return 0;
		}
	}
}

int ob_bpffs_lock(const char *dir, int *ret_fd)
{
	return lock(dir, LOCK_EX, ret_fd);
}

int ob_bpffs_trylock(const char *dir, int *ret_fd)
{
	return lock(dir, LOCK_EX | LOCK_NB, ret_fd);
}
