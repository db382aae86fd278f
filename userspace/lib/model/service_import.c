// SPDX-License-Identifier: Apache-2.0
#include "model/service_import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/pack.h"
#include "model/reader.h"
#include "model/service_port.h"
#include "model/service_spec.h"

static const struct {
	const char *name;
	uint8_t protocol;
} protocols[] = {
	{ "TCP", IPPROTO_TCP },
	{ "UDP", IPPROTO_UDP },
	{ "SCTP", IPPROTO_SCTP },
};

const char *ob_service_protocol_name(uint8_t protocol)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i].protocol == protocol)
			return protocols[i].name;
	return NULL;
}

uint8_t ob_service_protocol_parse(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (strcmp(protocols[i].name, name) == 0)
			return protocols[i].protocol;
	return 0;
}

static int read_metadata(struct ob_reader *r, const cJSON *object,
			 struct ob_service_import *s)
{
	struct ob_reader_metadata m;
	int err = ob_reader_metadata(r, object, OB_SERVICE_NAME_LEN, &m);

	if (err < 0)
		return err;
	s->name = m.name;
	s->namespace = m.namespace;
	s->uid = m.uid;
	s->deleting = m.deleting;
	return 0;
}

static int read_ips(const struct ob_reader *r, const cJSON *spec,
		    struct ob_service_import *s)
{
	const cJSON *list, *item;
	size_t n;
	int err = ob_reader_list(r, spec, "ips", OB_SERVICE_MAX_IPS, &list, &n);

	if (err < 0)
		return err;
	cJSON_ArrayForEach(item, list)
	{
		if (!cJSON_IsString(item) ||
		    ob_addr_parse(item->valuestring, &s->ips[s->n_ips]) < 0)
			return ob_reader_refuse(
				r, "ips",
				"has an element that is not an IP address");
		s->n_ips++;
	}
	return 0;
}

static int read_spec(struct ob_reader *r, const cJSON *object,
		     struct ob_service_import *s)
{
	const cJSON *spec = ob_reader_member(object, "spec");
	int err;

	r->where = "spec";
	err = ob_service_type_read(r, spec, &s->type);
	if (err == 0)
		err = read_ips(r, spec, s);
	if (err == 0)
		err = ob_service_families_read(r, spec, s->families,
					       &s->n_families);
	if (err == 0)
		err = ob_service_affinity_read(r, spec, &s->affinity_s);
	if (err == 0)
		err = ob_service_ports_read(r, spec, "ports", &s->ports,
					    &s->n_ports);
	return err;
}

static struct ob_service_import *pack(struct ob_pack *p,
				      const struct ob_service_import *from)
{
	struct ob_service_import *to = ob_pack(p, from, sizeof(*from));
	struct ob_service_port *ports =
		ob_service_ports_pack(p, from->ports, from->n_ports);
	const char *namespace = ob_pack_text(p, from->namespace, NULL, NULL);
	const char *name = ob_pack_text(p, from->name, NULL, NULL);
	const char *uid = ob_pack_text(p, from->uid, NULL, NULL);

	if (!to)
		return NULL;
	to->ports = ports;
	to->namespace = namespace;
	to->name = name;
	to->uid = uid;
	return to;
}

int ob_service_import_decode(const cJSON *object,
			     struct ob_service_import **ret,
			     struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_service_import s = { 0 };
	struct ob_reader r = { .arena = a,
			       .status = status,
			       .reason = "InvalidServiceImport",
			       .kind = "ServiceImport",
			       .name = "?" };
	struct ob_pack p = { 0 };
	int err = read_metadata(&r, object, &s);

	if (err == 0)
		err = read_spec(&r, object, &s);
	if (err < 0)
		return err;
	(void)pack(&p, &s);
	p = (struct ob_pack){ .base = malloc(p.used) };
	if (!p.base)
		return -ENOMEM;
	*ret = pack(&p, &s);
	return 0;
}

void ob_service_import_free(struct ob_service_import *s)
{
	free(s);
}

static bool same_ips(const struct ob_service_import *a,
		     const struct ob_service_import *b)
{
	if (a->n_ips != b->n_ips)
		return false;
	for (size_t i = 0; i < a->n_ips; i++)
		if (!ob_addr_equal(&a->ips[i], &b->ips[i]))
			return false;
	return true;
}

bool ob_service_import_equal(const struct ob_service_import *a,
			     const struct ob_service_import *b)
{
	return strcmp(a->namespace, b->namespace) == 0 &&
	       strcmp(a->name, b->name) == 0 && strcmp(a->uid, b->uid) == 0 &&
	       a->type == b->type && a->n_families == b->n_families &&
	       memcmp(a->families, b->families, a->n_families) == 0 &&
	       a->affinity_s == b->affinity_s && a->deleting == b->deleting &&
	       same_ips(a, b) &&
	       ob_service_ports_equal(a->ports, a->n_ports, b->ports,
				      b->n_ports);
}
