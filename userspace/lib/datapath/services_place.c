// SPDX-License-Identifier: Apache-2.0
/*
 * From what a service should be to what is in the maps. A change is one write
 * of ob_service: its table lies in slots that nobody uses before, and what it
 * leaves behind is given back after.
 */
#include "datapath/services_private.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "datapath/each.h"
#include "datapath/maglev.h"
#include "datapath/private.h"

static int check_id(const struct ob_service_entry *e, struct ob_status *status)
{
	const uint8_t family = e->id.addr.family;

	if (strnlen(e->namespace, sizeof(e->namespace)) ==
		    sizeof(e->namespace) ||
	    strnlen(e->name, sizeof(e->name)) == sizeof(e->name))
		return ob_status_set(status, EINVAL, "InvalidService",
				     "the name of a service is too long");
	if (family != AF_INET && family != AF_INET6)
		return ob_status_set(status, EINVAL, "InvalidService",
				     "service %s/%s: no address", e->namespace,
				     e->name);
	if (!e->id.port ||
	    (e->id.protocol != IPPROTO_TCP && e->id.protocol != IPPROTO_UDP &&
	     e->id.protocol != IPPROTO_SCTP))
		return ob_status_set(status, EINVAL, "InvalidService",
				     "service %s/%s: protocol %u port %u",
				     e->namespace, e->name, e->id.protocol,
				     e->id.port);
	if (e->n_backends > OB_MAGLEV_MAX)
		return ob_status_set(status, ENOSPC, "TooManyEndpoints",
				     "service %s/%s: %zu endpoints, at most %d "
				     "can be used",
				     e->namespace, e->name, e->n_backends,
				     OB_MAGLEV_MAX);
	return 0;
}

static int check(const struct ob_service_entry *e, struct ob_status *status)
{
	int r = check_id(e, status);

	for (size_t i = 0; r == 0 && i < e->n_backends; i++) {
		const struct ob_backend_entry *b = &e->backends[i];

		if (b->addr.family == e->id.addr.family && b->port)
			continue;
		r = ob_status_set(status, EINVAL, "InvalidService",
				  "service %s/%s: endpoint %zu has no port or "
				  "is of another family",
				  e->namespace, e->name, i);
	}
	return r;
}

/* Of two that are the same a ready one comes first. */
static int compare_endpoints(const void *a, const void *b)
{
	const struct ob_place *x = a, *y = b;
	int order = ob_maglev_compare(&x->b, &y->b);

	return order ? order : (int)x->b.state - (int)y->b.state;
}

static void fill_endpoints(struct ob_placed *p,
			   const struct ob_service_entry *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n_backends; i++) {
		const struct ob_backend_entry *from = &e->backends[i];

		p->v[i].b = (struct ob_backend){
			.addr = ob_service_addr_encode(&from->addr),
			.port = from->port,
			.cluster = from->cluster,
			.state = from->draining ? OB_BACKEND_DRAINING
						: OB_BACKEND_READY,
			.service = p->value.id,
		};
	}
	qsort(p->v, e->n_backends, sizeof(*p->v), compare_endpoints);
	for (size_t i = 0; i < e->n_backends; i++) {
		if (n == 0 || ob_maglev_compare(&p->v[n - 1].b, &p->v[i].b))
			p->v[n++] = p->v[i];
	}
	p->n = n;
}

static struct ob_placed *placed_new(struct ob_services *s,
				    const struct ob_service_entry *e,
				    const struct ob_placed *old)
{
	_cleanup_(ob_placed_freep) struct ob_placed *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->v = calloc(e->n_backends + 1, sizeof(*p->v));
	if (!p->v)
		return NULL;
	p->key = ob_service_key_encode(&e->id);
	memcpy(p->value.namespace, e->namespace, strlen(e->namespace));
	memcpy(p->value.name, e->name, strlen(e->name));
	p->value.id = old ? old->value.id : s->next_id++;
	p->value.affinity_s = e->affinity_s;
	fill_endpoints(p, e);
	return TAKE_PTR(p);
}

static int take_number(struct ob_services *s, struct ob_place *e)
{
	int r = ob_ranges_take(s->numbers, 1, &e->number);

	if (r < 0)
		return r;
	e->fresh = true;
	e->b.generation = s->next_generation++;
	if (!s->next_generation)
		s->next_generation = 1;
	s->generations[e->number] = e->b.generation;
	return 0;
}

