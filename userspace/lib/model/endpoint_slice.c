// SPDX-License-Identifier: Apache-2.0
#include "model/endpoint_slice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/pack.h"
#include "model/reader.h"
#include "model/service_port.h"
#include "ob/api/services.h"

#define LABEL_LEN      64
#define WORD_LEN       64
#define PORT_NAME_LEN  254
#define ANNOTATION_LEN (OB_SERVICE_MAX_PORTS * 80)
#define MAX_ADDRESSES  100 /* of one endpoint, of the API */

static int read_labels(struct ob_reader *r, const cJSON *meta,
		       struct ob_endpoint_slice *s)
{
	const struct {
		const char *key;
		const char **ret;
	} labels[] = {
		{ OB_LABEL_KUBE_SERVICE, &s->kube_service },
		{ OB_LABEL_MANAGED_BY, &s->managed_by },
		{ OB_LABEL_SERVICE_NAME, &s->service },
		{ OB_LABEL_SOURCE_CLUSTER, &s->source_cluster },
	};
	const cJSON *object = ob_reader_member(meta, "labels");
	int err = 0;

	r->where = "metadata.labels";
	for (size_t i = 0; i < ARRAY_SIZE(labels) && err == 0; i++)
		err = ob_reader_text(r, object, labels[i].key, LABEL_LEN,
				     labels[i].ret);
	return err;
}

static int read_service_ports(struct ob_reader *r, const cJSON *meta,
			      struct ob_endpoint_slice *s)
{
	const char *text;
	int err;

	r->where = "metadata.annotations";
	err = ob_reader_text(r, ob_reader_member(meta, "annotations"),
			     OB_ANNOTATION_SERVICE_PORTS, ANNOTATION_LEN,
			     &text);
	if (err < 0)
		return err;
	if (ob_service_ports_parse(r->arena, text, &s->service_ports,
				   &s->n_service_ports) < 0)
		return ob_reader_refuse(r, OB_ANNOTATION_SERVICE_PORTS,
					"is not a list of NAME:PROTOCOL/PORT");
	return 0;
}

static int read_metadata(struct ob_reader *r, const cJSON *object,
			 struct ob_endpoint_slice *s)
{
	const cJSON *meta = ob_reader_member(object, "metadata");
	struct ob_reader_metadata m;
	int err = ob_reader_metadata(r, object, OB_READER_NAME_LEN, &m);

	if (err < 0)
		return err;
	s->name = m.name;
	s->namespace = m.namespace;
	s->deleting = m.deleting;
	err = read_labels(r, meta, s);
	return err < 0 ? err : read_service_ports(r, meta, s);
}

static int read_family(struct ob_reader *r, const cJSON *object,
		       struct ob_endpoint_slice *s)
{
	const char *type;
	int err;

	r->where = "";
	err = ob_reader_text(r, object, "addressType", WORD_LEN, &type);
	if (err < 0)
		return err;
	if (strcmp(type, "IPv4") == 0)
		s->family = AF_INET;
	else if (strcmp(type, "IPv6") == 0)
		s->family = AF_INET6;
	else
		return ob_reader_refuse(r, "addressType",
					"is neither IPv4 nor IPv6");
	return 0;
}

static int read_port(const struct ob_reader *r, const cJSON *item,
		     struct ob_slice_port *p)
{
	int64_t number = 0;
	int err = ob_reader_text(r, item, "name", PORT_NAME_LEN, &p->name);

	if (err == 0)
		err = ob_service_protocol_read(r, item, &p->protocol);
	if (err == 0)
		err = ob_reader_int(r, item, "port", 0, 65535, &number);
	p->port = (uint16_t)number;
	return err;
}

static int read_ports(const struct ob_reader *parent, const cJSON *object,
		      struct ob_endpoint_slice *s)
{
	struct ob_reader r = *parent;
	const cJSON *list, *item;
	size_t i = 0;
	int err = ob_reader_list(parent, object, "ports", OB_SLICE_MAX_PORTS,
				 &list, &s->n_ports);

	if (err < 0)
		return err;
	s->ports = ob_arena_array(r.arena, s->n_ports, sizeof(*s->ports));
	cJSON_ArrayForEach(item, list)
	{
		r.where = ob_arena_printf(r.arena, "ports[%zu]", i);
		err = read_port(&r, item, &s->ports[i++]);
		if (err < 0)
			return err;
	}
	return 0;
}

