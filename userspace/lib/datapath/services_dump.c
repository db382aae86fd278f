// SPDX-License-Identifier: Apache-2.0
/* The maps as they are, whoever wrote them. */
#include "datapath/services_private.h"

#include <errno.h>
#include <string.h>

#include "datapath/each.h"
#include "datapath/private.h"

struct dumped_service {
	uint32_t id;
	struct ob_service_entry entry;
};

struct dump {
	struct ob_arena *arena;
	OB_LIST(struct dumped_service) services;
	OB_LIST(struct ob_backend) backends;
};

static int push_service(const void *key, const void *value, void *arg)
{
	struct dump *d = arg;
	struct dumped_service *to = OB_PUSH(d->arena, &d->services);
	struct ob_service_key k;
	struct ob_service v;

	memcpy(&k, key, sizeof(k));
	memcpy(&v, value, sizeof(v));
	to->id = v.id;
	to->entry.id = ob_service_key_decode(&k);
	to->entry.affinity_s = v.affinity_s;
	memcpy(to->entry.namespace, v.namespace, sizeof(v.namespace) - 1);
	memcpy(to->entry.name, v.name, sizeof(v.name) - 1);
	return 0;
}

static int push_backend(const void *key __attribute__((unused)),
			const void *value, void *arg)
{
	struct dump *d = arg;
	const struct ob_backend *b = value;

	if (b->state != OB_BACKEND_FREE)
		memcpy(OB_PUSH(d->arena, &d->backends), b, sizeof(*b));
	return 0;
}

static int compare_owners(const void *a, const void *b)
{
	const struct ob_backend *x = a, *y = b;

	if (x->service == y->service)
		return 0;
	return x->service < y->service ? -1 : 1;
}

static int compare_ids(const void *a, const void *b)
{
	const struct dumped_service *x = a, *y = b;

	if (x->id == y->id)
		return 0;
	return x->id < y->id ? -1 : 1;
}

static struct ob_backend_entry decode(const struct ob_backend *b)
{
	return (struct ob_backend_entry){
		.addr = ob_service_addr_decode(&b->addr),
		.port = b->port,
		.cluster = b->cluster,
		.draining = b->state == OB_BACKEND_DRAINING,
	};
}

/* Both lists are sorted by the id of the service. */
static void join(struct dump *d)
{
	struct ob_backend_entry *v =
		ob_arena_array(d->arena, d->backends.n + 1, sizeof(*v));
	size_t b = 0;

	for (size_t i = 0; i < d->services.n; i++) {
		const struct dumped_service *s = &d->services.v[i];
		struct ob_service_entry *e = &d->services.v[i].entry;

		while (b < d->backends.n && d->backends.v[b].service < s->id)
			b++;
		e->backends = v;
		for (; b < d->backends.n && d->backends.v[b].service == s->id;
		     b++)
			e->backends[e->n_backends++] =
				decode(&d->backends.v[b]);
		v += e->n_backends;
	}
}

int ob_services_dump(const struct ob_datapath *dp, struct ob_arena *a,
		     struct ob_service_entries *ret)
{
	struct dump d = { .arena = a };
	struct ob_service_entry *v;
	int r = ob_map_each(dp->map_fd[OB_MAP_SERVICE], push_service, &d);

	if (r == 0 && d.services.n)
		r = ob_map_each(dp->map_fd[OB_MAP_BACKEND], push_backend, &d);
	if (r < 0)
		return r;
	v = ob_arena_array(a, d.services.n + 1, sizeof(*v));
	if (d.services.n)
		qsort(d.services.v, d.services.n, sizeof(*d.services.v),
		      compare_ids);
	if (d.backends.n)
		qsort(d.backends.v, d.backends.n, sizeof(*d.backends.v),
		      compare_owners);
	join(&d);
	for (size_t i = 0; i < d.services.n; i++)
		v[i] = d.services.v[i].entry;
	ret->v = v;
	ret->n = d.services.n;
	return 0;
}

static int compare_entries(const void *a, const void *b)
{
	const struct ob_backend_entry *x = a, *y = b;
	int order = memcmp(&x->addr, &y->addr, sizeof(x->addr));

	return order ? order : (int)x->port - (int)y->port;
}

static bool equal_backends(const struct ob_backend_entry *a,
			   const struct ob_backend_entry *b)
{
	return compare_entries(a, b) == 0 && a->cluster == b->cluster &&
	       a->draining == b->draining;
}

static bool equal_sets(const struct ob_service_entry *a,
		       const struct ob_service_entry *b)
{
	const size_t size = a->n_backends * sizeof(*a->backends);
	_free_ struct ob_backend_entry *x = malloc(size + 1);
	_free_ struct ob_backend_entry *y = malloc(size + 1);

	if (!x || !y)
		return false;
	memcpy(x, a->backends, size);
	memcpy(y, b->backends, size);
	qsort(x, a->n_backends, sizeof(*x), compare_entries);
	qsort(y, a->n_backends, sizeof(*y), compare_entries);
	for (size_t i = 0; i < a->n_backends; i++) {
		if (!equal_backends(&x[i], &y[i]))
			return false;
	}
	return true;
}

bool ob_service_entry_equal(const struct ob_service_entry *a,
			    const struct ob_service_entry *b)
{
	if (!ob_addr_equal(&a->id.addr, &b->id.addr) ||
	    a->id.port != b->id.port || a->id.protocol != b->id.protocol ||
	    strcmp(a->namespace, b->namespace) != 0 ||
	    strcmp(a->name, b->name) != 0 || a->affinity_s != b->affinity_s ||
	    a->n_backends != b->n_backends)
		return false;
	return a->n_backends == 0 || equal_sets(a, b);
}
