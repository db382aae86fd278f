// SPDX-License-Identifier: Apache-2.0
#include "datapath/datapath.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "datapath/bpffs.h"
#include "datapath/claim.h"
#include "datapath/versions.h"
#include "ob/abi/version.h"

OB_DEFINE_CLEANUP(DIR *, closedir)

static int remove_versions(const char *root)
{
	_cleanup_(closedirp) DIR *dir = opendir(root);
	struct dirent *entry;

	if (!dir)
		return -errno;
	for (;;) {
		int r;

		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return -errno;
		if (!ob_version_is_name(entry->d_name))
			continue;
		r = ob_version_remove(root, entry->d_name);
		if (r < 0)
			return r;
	}
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
