// SPDX-License-Identifier: Apache-2.0
#include "services.h"

#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ob/abi/service.h"

#define PORT 80

struct bench_maps {
	int service, slot, backend;
};

static int open_map(const char *pins, const char *name)
{
	char path[BENCH_TEXT];

	snprintf(path, sizeof(path), "%s/%s", pins, name);
	return bpf_obj_get(path);
}

struct bench_maps *bench_maps_open(const char *pins)
{
	struct bench_maps *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->service = open_map(pins, "ob_service");
	m->slot = open_map(pins, "ob_slot");
	m->backend = open_map(pins, "ob_backend");
	if (m->service >= 0 && m->slot >= 0 && m->backend >= 0)
		return m;
	bench_maps_free(m);
	return NULL;
}

static struct ob_ip6 mapped(const struct ob_addr *addr)
{
	uint8_t bytes[16] = { [10] = 0xff, [11] = 0xff };
	struct ob_ip6 ip;

	_Static_assert(sizeof(ip) == sizeof(bytes), "an address");
	memcpy(bytes + 12, addr->b, 4);
	memcpy(&ip, bytes, sizeof(ip));
	return ip;
}

static bool leads_to(const struct bench_maps *m, uint32_t number, uint32_t id,
		     const struct ob_ip6 *addr)
{
	struct ob_backend b;

	return bpf_map_lookup_elem(m->backend, &number, &b) == 0 &&
	       b.service == id && b.state == OB_BACKEND_READY &&
	       memcmp(&b.addr, addr, sizeof(*addr)) == 0;
}

bool bench_maps_has(const struct bench_maps *m, const struct ob_addr *vip,
		    const struct ob_addr *endpoint)
{
	struct ob_service_key key = { .addr = mapped(vip),
				      .port = PORT,
				      .proto = OB_PROTO_TCP };
	struct ob_ip6 addr = mapped(endpoint);
	struct ob_service s;
	struct ob_slots slots;

	if (bpf_map_lookup_elem(m->service, &key, &s) < 0)
		return false;
	for (uint32_t i = 0; i < s.n_slots; i++) {
		uint32_t block = (s.first_slot + i) / OB_SLOTS;

		if (i % OB_SLOTS == 0 &&
		    bpf_map_lookup_elem(m->slot, &block, &slots) < 0)
			return false;
		if (leads_to(m, slots.backend[i % OB_SLOTS], s.id, &addr))
			return true;
	}
	return false;
}

void bench_maps_free(struct bench_maps *m)
{
	int fds[] = { m->service, m->slot, m->backend };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(m);
}