static int read_address(const struct ob_reader *r, const cJSON *item,
			uint8_t family, struct ob_addr *ret)
{
	const cJSON *list;
	const char *text;
	size_t n;
	int err =
		ob_reader_list(r, item, "addresses", MAX_ADDRESSES, &list, &n);

	if (err < 0)
		return err;
	text = n > 0 ? cJSON_GetStringValue(list->child) : NULL;
	if (!text || ob_addr_parse(text, ret) < 0 || ret->family != family)
		return ob_reader_refuse(
			r, "addresses",
			"does not begin with an address of the addressType");
	return 0;
}

static int read_conditions(const struct ob_reader *r, const cJSON *item,
			   struct ob_endpoint *e)
{
	const cJSON *c = ob_reader_member(item, "conditions");
	int err = ob_reader_bool(r, c, "ready", true, &e->ready);

	if (err == 0)
		err = ob_reader_bool(r, c, "serving", e->ready, &e->serving);
	if (err == 0)
		err = ob_reader_bool(r, c, "terminating", false,
				     &e->terminating);
	return err;
}

static int read_endpoint(const struct ob_reader *r, const cJSON *item,
			 uint8_t family, struct ob_endpoint *e)
{
	int err = read_address(r, item, family, &e->addr);

	if (err == 0)
		err = read_conditions(r, item, e);
	if (err == 0)
		err = ob_reader_text(r, item, "hostname", LABEL_LEN,
				     &e->hostname);
	if (err == 0)
		err = ob_reader_text(r, item, "zone", OB_READER_NAME_LEN,
				     &e->zone);
	return err;
}

static int read_endpoints(const struct ob_reader *parent, const cJSON *object,
			  struct ob_endpoint_slice *s)
{
	struct ob_reader r = *parent;
	const cJSON *list, *item;
	char where[32];
	size_t i = 0;
	int err =
		ob_reader_list(parent, object, "endpoints",
			       OB_SLICE_MAX_ENDPOINTS, &list, &s->n_endpoints);

	if (err < 0)
		return err;
	s->endpoints =
		ob_arena_array(r.arena, s->n_endpoints, sizeof(*s->endpoints));
	r.where = where;
	cJSON_ArrayForEach(item, list)
	{
		snprintf(where, sizeof(where), "endpoints[%zu]", i);
		err = read_endpoint(&r, item, s->family, &s->endpoints[i++]);
		if (err < 0)
			return err;
	}
	return 0;
}

static void pack_endpoints(struct ob_pack *p, const struct ob_endpoint *from,
			   struct ob_endpoint *to, size_t n)
{
	static const struct ob_endpoint none = { .zone = "" };
	struct ob_endpoint last = none;

	for (size_t i = 0; i < n; i++) {
		const struct ob_endpoint *e = &from[i],
					 *before = i > 0 ? e - 1 : &none;

		last.hostname = ob_pack_text(p, e->hostname, NULL, NULL);
		last.zone = ob_pack_text(p, e->zone, before->zone, last.zone);
		if (!to)
			continue;
		to[i].hostname = last.hostname;
		to[i].zone = last.zone;
	}
}

static struct ob_slice_port *
pack_ports(struct ob_pack *p, const struct ob_slice_port *from, size_t n)
{
	struct ob_slice_port *to = ob_pack(p, from, n * sizeof(*from));

	for (size_t i = 0; i < n; i++) {
		const char *name = ob_pack_text(p, from[i].name, NULL, NULL);

		if (to)
			to[i].name = name;
	}
	return to;
}

