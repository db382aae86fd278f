// SPDX-License-Identifier: Apache-2.0
#include "service_fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ob_addr addr(const char *text)
{
	struct ob_addr a = { 0 };

	assert_int_equal(ob_addr_parse(text, &a), 0);
	return a;
}

static void add_cluster(struct service_fixture *f, const char *id,
			uint32_t slot, const char *cidr)
{
	size_t i = f->view.n_clusters++;

	assert_int_equal(ob_prefix_parse(cidr, &f->cidrs[i]), 0);
	f->clusters[i] = (struct ob_service_cluster){
		.id = id,
		.slot = slot,
		.cidrs = &f->cidrs[i],
		.n_cidrs = 1,
		.alive = true,
	};
}

struct fixture_service *service_add(struct service_fixture *f, const char *name,
				    const char *ip, bool two)
{
	struct fixture_service *s = f->services;

	while (s->key)
		s++;
	assert_true(s < f->services + FIXTURE_SERVICES);
	memset(s, 0, sizeof(*s));
	s->key = ob_arena_printf(f->arena, "ns/%s", name);
	s->ports[0] = (struct ob_service_port){ "http", IPPROTO_TCP, 80, "" };
	s->ports[1] = (struct ob_service_port){ "dns", IPPROTO_UDP, 53, "" };
	s->import = (struct ob_service_import){
		.namespace = "ns",
		.name = ob_arena_strdup(f->arena, name),
		.ips = { addr(ip) },
		.n_ips = 1,
		.ports = s->ports,
		.n_ports = two ? 2 : 1,
	};
	return s;
}

static struct ob_endpoint endpoint(const char *word)
{
	return (struct ob_endpoint){
		.addr = addr(word + strspn(word, "-~")),
		.ready = word[0] != '-' && word[0] != '~',
		.serving = word[0] != '-',
		.terminating = word[0] == '~',
		.hostname = "",
		.zone = "",
	};
}

struct ob_endpoint_slice *service_slice(struct service_fixture *f,
					struct fixture_service *s,
					const char *cluster,
					const char *endpoints)
{
	struct ob_endpoint_slice *slice =
		ob_arena_alloc(f->arena, sizeof(*slice));
	char *save = NULL, *words = ob_arena_strdup(f->arena, endpoints);
	OB_LIST(struct ob_endpoint) list = { 0 };

	for (char *w = strtok_r(words, " ", &save); w;
	     w = strtok_r(NULL, " ", &save))
		*OB_PUSH(f->arena, &list) = endpoint(w);
	slice->source_cluster = cluster;
	slice->family = AF_INET;
	slice->ports = ob_arena_alloc(f->arena, sizeof(*slice->ports));
	slice->ports[0] = (struct ob_slice_port){ "http", IPPROTO_TCP, 8080 };
	slice->n_ports = 1;
	slice->service_ports = s->ports;
	slice->n_service_ports = 1;
	slice->endpoints = list.v;
	slice->n_endpoints = list.n;
	assert_true(s->n_slices < FIXTURE_SLICES);
	s->slices[s->n_slices++] = slice;
	return slice;
}

/* For people. */

static int compare_backends(const void *x, const void *y)
{
	const struct ob_backend_entry *a = x, *b = y;

	return memcmp(&a->addr, &b->addr, sizeof(a->addr));
}

const char *service_show(struct service_fixture *f,
			 const struct ob_service_entries *entries)
{
	const char *text = "";
	char a[OB_ADDR_STRLEN];

	for (size_t i = 0; i < entries->n; i++) {
		const struct ob_service_entry *e = &entries->v[i];

		ob_addr_format(&e->id.addr, a, sizeof(a));
		text = ob_arena_printf(
			f->arena, "%s%s:%u/%s", text, a, e->id.port,
			e->id.protocol == IPPROTO_TCP ? "tcp" : "udp");
		for (size_t j = 0; j < e->n_backends; j++) {
			const struct ob_backend_entry *b = &e->backends[j];

			ob_addr_format(&b->addr, a, sizeof(a));
			text = ob_arena_printf(f->arena, "%s %s%s:%u", text,
					       b->draining ? "~" : "", a,
					       b->port);
		}
		text = ob_arena_printf(f->arena, "%s\n", text);
	}
	return text;
}

static int compare_entries(const void *x, const void *y)
{
	const struct ob_service_entry *a = x, *b = y;
	int r = memcmp(&a->id.addr, &b->id.addr, sizeof(a->id.addr));

	return r ?: a->id.port - b->id.port;
}

const char *service_kernel(struct service_fixture *f)
{
	struct ob_service_entries all = { f->kernel.v, f->kernel.n };

	if (all.n > 0)
		qsort(all.v, all.n, sizeof(*all.v), compare_entries);
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].n_backends > 0)
			qsort(all.v[i].backends, all.v[i].n_backends,
			      sizeof(*all.v[i].backends), compare_backends);
	return service_show(f, &all);
}

/* The kernel. */

