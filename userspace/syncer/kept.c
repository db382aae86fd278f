// SPDX-License-Identifier: Apache-2.0
#include "syncer/kept.h"

#include <stdlib.h>
#include <string.h>

/* What is in an endpoint's first byte. */
#define READY	    0x01
#define SERVING	    0x02
#define TERMINATING 0x04
#define HOSTNAME    0x08 /* one follows */
#define ZONE	    0x10 /* one follows; else that of the one before */

struct ob_kept_slice {
	uint16_t n_endpoints; /* at most OB_SLICE_MAX_ENDPOINTS */
	uint8_t n_ports, n_service_ports;
	uint8_t family;
	bool deleting;
	unsigned char bytes[]; /* begins with its name */
};

_Static_assert(OB_SLICE_MAX_ENDPOINTS <= UINT16_MAX, "n_endpoints");
_Static_assert(OB_SLICE_MAX_PORTS <= UINT8_MAX, "n_ports");
_Static_assert(OB_SERVICE_MAX_PORTS <= UINT8_MAX, "n_service_ports");

/* Runs twice: to measure (base NULL), and to copy. */
struct output {
	unsigned char *base;
	size_t used;
};

static void put(struct output *o, const void *from, size_t size)
{
	if (o->base)
		memcpy(o->base + o->used, from, size);
	o->used += size;
}

static void put_text(struct output *o, const char *text)
{
	put(o, text, strlen(text) + 1);
}

static void put_ports(struct output *o, const struct ob_endpoint_slice *s)
{
	for (size_t i = 0; i < s->n_ports; i++) {
		const struct ob_slice_port *p = &s->ports[i];

		put(o, &p->protocol, sizeof(p->protocol));
		put(o, &p->port, sizeof(p->port));
		put_text(o, p->name);
	}
	for (size_t i = 0; i < s->n_service_ports; i++) {
		const struct ob_service_port *p = &s->service_ports[i];

		put(o, &p->protocol, sizeof(p->protocol));
		put(o, &p->port, sizeof(p->port));
		put_text(o, p->name);
		put_text(o, p->app_protocol);
	}
}

static void put_endpoint(struct output *o, const struct ob_endpoint *e,
			 const char *zone_before)
{
	bool other_zone = strcmp(e->zone, zone_before) != 0;
	uint8_t flags = 0;

	flags |= e->ready ? READY : 0;
	flags |= e->serving ? SERVING : 0;
	flags |= e->terminating ? TERMINATING : 0;
	flags |= e->hostname[0] ? HOSTNAME : 0;
	flags |= other_zone ? ZONE : 0;
	put(o, &flags, sizeof(flags));
	put(o, e->addr.b, ob_addr_size(&e->addr));
	if (e->hostname[0])
		put_text(o, e->hostname);
	if (other_zone)
		put_text(o, e->zone);
}

static void put_slice(struct output *o, const struct ob_endpoint_slice *s)
{
	const char *zone = "";

	put_text(o, s->name);
	put_text(o, s->namespace);
	put_ports(o, s);
	for (size_t i = 0; i < s->n_endpoints; i++) {
		put_endpoint(o, &s->endpoints[i], zone);
		zone = s->endpoints[i].zone;
	}
}

struct ob_kept_slice *ob_kept_slice_new(const struct ob_endpoint_slice *s)
{
	struct output size = { 0 }, o = { 0 };
	struct ob_kept_slice *k;

	put_slice(&size, s);
	k = malloc(sizeof(*k) + size.used);
	if (!k)
		return NULL;
	*k = (struct ob_kept_slice){
		.n_endpoints = (uint16_t)s->n_endpoints,
		.n_ports = (uint8_t)s->n_ports,
		.n_service_ports = (uint8_t)s->n_service_ports,
		.family = s->family,
		.deleting = s->deleting,
	};
	o.base = k->bytes;
	put_slice(&o, s);
	return k;
}

void ob_kept_slice_free(struct ob_kept_slice *k)
{
	free(k);
}

const char *ob_kept_slice_name(const struct ob_kept_slice *k)
{
	return (const char *)k->bytes;
}

size_t ob_kept_slice_endpoints(const struct ob_kept_slice *k)
{
	return k->n_endpoints;
}

bool ob_kept_slice_deleting(const struct ob_kept_slice *k)
{
	return k->deleting;
}

static void get(const unsigned char **at, void *to, size_t size)
{
	memcpy(to, *at, size);
	*at += size;
}

static const char *get_text(const unsigned char **at)
{
	const char *text = (const char *)*at;

	*at += strlen(text) + 1;
	return text;
}

static void get_ports(const unsigned char **at, struct ob_endpoint_slice *s)
{
	for (size_t i = 0; i < s->n_ports; i++) {
		struct ob_slice_port *p = &s->ports[i];

		get(at, &p->protocol, sizeof(p->protocol));
		get(at, &p->port, sizeof(p->port));
		p->name = get_text(at);
	}
	for (size_t i = 0; i < s->n_service_ports; i++) {
		struct ob_service_port *p = &s->service_ports[i];

		get(at, &p->protocol, sizeof(p->protocol));
		get(at, &p->port, sizeof(p->port));
		p->name = get_text(at);
		p->app_protocol = get_text(at);
	}
}

static void get_endpoint(const unsigned char **at, uint8_t family,
			 const char *zone_before, struct ob_endpoint *e)
{
	uint8_t flags;

	get(at, &flags, sizeof(flags));
	e->ready = flags & READY;
	e->serving = flags & SERVING;
	e->terminating = flags & TERMINATING;
	e->addr.family = family;
	get(at, e->addr.b, ob_addr_size(&e->addr));
	e->hostname = flags & HOSTNAME ? get_text(at) : "";
	e->zone = flags & ZONE ? get_text(at) : zone_before;
}

const struct ob_endpoint_slice *
ob_kept_slice_open(struct ob_arena *a, const struct ob_kept_slice *k)
{
	struct ob_endpoint_slice *s = ob_arena_alloc(a, sizeof(*s));
	const unsigned char *at = k->bytes;
	const char *zone = "";

	s->family = k->family;
	s->deleting = k->deleting;
	s->n_ports = k->n_ports;
	s->n_service_ports = k->n_service_ports;
	s->n_endpoints = k->n_endpoints;
	s->ports = ob_arena_array(a, s->n_ports, sizeof(*s->ports));
	s->service_ports = ob_arena_array(a, s->n_service_ports,
					  sizeof(*s->service_ports));
	s->endpoints = ob_arena_array(a, s->n_endpoints, sizeof(*s->endpoints));
	s->name = get_text(&at);
	s->namespace = get_text(&at);
	s->kube_service = s->managed_by = s->service = s->source_cluster = "";
	get_ports(&at, s);
	for (size_t i = 0; i < s->n_endpoints; i++) {
		get_endpoint(&at, s->family, zone, &s->endpoints[i]);
		zone = s->endpoints[i].zone;
	}
	return s;
}
