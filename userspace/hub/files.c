// SPDX-License-Identifier: Apache-2.0
#include "hub/files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

#define MAX_SIZE ((size_t)1024 * 1024)
#define REASON	 "FileFailed"

const char *ob_hub_files_path(struct ob_arena *a, const char *dir,
			      const char *name)
{
	return ob_arena_printf(a, "%s/%s", dir, name);
}

static int write_synced(const char *path, mode_t mode, const void *bytes,
			size_t size)
{
	_close_ int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	int r;

	if (fd < 0)
		return -errno;
	if (fchmod(fd, mode) < 0)
		return -errno;
	r = ob_file_write(fd, bytes, size);
	if (r < 0)
		return r;
	return fsync(fd) < 0 ? -errno : 0;
}

/* A rename is on disk when the directory is. */
static int sync_parent(struct ob_arena *a, const char *path)
{
	_close_ int fd = open(dirname(ob_arena_strdup(a, path)),
			      O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

int ob_hub_files_write(const char *path, mode_t mode, const void *bytes,
		       size_t size, struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *part = ob_arena_printf(a, "%s.part", path);
	int r = write_synced(part, mode, bytes, size);

	if (r == 0 && rename(part, path) < 0)
		r = -errno;
	if (r == 0)
		r = sync_parent(a, path);
	if (r < 0)
		return ob_status_set(status, -r, REASON, "cannot write %s: %s",
				     path, strerrordesc_np(-r));
	return 0;
}

int ob_hub_files_read(struct ob_arena *a, const char *path, char **ret,
		      size_t *ret_size, struct ob_status *status)
{
	_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *bytes;
	ssize_t n;

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0 || fstat(fd, &st) < 0)
		return ob_status_set(status, errno, REASON,
				     "cannot read %s: %s", path,
				     strerrordesc_np(errno));
	if (st.st_size < 0 || (size_t)st.st_size > MAX_SIZE)
		return ob_status_set(status, EFBIG, REASON,
				     "%s is too big to be what it should be",
				     path);
	bytes = ob_arena_alloc(a, (size_t)st.st_size + 1);
	n = ob_file_read(fd, bytes, (size_t)st.st_size);
	if (n < 0)
		return ob_status_set(status, (int)-n, REASON,
				     "cannot read %s: %s", path,
				     strerrordesc_np((int)-n));
	*ret = bytes;
	*ret_size = (size_t)n;
	return 0;
}
