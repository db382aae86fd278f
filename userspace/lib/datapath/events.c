// SPDX-License-Identifier: Apache-2.0
#include "datapath/events.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "datapath/bpffs.h"
#include "datapath/private.h"

struct ob_events {
	struct ring_buffer *ring;
	int lock; /* fd */
	ob_event_fn fn;
	void *arg;
};

/* The ring may hold records of a program that somebody else loaded. */
static int on_sample(void *arg, void *data, size_t size)
{
	struct ob_events *ev = arg;

	return size < sizeof(struct ob_event) ? 0 : ev->fn(data, ev->arg);
}

void ob_events_free(struct ob_events *ev)
{
	if (!ev)
		return;
	ring_buffer__free(ev->ring);
	ob_closep(&ev->lock);
	free(ev);
}

int ob_events_new(struct ob_datapath *dp, ob_event_fn fn, void *arg,
		  struct ob_events **ret)
{
	_cleanup_(ob_events_freep) struct ob_events *ev = NULL;
	int r;

	ev = calloc(1, sizeof(*ev));
	if (!ev)
		return -ENOMEM;
	ev->lock = -1;
	ev->fn = fn;
	ev->arg = arg;
	r = ob_bpffs_trylock(dp->dir, &ev->lock);
	if (r < 0)
		return r;
	ev->ring = ring_buffer__new(dp->map_fd[OB_MAP_EVENTS], on_sample, ev,
				    NULL);
	if (!ev->ring)
		return -errno;
	*ret = TAKE_PTR(ev);
	return 0;
}

int ob_events_poll(struct ob_events *ev, int timeout_ms)
{
	return ring_buffer__poll(ev->ring, timeout_ms);
}