static struct ob_endpoint_slice *pack(struct ob_pack *p,
				      const struct ob_endpoint_slice *from)
{
	struct ob_endpoint_slice *to = ob_pack(p, from, sizeof(*from));
	struct ob_endpoint_slice s = *from;

	s.endpoints = ob_pack(p, from->endpoints,
			      from->n_endpoints * sizeof(*from->endpoints));
	s.ports = pack_ports(p, from->ports, from->n_ports);
	s.service_ports = ob_service_ports_pack(p, from->service_ports,
						from->n_service_ports);
	s.namespace = ob_pack_text(p, from->namespace, NULL, NULL);
	s.name = ob_pack_text(p, from->name, NULL, NULL);
	s.kube_service = ob_pack_text(p, from->kube_service, NULL, NULL);
	s.managed_by = ob_pack_text(p, from->managed_by, NULL, NULL);
	s.service = ob_pack_text(p, from->service, NULL, NULL);
	s.source_cluster = ob_pack_text(p, from->source_cluster, NULL, NULL);
	pack_endpoints(p, from->endpoints, s.endpoints, from->n_endpoints);
	if (to)
		*to = s;
	return to;
}

int ob_endpoint_slice_decode(const cJSON *object,
			     struct ob_endpoint_slice **ret,
			     struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_endpoint_slice s = { 0 };
	struct ob_reader r = { .arena = a,
			       .status = status,
			       .reason = "InvalidEndpointSlice",
			       .kind = "EndpointSlice",
			       .name = "?" };
	struct ob_pack p = { 0 };
	int err = read_metadata(&r, object, &s);

	if (err == 0)
		err = read_family(&r, object, &s);
	if (err == 0)
		err = read_ports(&r, object, &s);
	if (err == 0)
		err = read_endpoints(&r, object, &s);
	if (err < 0)
		return err;
	(void)pack(&p, &s);
	p = (struct ob_pack){ .base = malloc(p.used) };
	if (!p.base)
		return -ENOMEM;
	*ret = pack(&p, &s);
	return 0;
}

void ob_endpoint_slice_free(struct ob_endpoint_slice *s)
{
	free(s);
}

static bool same_endpoint(const struct ob_endpoint *a,
			  const struct ob_endpoint *b)
{
	return ob_addr_equal(&a->addr, &b->addr) && a->ready == b->ready &&
	       a->serving == b->serving && a->terminating == b->terminating &&
	       strcmp(a->hostname, b->hostname) == 0 &&
	       strcmp(a->zone, b->zone) == 0;
}

static bool same_ports(const struct ob_endpoint_slice *a,
		       const struct ob_endpoint_slice *b)
{
	if (a->n_ports != b->n_ports)
		return false;
	for (size_t i = 0; i < a->n_ports; i++)
		if (strcmp(a->ports[i].name, b->ports[i].name) != 0 ||
		    a->ports[i].protocol != b->ports[i].protocol ||
		    a->ports[i].port != b->ports[i].port)
			return false;
	return true;
}

static bool same_endpoints(const struct ob_endpoint_slice *a,
			   const struct ob_endpoint_slice *b)
{
	if (a->n_endpoints != b->n_endpoints)
		return false;
	for (size_t i = 0; i < a->n_endpoints; i++)
		if (!same_endpoint(&a->endpoints[i], &b->endpoints[i]))
			return false;
	return true;
}

bool ob_endpoint_slice_equal(const struct ob_endpoint_slice *a,
			     const struct ob_endpoint_slice *b)
{
	return strcmp(a->namespace, b->namespace) == 0 &&
	       strcmp(a->name, b->name) == 0 &&
	       strcmp(a->kube_service, b->kube_service) == 0 &&
	       strcmp(a->managed_by, b->managed_by) == 0 &&
	       strcmp(a->service, b->service) == 0 &&
	       strcmp(a->source_cluster, b->source_cluster) == 0 &&
	       a->family == b->family && a->deleting == b->deleting &&
	       same_ports(a, b) &&
	       ob_service_ports_equal(a->service_ports, a->n_service_ports,
				      b->service_ports, b->n_service_ports) &&
	       same_endpoints(a, b);
}

uint16_t ob_endpoint_slice_target(const struct ob_endpoint_slice *s,
				  uint8_t protocol, uint16_t port)
{
	const struct ob_service_port *own = NULL;

	for (size_t i = 0; i < s->n_service_ports && !own; i++)
		if (s->service_ports[i].protocol == protocol &&
		    s->service_ports[i].port == port)
			own = &s->service_ports[i];
	for (size_t i = 0; i < s->n_ports && own; i++)
		if (s->ports[i].protocol == protocol &&
		    strcmp(s->ports[i].name, own->name) == 0)
			return s->ports[i].port;
	return 0;
}
