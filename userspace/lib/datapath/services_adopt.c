// SPDX-License-Identifier: Apache-2.0
/*
 * What an earlier process left in the maps becomes ours. It may have been
 * killed between any two of its writes: every table is compared with what its
 * backends should make, and what has no sense is dropped.
 */
#include "datapath/services_private.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <search.h>
#include <string.h>

#include "base/log.h"
#include "datapath/each.h"
#include "datapath/maglev.h"
#include "datapath/private.h"

struct adoption {
	struct ob_services *s;
	struct ob_arena *arena;
	OB_LIST(struct ob_placed *) services; /* then sorted by id */
	OB_LIST(struct ob_service_key) senseless;
	OB_LIST(uint32_t) ownerless;
	uint32_t *slots; /* all of ob_slot */
};

static bool makes_sense(const struct ob_service_key *key,
			const struct ob_service *value)
{
	const uint32_t range = OB_MAX_SLOT_BLOCKS * OB_SLOTS;

	return key->port &&
	       (key->proto == OB_PROTO_TCP || key->proto == OB_PROTO_UDP ||
		key->proto == OB_PROTO_SCTP) &&
	       value->id && value->n_slots <= OB_MAX_TABLE &&
	       value->first_slot % OB_SLOTS == 0 &&
	       value->first_slot <= range - value->n_slots &&
	       memchr(value->namespace, 0, sizeof(value->namespace)) &&
	       memchr(value->name, 0, sizeof(value->name));
}

static int adopt_service(const void *key, const void *value, void *arg)
{
	struct adoption *a = arg;
	struct ob_placed *p;

	if (!makes_sense(key, value)) {
		memcpy(OB_PUSH(a->arena, &a->senseless), key,
		       sizeof(struct ob_service_key));
		return 0;
	}
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	memcpy(&p->key, key, sizeof(p->key));
	memcpy(&p->value, value, sizeof(p->value));
	*OB_PUSH(a->arena, &a->services) = p;
	return 0;
}

static int compare_ids(const void *a, const void *b)
{
	const struct ob_placed *const *x = a, *const *y = b;

	if ((*x)->value.id == (*y)->value.id)
		return 0;
	return (*x)->value.id < (*y)->value.id ? -1 : 1;
}

static struct ob_placed *by_id(const struct adoption *a, uint32_t id)
{
	const struct ob_placed wanted = { .value.id = id };
	const struct ob_placed *key = &wanted;
	struct ob_placed **found;

	if (!a->services.n)
		return NULL;
	found = bsearch(&key, a->services.v, a->services.n,
			sizeof(*a->services.v), compare_ids);
	return found ? *found : NULL;
}

static int push_endpoint(struct ob_placed *p, uint32_t number,
			 const struct ob_backend *b)
{
	/* Doubles at every power of two. */
	if ((p->n & (p->n - 1)) == 0) {
		void *v =
			reallocarray(p->v, p->n ? p->n * 2 : 1, sizeof(*p->v));

		if (!v)
			return -ENOMEM;
		p->v = v;
	}
	p->v[p->n++] = (struct ob_place){ .number = number, .b = *b };
	return 0;
}

static int adopt_backend(const void *key, const void *value, void *arg)
{
	struct adoption *a = arg;
	struct ob_services *s = a->s;
	struct ob_placed *p;
	struct ob_backend b;
	uint32_t number;

	memcpy(&number, key, sizeof(number));
	memcpy(&b, value, sizeof(b));
	/* Connections may still name generations that are over. */
	if (b.generation >= s->next_generation)
		s->next_generation = b.generation + 1;
	if (b.state == OB_BACKEND_FREE)
		return 0;
	p = by_id(a, b.service);
	if (!p || !b.port || !b.generation || p->n >= OB_MAGLEV_MAX ||
	    (b.state != OB_BACKEND_READY && b.state != OB_BACKEND_DRAINING)) {
		*OB_PUSH(a->arena, &a->ownerless) = number;
		return 0;
	}
	s->generations[number] = b.generation;
	return push_endpoint(p, number, &b);
}

static int read_slots(const void *key, const void *value, void *arg)
{
	struct adoption *a = arg;
	uint32_t block;

	memcpy(&block, key, sizeof(block));
	memcpy(a->slots + (size_t)block * OB_SLOTS, value,
	       sizeof(struct ob_slots));
	return 0;
}

static int compare_endpoints(const void *a, const void *b)
{
	const struct ob_place *x = a, *y = b;
	int order = ob_maglev_compare(&x->b, &y->b);

	return order ? order : (int)x->number - (int)y->number;
}

static int drop_backend(struct ob_services *s, uint32_t number)
{
	static const struct ob_backend nobody = { .state = OB_BACKEND_FREE };

	s->generations[number] = 0;
	return ob_map_set(s->dp->map_fd[OB_MAP_BACKEND], &number, &nobody);
}

