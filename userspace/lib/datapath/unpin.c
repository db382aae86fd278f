// SPDX-License-Identifier: Apache-2.0
#include "datapath/datapath.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "datapath/bpffs.h"
#include "datapath/claim.h"
#include "datapath/private.h"
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

static int remove_version(const char *root, const char *name)
{
	_cleanup_(closedirp) DIR *dir = NULL;
	struct dirent *entry;
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", root, name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	dir = opendir(path);
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

/* "v1", "v2", ...: only these are ours, whatever the root is. */
static bool is_version(const char *name)
{
	return name[0] == 'v' && name[1] != '\0' &&
	       name[1 + strspn(name + 1, "0123456789")] == '\0';
}

static int remove_versions(const char *root)
{
	_cleanup_(closedirp) DIR *dir = opendir(root);
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = next_entry(dir))) {
		int r;

		if (!is_version(entry->d_name))
			continue;
		r = remove_version(root, entry->d_name);
		if (r < 0)
			return r;
	}
	return -errno;
}

int ob_datapath_unpin(const char *root)
{
	const char *dir = root ? root : OB_PIN_ROOT;
	_close_ int lock = -1;
	int r = ob_bpffs_check(dir);

	if (r == 0)
		r = ob_bpffs_lock(dir, &lock);
	if (r == 0)
		r = remove_versions(dir);
	if (r == 0)
		r = ob_claim_unpin(dir);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	/* EBUSY: the root is a mount point. ENOTEMPTY: others' pins. */
	if (rmdir(dir) < 0 && errno != EBUSY && errno != ENOTEMPTY)
		return -errno;
	return 0;
}
