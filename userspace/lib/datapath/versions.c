// SPDX-License-Identifier: Apache-2.0
#include "datapath/versions.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "datapath/private.h"
#include "datapath/uapi.h"
#include "ob/abi/version.h"

OB_DEFINE_CLEANUP(DIR *, closedir)

/* NULL at the end, errno 0, or on an error. */
static struct dirent *next_entry(DIR *dir)
{
	struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(dir);
	} while (entry && (strcmp(entry->d_name, ".") == 0 ||
			   strcmp(entry->d_name, "..") == 0));
	return entry;
}

/* A link whose pin is removed detaches when a kernel worker gets to it; the
 * caller expects it now. */
static void detach(const char *path)
{
	_close_ int fd = bpf_obj_get(path);

	if (fd >= 0)
		(void)bpf_link_detach(fd);
}

static int remove_pin(const char *dir, const struct dirent *entry)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	if (entry->d_type == DT_DIR)
		return rmdir(path) < 0 ? -errno : 0;
	if (strncmp(entry->d_name, "link_", 5) == 0)
		detach(path);
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

static int remove_dir(const char *path)
{
	_cleanup_(closedirp) DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = next_entry(dir))) {
		int r = remove_pin(path, entry);

		if (r < 0)
			return r;
	}
	if (errno)
		return -errno;
	return rmdir(path) < 0 ? -errno : 0;
}

int ob_version_remove(const char *root, const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", root, name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	return remove_dir(path);
}

bool ob_version_is_name(const char *name)
{
	return name[0] == 'v' && name[1] != '\0' &&
	       name[1 + strspn(name + 1, "0123456789")] == '\0';
}

int ob_version_each_other(struct ob_datapath *dp, ob_version_fn fn, void *arg)
{
	_cleanup_(closedirp) DIR *dir = opendir(dp->root);
	struct dirent *entry;
	char path[PATH_MAX];

	if (!dir)
		return -errno;
	while ((entry = next_entry(dir))) {
		int r;

		if (!ob_version_is_name(entry->d_name) ||
		    strcmp(entry->d_name, OB_ABI_VERSION) == 0)
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", dp->root,
			     entry->d_name) >= (int)sizeof(path))
			return -ENAMETOOLONG;
		r = fn(dp, path, arg);
		if (r != 0)
			return r;
	}
	return -errno;
}

/* The mark of a qdisc that we made, see clsact.c. */
static int move_mark(const struct ob_datapath *dp, const char *dir,
		     const char *name)
{
	char from[PATH_MAX], to[PATH_MAX];
	int r = ob_datapath_path(dp, to, sizeof(to), "%s", name);

	if (r < 0 || snprintf(from, sizeof(from), "%s/%s", dir, name) >=
			     (int)sizeof(from))
		return -ENAMETOOLONG;
	if (mkdir(to, 0700) < 0 && errno != EEXIST)
		return -errno;
	return rmdir(from) < 0 ? -errno : 0;
}

/* Does the pin hold a link that is still attached to a device? */
static bool is_attached(const char *dir, const char *name)
{
	union ob_bpf_link_info info = { 0 };
	__u32 size = sizeof(info);
	_close_ int fd = -1;
	char path[PATH_MAX];

	if (strncmp(name, "link_", 5) != 0 ||
	    snprintf(path, sizeof(path), "%s/%s", dir, name) >=
		    (int)sizeof(path))
		return false;
	fd = bpf_obj_get(path);
	return fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0 &&
	       info.tcx.ifindex != 0;
}

static int retire(struct ob_datapath *dp, const char *path,
		  void *arg __attribute__((unused)))
{
	_cleanup_(closedirp) DIR *dir = opendir(path);
	struct dirent *entry;
	bool has_links = false;

	if (!dir)
		return -errno;
	while ((entry = next_entry(dir))) {
		int r = 0;

		if (entry->d_type == DT_DIR)
			r = move_mark(dp, path, entry->d_name);
		if (r < 0)
			return r;
		has_links |= is_attached(path, entry->d_name);
	}
	if (errno)
		return -errno;
	if (has_links)
		return 0;
	ob_debug("pins of another version removed", "path=%s", path);
	return remove_dir(path);
}

int ob_version_retire_others(struct ob_datapath *dp)
{
	return ob_version_each_other(dp, retire, NULL);
}