static struct ob_service_entry *find(struct service_fixture *f,
				     const struct ob_service_id *id)
{
	for (size_t i = 0; i < f->kernel.n; i++)
		if (ob_addr_equal(&f->kernel.v[i].id.addr, &id->addr) &&
		    f->kernel.v[i].id.port == id->port &&
		    f->kernel.v[i].id.protocol == id->protocol)
			return &f->kernel.v[i];
	return NULL;
}

static int dump(void *arg, struct ob_arena *a, struct ob_service_entries *ret)
{
	struct service_fixture *f = arg;
	size_t n = f->kernel.n;

	if (f->refuse_dump)
		return f->refuse_dump;
	ret->v = ob_arena_array(a, n, sizeof(*ret->v));
	ret->n = n;
	for (size_t i = 0; i < n; i++)
		ret->v[i] = f->kernel.v[i];
	return 0;
}

static int set(void *arg, const struct ob_service_entry *entry,
	       struct ob_status *status)
{
	struct service_fixture *f = arg;
	struct ob_service_entry *now = find(f, &entry->id);
	size_t size = entry->n_backends * sizeof(*entry->backends);

	if (f->refuse || (f->room && !now && f->kernel.n >= f->room))
		return ob_status_set(status, -f->refuse ?: ENOSPC, "MapFull",
				     "full");
	f->sets++;
	if (!now)
		now = OB_PUSH(f->arena, &f->kernel);
	*now = *entry;
	now->backends = ob_arena_alloc(f->arena, size);
	if (size > 0)
		memcpy(now->backends, entry->backends, size);
	return 0;
}

static int del(void *arg, const struct ob_service_id *id)
{
	struct service_fixture *f = arg;
	struct ob_service_entry *now = find(f, id);

	if (f->refuse_del)
		return f->refuse_del;
	if (!now)
		return -ENOENT;
	f->dels++;
	*now = f->kernel.v[--f->kernel.n];
	return 0;
}

static int reopen(void *arg, struct ob_status *status)
{
	struct service_fixture *f = arg;

	(void)status;
	f->reopens++;
	return 0;
}

/* The API. */

static bool input(void *arg, struct ob_arena *a, const char *key,
		  struct ob_service_input *ret)
{
	const struct service_fixture *f = arg;

	(void)a;
	*ret = (struct ob_service_input){ 0 };
	for (size_t i = 0; i < FIXTURE_SERVICES; i++) {
		const struct fixture_service *s = &f->services[i];

		if (!s->key || strcmp(s->key, key) != 0)
			continue;
		ret->import = &s->import;
		ret->slices =
			(const struct ob_endpoint_slice *const *)s->slices;
		ret->n_slices = s->n_slices;
		return true;
	}
	return false;
}

static void each(void *arg, void (*fn)(void *to, const char *key), void *to)
{
	const struct service_fixture *f = arg;

	for (size_t i = 0; i < FIXTURE_SERVICES; i++)
		if (f->services[i].key)
			fn(to, f->services[i].key);
}

const char *service_compute(struct service_fixture *f,
			    const struct fixture_service *s,
			    struct ob_service_desired *ret)
{
	struct ob_service_input in = {
		.import = &s->import,
		.slices = (const struct ob_endpoint_slice *const *)s->slices,
		.n_slices = s->n_slices,
	};

	ob_service_desired(f->arena, &f->view, &in, ret);
	return service_show(f, &ret->entries);
}

void service_settle(struct service_fixture *f)
{
	while (ob_balance_step(f->balance, 3))
		;
}

void service_start(struct service_fixture *f)
{
	struct ob_status status = OB_STATUS_INIT;

	assert_int_equal(ob_balance_audit(f->balance, &status), 0);
	ob_balance_start(f->balance);
	ob_balance_view(f->balance, &f->view);
	service_settle(f);
}

static void new_balance(struct service_fixture *f)
{
	struct ob_balance_source source = { input, each, f };
	struct ob_balance_kernel kernel = { dump, set, del, reopen, f };

	assert_int_equal(ob_balance_new(&source, &kernel, &f->balance), 0);
}

void service_restart(struct service_fixture *f)
{
	ob_balance_free(f->balance);
	new_balance(f);
	f->sets = f->dels = f->reopens = 0;
}

int service_setup(void **state)
{
	struct service_fixture *f = calloc(1, sizeof(*f));

	f->arena = ob_arena_new();
	add_cluster(f, "three", 3, "10.115.0.0/16");
	add_cluster(f, "two", 2, "10.114.0.0/16");
	add_cluster(f, "us", 0, "10.113.0.0/16");
	f->view.clusters = f->clusters;
	f->view.n_blocks = 1;
	assert_int_equal(ob_prefix_parse("10.113.192.0/18", &f->view.blocks[0]),
			 0);
	new_balance(f);
	*state = f;
	return 0;
}

int service_teardown(void **state)
{
	struct service_fixture *f = *state;

	ob_balance_free(f->balance);
	ob_arena_free(f->arena);
	free(f);
	return 0;
}