void ob_placed_undo(struct ob_services *s, const struct ob_placed *p)
{
	static const struct ob_backend nobody = { .state = OB_BACKEND_FREE };

	for (size_t i = 0; i < p->n; i++) {
		if (!p->v[i].fresh)
			continue;
		/* It may have been written already. */
		(void)bpf_map_update_elem(s->dp->map_fd[OB_MAP_BACKEND],
					  &p->v[i].number, &nobody, BPF_ANY);
		s->generations[p->v[i].number] = 0;
		ob_ranges_give(s->numbers, p->v[i].number, 1);
	}
}

/* Both are sorted: who is in both keeps number and generation. */
static int take_numbers(struct ob_services *s, struct ob_placed *p,
			const struct ob_placed *old)
{
	size_t o = 0, n_old = old ? old->n : 0;

	for (size_t i = 0; i < p->n; i++) {
		int order = -1, r;

		while (o < n_old && (order = ob_maglev_compare(&old->v[o].b,
							       &p->v[i].b)) < 0)
			o++;
		if (o < n_old && order == 0) {
			p->v[i].number = old->v[o].number;
			p->v[i].b.generation = old->v[o].b.generation;
			continue;
		}
		r = take_number(s, &p->v[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

int ob_placed_make(struct ob_services *s, const struct ob_service_entry *entry,
		   const struct ob_placed *old, struct ob_placed **ret,
		   struct ob_status *status)
{
	_cleanup_(ob_placed_freep) struct ob_placed *p = NULL;
	int r = check(entry, status);

	if (r < 0)
		return r;
	p = placed_new(s, entry, old);
	if (!p)
		return -ENOMEM;
	r = take_numbers(s, p, old);
	if (r < 0) {
		ob_placed_undo(s, p);
		return ob_status_set(status, -r, "TooManyEndpoints",
				     "service %s/%s: there is room for %d "
				     "endpoints of all services only",
				     entry->namespace, entry->name,
				     OB_MAX_BACKENDS);
	}
	*ret = TAKE_PTR(p);
	return 0;
}

/* Backends that are new or have changed. */
static int write_backends(struct ob_services *s, const struct ob_placed *old,
			  const struct ob_placed *p)
{
	_free_ struct ob_backend *values = calloc(p->n + 1, sizeof(*values));
	_free_ uint32_t *keys = calloc(p->n + 1, sizeof(*keys));
	size_t o = 0;
	uint32_t n = 0;

	if (!keys || !values)
		return -ENOMEM;
	for (size_t i = 0; i < p->n; i++) {
		const struct ob_place *e = &p->v[i];

		while (old && !e->fresh && old->v[o].number != e->number)
			o++;
		if (old && !e->fresh &&
		    memcmp(&old->v[o].b, &e->b, sizeof(e->b)) == 0)
			continue;
		keys[n] = e->number;
		values[n++] = e->b;
	}
	return ob_map_set_all(s->dp->map_fd[OB_MAP_BACKEND], keys, values, n);
}

int ob_placed_table(const struct ob_placed *p, uint32_t **ret,
		    uint32_t *ret_size)
{
	_free_ struct ob_backend *ready = calloc(p->n + 1, sizeof(*ready));
	_free_ uint32_t *numbers = calloc(p->n + 1, sizeof(*numbers));
	_free_ uint32_t *table = NULL;
	uint32_t size;
	size_t n = 0;
	int r;

	if (!ready || !numbers)
		return -ENOMEM;
	for (size_t i = 0; i < p->n; i++) {
		if (p->v[i].b.state != OB_BACKEND_READY)
			continue;
		numbers[n] = p->v[i].number;
		ready[n++] = p->v[i].b;
	}
	size = ob_maglev_size(n);
	/* Whole blocks, for the map. */
	table = calloc(size + OB_SLOTS, sizeof(*table));
	if (!table)
		return -ENOMEM;
	r = ob_maglev_fill(ready, n, table);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < size; i++)
		table[i] = numbers[table[i]];
	*ret = TAKE_PTR(table);
	*ret_size = size;
	return 0;
}

/* The next ready one from *i on; NULL at the end. */
static const struct ob_place *next_ready(const struct ob_placed *p, size_t *i)
{
	while (*i < p->n && p->v[*i].b.state != OB_BACKEND_READY)
		(*i)++;
	return *i < p->n ? &p->v[(*i)++] : NULL;
}

static bool same_ready(const struct ob_placed *a, const struct ob_placed *b)
{
	size_t i = 0, j = 0;

	for (;;) {
		const struct ob_place *x = next_ready(a, &i);
		const struct ob_place *y = next_ready(b, &j);

		if (!x || !y)
			return !x && !y;
		if (x->number != y->number)
			return false;
	}
}

static uint32_t blocks_of(uint32_t slots)
{
	return (slots + OB_SLOTS - 1) / OB_SLOTS;
}

static int write_table(struct ob_services *s, struct ob_placed *p)
{
	_free_ uint32_t *keys = NULL;
	_free_ uint32_t *table = NULL;
	uint32_t size = 0, first = 0, n;
	int r = ob_placed_table(p, &table, &size);

	if (r < 0 || !size)
		return r;
	n = blocks_of(size);
	keys = calloc(n, sizeof(*keys));
	if (!keys)
		return -ENOMEM;
	r = ob_ranges_take(s->blocks, n, &first);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n; i++)
		keys[i] = first + i;
	r = ob_map_set_all(s->dp->map_fd[OB_MAP_SLOT], keys, table, n);
	if (r < 0) {
		ob_ranges_give(s->blocks, first, n);
		return r;
	}
	p->value.first_slot = first * OB_SLOTS;
	p->value.n_slots = size;
	return 0;
}

static void retire(struct ob_services *s, struct ob_ranges *of, uint32_t first,
		   uint32_t n)
{
	if (s->n_retired == s->room_retired) {
		size_t room = s->room_retired ? s->room_retired * 2 : 64;
		void *v = reallocarray(s->retired, room, sizeof(*s->retired));

		if (!v) {
			ob_ranges_give(of, first, n);
			return;
		}
		s->retired = v;
		s->room_retired = room;
	}
	s->retired[s->n_retired++] = (struct ob_retired){ of, first, n };
}

static void retire_table(struct ob_services *s, const struct ob_service *value)
{
	if (value->n_slots)
		retire(s, s->blocks, value->first_slot / OB_SLOTS,
		       blocks_of(value->n_slots));
}

/* Backends of old that next does not have. */
int ob_placed_retire(struct ob_services *s, const struct ob_placed *old,
		     const struct ob_placed *next)
{
	_free_ struct ob_backend *values = calloc(old->n + 1, sizeof(*values));
	_free_ uint32_t *keys = calloc(old->n + 1, sizeof(*keys));
	size_t i = 0;
	uint32_t n = 0;

	if (!keys || !values)
		return -ENOMEM;
	for (size_t o = 0; o < old->n; o++) {
		const struct ob_place *e = &old->v[o];

		while (next && i < next->n &&
		       ob_maglev_compare(&next->v[i].b, &e->b) < 0)
			i++;
		if (next && i < next->n && next->v[i].number == e->number)
			continue;
		values[n].generation = e->b.generation;
		keys[n++] = e->number;
		s->generations[e->number] = 0;
		retire(s, s->numbers, e->number, 1);
	}
	if (!next || next->value.first_slot != old->value.first_slot ||
	    next->value.n_slots != old->value.n_slots)
		retire_table(s, &old->value);
	return ob_map_set_all(s->dp->map_fd[OB_MAP_BACKEND], keys, values, n);
}

int ob_placed_write(struct ob_services *s, const struct ob_placed *old,
		    struct ob_placed *next, bool anew)
{
	const bool same_table = old && !anew && same_ready(old, next);
	int r = write_backends(s, old, next);

	if (r == 0 && same_table) {
		next->value.first_slot = old->value.first_slot;
		next->value.n_slots = old->value.n_slots;
	} else if (r == 0) {
		r = write_table(s, next);
	}
	if (r < 0)
		return r;
	if (!old || memcmp(&old->value, &next->value, sizeof(old->value)) != 0)
		r = ob_map_set(s->dp->map_fd[OB_MAP_SERVICE], &next->key,
			       &next->value);
	if (r < 0) {
		if (!same_table)
			retire_table(s, &next->value);
		return r;
	}
	for (size_t i = 0; i < next->n; i++)
		next->v[i].fresh = false;
	return 0;
}
