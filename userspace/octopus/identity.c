// SPDX-License-Identifier: Apache-2.0
#include "octopus/identity.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"

void ob_identity_done(struct ob_identity *id)
{
	ob_secret_key_wipe(&id->secret);
	id->has_secret = false;
}

static int make_file(const char *path, struct ob_secret_key *ret)
{
	_secret_ struct ob_secret_key key = { 0 };
	char quoted[1024];
	int r = ob_secret_key_new(&key);

	if (r == 0)
		r = ob_secret_key_write(path, &key);
	if (r < 0)
		return r;
	ob_info("key file created", "path=%s",
		ob_log_quote(path, quoted, sizeof(quoted)));
	*ret = key;
	return 0;
}

int ob_identity_load(const char *key_file, struct ob_identity *ret,
		     struct ob_status *status)
{
	struct ob_identity id = { 0 };
	int r;

	if (!key_file) {
		*ret = id;
		return 0;
	}
	r = ob_secret_key_read(key_file, &id.secret);
	if (r == -ENOENT) {
		r = make_file(key_file, &id.secret);
		if (r == -ENOENT)
			return ob_status_set(status, ENOENT,
					     "KeyFileUnreadable",
					     "key_file %s: its directory does "
					     "not exist",
					     key_file);
	}
	if (r == -EPERM)
		return ob_status_set(status, EPERM, "KeyFileUnsafe",
				     "key_file %s: somebody else owns it or "
				     "may read it; chown it, chmod 600 it",
				     key_file);
	if (r == -EINVAL)
		return ob_status_set(status, EINVAL, "KeyFileInvalid",
				     "key_file %s: the first line is no "
				     "WireGuard private key",
				     key_file);
	if (r < 0)
		return ob_status_set(status, -r, "KeyFileUnreadable",
				     "key_file %s: %s", key_file, strerror(-r));
	id.has_secret = true;
	*ret = id;
	ob_secret_key_wipe(&id.secret);
	return 0;
}

static int learn_public(struct ob_identity *id, struct ob_wg *wg,
			const char *device)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_wg_device dev = { 0 };
	int r = ob_wg_device_dump(wg, a, device, &dev);

	if (r < 0)
		return r;
	id->public_key = dev.public_key;
	return 0;
}

int ob_identity_apply(struct ob_identity *id, struct ob_wg *wg,
		      const char *device, uint16_t port)
{
	int r;

	if (!id->has_secret) {
		r = ob_secret_key_new(&id->secret);
		if (r < 0)
			return r;
		/* Kept, so that a device deleted by hand comes back with the
		 * key that the other clusters know. */
		id->has_secret = true;
		ob_info("fresh key: tell the peers", "device=%s", device);
	}
	r = ob_wg_device_change(wg, device, &id->secret, port);
	if (r < 0)
		return r;
	return learn_public(id, wg, device);
}

int ob_identity_offer(struct ob_identity *id, struct ob_wg *wg,
		      const char *device)
{
	int r;

	if (!id->has_secret || !ob_key_is_zero(&id->public_key))
		return 0;
	r = ob_wg_device_change(wg, device, &id->secret, 0);
	if (r == 0)
		r = learn_public(id, wg, device);
	return r < 0 ? r : 1;
}
