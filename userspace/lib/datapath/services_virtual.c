// SPDX-License-Identifier: Apache-2.0
/*
 * Which addresses have a service: in the map from before the first of an
 * address is until after the last one was, so that no packet to a service is
 * taken for one to a pod.
 */
#include "datapath/services_private.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <search.h>
#include <string.h>

#include "base/log.h"
#include "datapath/each.h"
#include "datapath/private.h"

struct ob_virtual {
	struct ob_ip6 addr; /* first: what the tree compares */
	size_t ports;	    /* services that have it, by protocol and port */
	uint64_t seen;	    /* by which mending */
};

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct ob_ip6));
}

static struct ob_virtual *find(const struct ob_services *s,
			       const struct ob_ip6 *addr)
{
	struct ob_virtual *const *found = tfind(addr, &s->virtuals, compare);

	return found ? *found : NULL;
}

static int mark(const struct ob_services *s, const struct ob_ip6 *addr)
{
	const __u32 one = 1;

	return ob_map_set(s->dp->map_fd[OB_MAP_VIRTUAL], addr, &one);
}

static int unmark(const struct ob_services *s, const struct ob_ip6 *addr)
{
	if (bpf_map_delete_elem(s->dp->map_fd[OB_MAP_VIRTUAL], addr) < 0 &&
	    errno != ENOENT)
		return -errno;
	return 0;
}

int ob_virtual_count(struct ob_services *s, const struct ob_ip6 *addr)
{
	struct ob_virtual *v = find(s, addr);

	if (v) {
		v->ports++;
		return 0;
	}
	v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	v->addr = *addr;
	v->ports = 1;
	if (tsearch(v, &s->virtuals, compare))
		return 0;
	free(v);
	return -ENOMEM;
}

int ob_virtual_hold(struct ob_services *s, const struct ob_ip6 *addr)
{
	int r;

	if (!find(s, addr)) {
		r = mark(s, addr);
		if (r < 0)
			return r;
	}
	r = ob_virtual_count(s, addr);
	if (r < 0)
		(void)unmark(s, addr);
	return r;
}

int ob_virtual_release(struct ob_services *s, const struct ob_ip6 *addr)
{
	struct ob_virtual *v = find(s, addr);

	if (!v || --v->ports)
		return 0;
	tdelete(addr, &s->virtuals, compare);
	free(v);
	return unmark(s, addr);
}

void ob_virtual_free(struct ob_services *s)
{
	tdestroy(s->virtuals, free);
}

struct mending {
	struct ob_services *s;
	struct ob_arena *arena;
	OB_LIST(struct ob_ip6) strays;
	int result;
};

static int see(const void *key, const void *value, void *arg)
{
	struct mending *m = arg;
	struct ob_virtual *v;
	struct ob_ip6 addr;

	(void)value;
	memcpy(&addr, key, sizeof(addr));
	v = find(m->s, &addr);
	if (v)
		v->seen = m->s->mendings;
	else
		*OB_PUSH(m->arena, &m->strays) = addr;
	return 0;
}

static void restore(const void *node, VISIT order, void *arg)
{
	const struct ob_virtual *v = *(struct ob_virtual *const *)node;
	struct mending *m = arg;
	char text[OB_ADDR_STRLEN];
	struct ob_addr addr;

	if ((order != postorder && order != leaf) || m->result < 0 ||
	    v->seen == m->s->mendings)
		return;
	addr = ob_service_addr_decode(&v->addr);
	ob_debug("service address marked anew", "address=%s",
		 ob_addr_format(&addr, text, sizeof(text)));
	m->result = mark(m->s, &v->addr);
}

int ob_services_mend(struct ob_services *s)
{
	_cleanup_(ob_arena_freep) struct ob_arena *arena = ob_arena_new();
	struct mending m = { .s = s, .arena = arena };

	s->mendings++;
	m.result = ob_map_each(s->dp->map_fd[OB_MAP_VIRTUAL], see, &m);
	for (size_t i = 0; m.result == 0 && i < m.strays.n; i++)
		m.result = unmark(s, &m.strays.v[i]);
	if (m.result == 0)
		twalk_r(s->virtuals, restore, &m);
	return m.result;
}
