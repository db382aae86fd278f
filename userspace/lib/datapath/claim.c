// SPDX-License-Identifier: Apache-2.0
#include "datapath/claim.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "datapath/bpffs.h"
#include "ob/abi/version.h"

/* Not the root itself: loaders lock that one for the moment of loading, also
 * while a gateway runs. And not a version's: all versions share devices. */
static int path_of(const char *root, char *buf, size_t size)
{
	int n = snprintf(buf, size, "%s/claim", root ?: OB_PIN_ROOT);

	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

static int failed(const char *root, int r, struct ob_status *status)
{
	root = root ?: OB_PIN_ROOT;
	if (r == -EBUSY)
		return ob_status_set(status, EBUSY, "PinRootInUse",
				     "another octopus runs with the pin root "
				     "%s: stop it, or use another --pin-root",
				     root);
	return ob_status_set(status, -r, "InvalidPinRoot", "cannot lock %s: %s",
			     root, strerror(-r));
}

int ob_claim_take(const char *root, int *ret_fd, struct ob_status *status)
{
	char path[PATH_MAX];
	int r = path_of(root, path, sizeof(path));

	if (r < 0)
		return failed(root, r, status);
	/* Gone again when somebody cleans up in between. */
	do {
		r = ob_bpffs_make(path, status);
		if (r < 0)
			return r;
		r = ob_bpffs_trylock(path, ret_fd);
	} while (r == -ENOENT);
	return r < 0 ? failed(root, r, status) : 0;
}

int ob_claim_take_existing(const char *root, int *ret_fd,
			   struct ob_status *status)
{
	char path[PATH_MAX];
	int r = path_of(root, path, sizeof(path));

	if (r == 0)
		r = ob_bpffs_trylock(path, ret_fd);
	if (r != -ENOENT)
		return r < 0 ? failed(root, r, status) : 0;
	*ret_fd = -1;
	return 0;
}

int ob_claim_unpin(const char *root)
{
	char path[PATH_MAX];
	int r = path_of(root, path, sizeof(path));

	if (r < 0)
		return r;
	return rmdir(path) < 0 && errno != ENOENT ? -errno : 0;
}
