// SPDX-License-Identifier: Apache-2.0
#include "datapath/each.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "datapath/uapi.h"

#define BATCH	      4096
#define BATCH_RETRIES 3
/* Position of a batch: a key (LPM) or a bucket number (hash). */
#define MAX_KEY_SIZE  256

struct walk {
	int fd;
	struct bpf_map_info info;
	char *keys, *values;
	ob_each_fn fn;
	void *arg;
};

static int call_each(const struct walk *w, __u32 n)
{
	for (__u32 i = 0; i < n; i++) {
		int r = w->fn(w->keys + (size_t)i * w->info.key_size,
			      w->values + (size_t)i * w->info.value_size,
			      w->arg);

		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * After a key has vanished the kernel starts over with the next one, so that a
 * busy writer could keep us for ever: the walk is bounded.
 */
static int walk_single(const struct walk *w)
{
	const size_t limit = (size_t)w->info.max_entries * 2;
	char key[MAX_KEY_SIZE];
	const void *previous = NULL;

	for (size_t i = 0; i < limit; i++) {
		int r;

		if (bpf_map_get_next_key(w->fd, previous, w->keys) < 0)
			return errno == ENOENT ? 0 : -errno;
		memcpy(key, w->keys, w->info.key_size);
		previous = key;
		if (bpf_map_lookup_elem(w->fd, w->keys, w->values) < 0) {
			if (errno == ENOENT)
				continue;
			return -errno;
		}
		r = w->fn(w->keys, w->values, w->arg);
		if (r < 0)
			return r;
	}
	return -EAGAIN;
}

static bool cannot_batch(int r)
{
	return r == -OB_ENOTSUPP || r == -EOPNOTSUPP || r == -EINVAL;
}

static int walk_batch(const struct walk *w)
{
	const size_t limit = (size_t)w->info.max_entries * 2;
	char position[MAX_KEY_SIZE] = { 0 };
	void *start = NULL;
	unsigned int retries = 0;

	for (size_t seen = 0; seen <= limit;) {
		__u32 n = BATCH;
		int r = bpf_map_lookup_batch(w->fd, start, position, w->keys,
					     w->values, &n, NULL);
		bool last = r == -ENOENT;

		if (r < 0 && !last) {
			/* EINTR: a key vanished under the kernel, thrice. */
			if (r == -EINTR && retries++ < BATCH_RETRIES)
				continue;
			if (!start && cannot_batch(r))
				return walk_single(w);
			return r;
		}
		r = call_each(w, n);
		if (r < 0 || last)
			return r;
		start = position;
		seen += n;
	}
	return -EAGAIN;
}

int ob_map_each(int fd, ob_each_fn fn, void *arg)
{
	struct walk w = { .fd = fd, .fn = fn, .arg = arg };
	__u32 size = sizeof(w.info);
	_free_ char *keys = NULL;
	_free_ char *values = NULL;

	if (bpf_obj_get_info_by_fd(fd, &w.info, &size) < 0)
		return -errno;
	if (w.info.key_size > MAX_KEY_SIZE)
		return -E2BIG;
	keys = calloc(BATCH, w.info.key_size);
	values = calloc(BATCH, w.info.value_size);
	if (!keys || !values)
		return -ENOMEM;
	w.keys = keys;
	w.values = values;
	return walk_batch(&w);
}

/*
 * Maps that are not preallocated take their entries (hash since 6.1, LPM 6.13)
 * from a small cache per CPU that an interrupt refills: a burst of updates
 * finds it empty for a moment, up to one tick where the architecture has no
 * irq_work interrupt. ENOMEM is final only if it stays.
 */
int ob_map_set(int fd, const void *key, const void *value)
{
	static const struct timespec pause = { .tv_nsec = 1000000 };
	const int attempts = 30;

	for (int i = 0; i < attempts; i++) {
		if (bpf_map_update_elem(fd, key, value, BPF_ANY) == 0)
			return 0;
		if (errno != ENOMEM)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return -ENOMEM;
}

static int set_single(int fd, const struct bpf_map_info *info, const char *keys,
		      const char *values, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (bpf_map_update_elem(fd, keys + (size_t)i * info->key_size,
					values + (size_t)i * info->value_size,
					BPF_ANY) < 0)
			return -errno;
	}
	return 0;
}

int ob_map_set_all(int fd, const void *keys, const void *values, uint32_t n)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info), done = n;
	int r;

	if (!n)
		return 0;
	r = bpf_map_update_batch(fd, keys, values, &done, NULL);
	if (r >= 0 || !cannot_batch(r))
		return r;
	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return -errno;
	return set_single(fd, &info, keys, values, n);
}
