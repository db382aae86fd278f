// SPDX-License-Identifier: Apache-2.0
#include "model/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORD_LEN 64

static int read_kind(const struct ob_reader *r, const cJSON *spec,
		     struct ob_service *s)
{
	const char *type = "", *ip = "";
	int err = ob_reader_text(r, spec, "type", WORD_LEN, &type);

	if (err == 0)
		err = ob_reader_text(r, spec, "clusterIP", WORD_LEN, &ip);
	if (err < 0)
		return err;
	s->external = strcmp(type, "ExternalName") == 0;
	s->spec.type = strcmp(ip, "None") == 0 ? OB_SERVICE_HEADLESS
					       : OB_SERVICE_CLUSTERSET_IP;
	return 0;
}

static int read_service(struct ob_reader *r, const cJSON *object,
			struct ob_service *s)
{
	const cJSON *spec = ob_reader_member(object, "spec");
	struct ob_reader_metadata m;
	int err = ob_reader_metadata(r, object, OB_SERVICE_NAME_LEN, &m);

	if (err < 0)
		return err;
	s->name = m.name;
	s->namespace = m.namespace;
	s->deleting = m.deleting;
	r->where = "spec";
	err = read_kind(r, spec, s);
	/* What is not exported need not make sense. */
	s->spec.internal_policy = s->spec.distribution = "";
	if (err == 0 && !s->external)
		err = ob_service_spec_read(r, spec, &s->spec);
	return err;
}

static struct ob_service *pack(struct ob_pack *p, const struct ob_service *from)
{
	struct ob_service *to = ob_pack(p, from, sizeof(*from));
	struct ob_service s = *from;

	ob_service_spec_pack(p, &s.spec);
	s.namespace = ob_pack_text(p, from->namespace, NULL, NULL);
	s.name = ob_pack_text(p, from->name, NULL, NULL);
	if (to)
		*to = s;
	return to;
}

int ob_service_decode(const cJSON *object, struct ob_service **ret,
		      struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_service s = { 0 };
	struct ob_reader r = { .arena = a,
			       .status = status,
			       .reason = "InvalidService",
			       .kind = "Service",
			       .name = "?" };
	struct ob_pack p = { 0 };
	int err = read_service(&r, object, &s);

	if (err < 0)
		return err;
	(void)pack(&p, &s);
	p = (struct ob_pack){ .base = malloc(p.used) };
	if (!p.base)
		return -ENOMEM;
	*ret = pack(&p, &s);
	return 0;
}

void ob_service_free(struct ob_service *s)
{
	free(s);
}

bool ob_service_equal(const struct ob_service *a, const struct ob_service *b)
{
	return strcmp(a->namespace, b->namespace) == 0 &&
	       strcmp(a->name, b->name) == 0 && a->external == b->external &&
	       a->deleting == b->deleting &&
	       ob_service_spec_equal(&a->spec, &b->spec);
}