/* In order, each once, and their numbers in use. */
static int settle_endpoints(struct ob_services *s, struct ob_placed *p)
{
	size_t n = 0;
	int r;

	if (p->n)
		qsort(p->v, p->n, sizeof(*p->v), compare_endpoints);
	for (size_t i = 0; i < p->n; i++) {
		if (n && !ob_maglev_compare(&p->v[n - 1].b, &p->v[i].b)) {
			r = drop_backend(s, p->v[i].number);
			if (r < 0)
				return r;
			continue;
		}
		r = ob_ranges_claim(s->numbers, p->v[i].number, 1);
		if (r < 0)
			return r;
		p->v[n++] = p->v[i];
	}
	p->n = n;
	return 0;
}

/* 1: the table in the map is the one its backends make, and its place is
 * ours; 0: it is not. */
static int table_is_right(struct adoption *a, const struct ob_placed *p)
{
	_free_ uint32_t *table = NULL;
	uint32_t size = 0, n;
	int r = ob_placed_table(p, &table, &size);

	if (r < 0)
		return r;
	if (size != p->value.n_slots)
		return 0;
	if (!size)
		return 1;
	n = (size + OB_SLOTS - 1) / OB_SLOTS;
	if (memcmp(a->slots + p->value.first_slot, table,
		   size * sizeof(*table)) != 0)
		return 0;
	return ob_ranges_claim(a->s->blocks, p->value.first_slot / OB_SLOTS,
			       n) == 0;
}

/* Tables that are right have their places before others get new ones. */
static int adopt_tables(struct adoption *a)
{
	OB_LIST(struct ob_placed *) wrong = { 0 };
	int r;

	for (size_t i = 0; i < a->services.n; i++) {
		r = table_is_right(a, a->services.v[i]);
		if (r < 0)
			return r;
		if (r == 0)
			*OB_PUSH(a->arena, &wrong) = a->services.v[i];
	}
	for (size_t i = 0; i < wrong.n; i++) {
		ob_debug("table made anew", "service=%s/%s",
			 wrong.v[i]->value.namespace, wrong.v[i]->value.name);
		wrong.v[i]->value.first_slot = wrong.v[i]->value.n_slots = 0;
		r = ob_placed_write(a->s, NULL, wrong.v[i], true);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Two services with one id could not tell their backends apart. */
static void drop_twins(struct adoption *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->services.n; i++) {
		struct ob_placed *p = a->services.v[i];

		if (n && a->services.v[n - 1]->value.id == p->value.id) {
			*OB_PUSH(a->arena, &a->senseless) = p->key;
			ob_placed_free(p);
		} else {
			a->services.v[n++] = p;
		}
	}
	a->services.n = n;
}

static int drop_senseless(struct adoption *a)
{
	const int fd = a->s->dp->map_fd[OB_MAP_SERVICE];

	for (size_t i = 0; i < a->senseless.n; i++) {
		if (bpf_map_delete_elem(fd, &a->senseless.v[i]) < 0 &&
		    errno != ENOENT)
			return -errno;
	}
	for (size_t i = 0; i < a->ownerless.n; i++) {
		int r = drop_backend(a->s, a->ownerless.v[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

/* The tree owns them from here on. */
static int keep_services(struct adoption *a)
{
	int r;

	while (a->services.n) {
		struct ob_placed *p = a->services.v[a->services.n - 1];

		if (p->value.id >= a->s->next_id)
			a->s->next_id = p->value.id + 1;
		if (!tsearch(p, &a->s->tree, ob_placed_compare))
			return -ENOMEM;
		a->services.n--;
		a->s->n++;
		r = ob_virtual_count(a->s, &p->key.addr);
		if (r < 0)
			return r;
	}
	return 0;
}

static int adopt(struct adoption *a)
{
	const int *fd = a->s->dp->map_fd;
	int r = ob_map_each(fd[OB_MAP_SERVICE], adopt_service, a);

	if (r < 0)
		return r;
	if (a->services.n)
		qsort(a->services.v, a->services.n, sizeof(*a->services.v),
		      compare_ids);
	drop_twins(a);
	r = ob_map_each(fd[OB_MAP_BACKEND], adopt_backend, a);
	if (r == 0 && a->services.n)
		r = ob_map_each(fd[OB_MAP_SLOT], read_slots, a);
	for (size_t i = 0; r == 0 && i < a->services.n; i++)
		r = settle_endpoints(a->s, a->services.v[i]);
	if (r == 0)
		r = drop_senseless(a);
	if (r == 0)
		r = adopt_tables(a);
	if (r == 0)
		r = keep_services(a);
	return r < 0 ? r : ob_services_mend(a->s);
}

int ob_services_adopt(struct ob_services *s)
{
	_cleanup_(ob_arena_freep) struct ob_arena *arena = ob_arena_new();
	_free_ uint32_t *slots =
		calloc((size_t)OB_MAX_SLOT_BLOCKS * OB_SLOTS, sizeof(*slots));
	struct adoption a = { .s = s, .arena = arena, .slots = slots };
	int r = slots ? adopt(&a) : -ENOMEM;

	for (size_t i = 0; i < a.services.n; i++)
		ob_placed_free(a.services.v[i]);
	return r;
}
