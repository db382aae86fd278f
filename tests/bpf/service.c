// SPDX-License-Identifier: Apache-2.0
#include "service.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/each.h"

static struct services services;

const char *service_addr(const struct party *p)
{
	return p == &parties[0] ? "10.113.200.1" : "fd70:0:113:c000::1";
}

struct services *service_of(void **state)
{
	services.h = *state;
	return &services;
}

int service_group_setup(void **state)
{
	int r = harness_setup(state);

	if (r)
		return r;
	for (enum ob_map i = 0; i < OB_MAP_COUNT; i++)
		services.dp.map_fd[i] = harness_map(*state, ob_map_name(i));
	services.h = *state;
	return 0;
}

int service_group_teardown(void **state)
{
	ob_services_free(services.s);
	services.s = NULL;
	return harness_teardown(state);
}

struct keys {
	char *v;
	size_t n, size;
};

static int push_key(const void *key, const void *value, void *arg)
{
	struct keys *k = arg;

	(void)value;
	k->v = realloc(k->v, (k->n + 1) * k->size);
	if (!k->v)
		abort();
	memcpy(k->v + k->n++ * k->size, key, k->size);
	return 0;
}

static void empty(enum ob_map map)
{
	int fd = services.dp.map_fd[map];
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	struct keys keys = { 0 };

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		abort();
	keys.size = info.key_size;
	if (ob_map_each(fd, push_key, &keys))
		abort();
	for (size_t i = 0; i < keys.n; i++)
		bpf_map_delete_elem(fd, keys.v + i * keys.size);
	free(keys.v);
}

static void delete_all(void)
{
	struct ob_service_entries all = { 0 };
	struct ob_arena *arena = ob_arena_new();

	assert_int_equal(0, ob_services_dump(&services.dp, arena, &all));
	for (size_t i = 0; i < all.n; i++)
		assert_int_equal(0, ob_services_del(services.s, &all.v[i].id));
	ob_arena_free(arena);
}

int service_fresh(void **state)
{
	struct harness *h = *state;
	struct ob_config *c = &h->net.config;

	harness_fresh(state);
	inet_pton(AF_INET, "10.113.192.0", c->service4.b);
	c->service4_len = 18;
	inet_pton(AF_INET6, "fd70:0:113:c000::", c->service6.b);
	c->service6_len = 50;
	harness_set_config(h);
	if (!services.s)
		assert_int_equal(
			0, ob_services_open(&services.dp, &services.s, NULL));
	delete_all();
	empty(OB_MAP_FLOW);
	empty(OB_MAP_REPLY);
	empty(OB_MAP_AFFINITY);
	empty(OB_MAP_FRAGMENT);
	return 0;
}

struct ob_addr service_parse(const char *text)
{
	struct ob_addr a = { 0 };

	assert_int_equal(0, ob_addr_parse(text, &a));
	return a;
}

struct ob_backend_entry service_backend(const char *addr)
{
	return (struct ob_backend_entry){
		.addr = service_parse(addr),
		.port = SERVICE_BACKEND,
		.cluster = 2,
	};
}

void service_put(struct services *s, const struct ob_service_entry *entry)
{
	struct ob_status status = OB_STATUS_INIT;
	int r = ob_services_set(s->s, entry, &status);

	if (r)
		fail_msg("%s: %s", strerror(-r), status.message);
}

void service_set(struct services *s, const char *addr, uint8_t protocol,
		 struct ob_backend_entry *backends, size_t n)
{
	struct ob_service_entry e = {
		.id = { .addr = service_parse(addr),
			.port = SERVICE_PORT,
			.protocol = protocol },
		.namespace = "default",
		.name = "nginx",
		.backends = backends,
		.n_backends = n,
	};

	service_put(s, &e);
}

int service_send(struct services *s, const struct packet_spec *in,
		 struct packet *ret)
{
	struct packet packet;
	struct run run;

	packet_build(in, &packet);
	assert_int_equal(0, harness_run(s->h, OB_HOOK_FROM_POD, NULL, RUN_PLAIN,
					&packet, &run));
	*ret = run.packet;
	return run.verdict;
}

unsigned int service_last_byte(const struct packet *p)
{
	const uint8_t *ip = p->b + PACKET_ETH;

	return ip[0] >> 4 == 4 ? ip[19] : ip[39];
}

static int count(const void *key, const void *value, void *arg)
{
	size_t *n = arg;

	(void)key;
	(void)value;
	(*n)++;
	return 0;
}

size_t service_count(const struct services *s, enum ob_map map)
{
	size_t n = 0;

	assert_int_equal(0, ob_map_each(s->dp.map_fd[map], count, &n));
	return n;
}
