// SPDX-License-Identifier: Apache-2.0
#include "model/service_import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/pack.h"
#include "model/reader.h"
#include "model/service_port.h"

#define WORD_LEN 64 /* of enumerations, with the NUL */

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
	const cJSON *meta = ob_reader_member(object, "metadata");
	int err;

	r->where = "metadata";
	err = ob_reader_text(r, meta, "name", OB_SERVICE_NAME_LEN, &s->name);
	if (err == 0 && !s->name[0])
		err = ob_reader_refuse(r, "name", "is missing");
	if (err < 0)
		return err;
	r->name = s->name;
	err = ob_reader_text(r, meta, "namespace", OB_SERVICE_NAME_LEN,
			     &s->namespace);
	if (err == 0)
		err = ob_reader_text(r, meta, "uid", OB_READER_UID_LEN,
				     &s->uid);
	if (err == 0)
		err = ob_reader_is_set(r, meta, "deletionTimestamp",
				       &s->deleting);
	return err;
}

static int read_type(const struct ob_reader *r, const cJSON *spec,
		     struct ob_service_import *s)
{
	const char *type;
	int err = ob_reader_text(r, spec, "type", WORD_LEN, &type);

	if (err < 0)
		return err;
	if (strcmp(type, "Headless") == 0)
		s->type = OB_SERVICE_HEADLESS;
	else if (strcmp(type, "ClusterSetIP") == 0)
		s->type = OB_SERVICE_CLUSTERSET_IP;
	else
		return ob_reader_refuse(r, "type",
					"is neither ClusterSetIP nor Headless");
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

static int read_families(const struct ob_reader *r, const cJSON *spec,
			 struct ob_service_import *s)
{
	const cJSON *list, *item;
	size_t n;
	int err = ob_reader_list(r, spec, "ipFamilies", 2, &list, &n);

	if (err < 0)
		return err;
	cJSON_ArrayForEach(item, list)
	{
		const char *word = cJSON_GetStringValue(item);

		if (word && strcmp(word, "IPv4") == 0)
			s->families[0] = true;
		else if (word && strcmp(word, "IPv6") == 0)
			s->families[1] = true;
		else
			return ob_reader_refuse(
				r, "ipFamilies",
				"has an element that is neither IPv4 nor IPv6");
	}
	return 0;
}

static int read_affinity(const struct ob_reader *r, const cJSON *spec,
			 struct ob_service_import *s)
{
	const char *word;
	int64_t seconds = 0;
	int err = ob_reader_text(r, spec, "sessionAffinity", WORD_LEN, &word);

	if (err < 0)
		return err;
	if (!word[0] || strcmp(word, "None") == 0)
		return 0;
	if (strcmp(word, "ClientIP") != 0)
		return ob_reader_refuse(r, "sessionAffinity",
					"is neither None nor ClientIP");
	err = ob_reader_int(r,
			    ob_json_at(spec, "sessionAffinityConfig.clientIP"),
			    "timeoutSeconds", 0, OB_AFFINITY_MAX_S, &seconds);
	s->affinity_s = seconds ? (uint32_t)seconds : OB_AFFINITY_DEFAULT_S;
	return err;
}

static int read_spec(struct ob_reader *r, const cJSON *object,
		     struct ob_service_import *s)
{
	const cJSON *spec = ob_reader_member(object, "spec");
	int err;

	r->where = "spec";
	err = read_type(r, spec, s);
	if (err == 0)
		err = read_ips(r, spec, s);
	if (err == 0)
		err = read_families(r, spec, s);
	if (err == 0)
		err = read_affinity(r, spec, s);
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
	       a->type == b->type && a->families[0] == b->families[0] &&
	       a->families[1] == b->families[1] &&
	       a->affinity_s == b->affinity_s && a->deleting == b->deleting &&
	       same_ips(a, b) &&
	       ob_service_ports_equal(a->ports, a->n_ports, b->ports,
				      b->n_ports);
}
