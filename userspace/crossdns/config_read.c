// SPDX-License-Identifier: Apache-2.0
#include "crossdns/config_read.h"

#include <errno.h>
#include <string.h>

#include "crossdns/config.h"
#include "crossdns/respond.h"
#include "crossdns/udp.h"

#define TTL_MAX		86400
#define RATE_MAX	1000000
#define CONNECTIONS_MAX 100000
#define IDLE_MAX_S	3600

/* Numbers. */

static int read_ttl(struct ob_config_reader *r, const struct ob_yaml *node,
		    const struct ob_place *at, void *out)
{
	return ob_value_number(r, node, at, 1, TTL_MAX, out);
}

static int read_max_answers(struct ob_config_reader *r,
			    const struct ob_yaml *node,
			    const struct ob_place *at, void *out)
{
	return ob_value_number(r, node, at, 1, OB_RESPOND_MAX_ANSWERS, out);
}

static int read_udp_size(struct ob_config_reader *r, const struct ob_yaml *node,
			 const struct ob_place *at, void *out)
{
	return ob_value_number(r, node, at, OB_DNS_UDP_MIN, OB_UDP_SIZE_MAX,
			       out);
}

static int read_rate(struct ob_config_reader *r, const struct ob_yaml *node,
		     const struct ob_place *at, void *out)
{
	return ob_value_number(r, node, at, 0, RATE_MAX, out);
}

static int read_workers(struct ob_config_reader *r, const struct ob_yaml *node,
			const struct ob_place *at, void *out)
{
	return ob_value_number(r, node, at, 1, OB_WORKERS_MAX, out);
}

static int read_connections(struct ob_config_reader *r,
			    const struct ob_yaml *node,
			    const struct ob_place *at, void *out)
{
	return ob_value_number(r, node, at, 1, CONNECTIONS_MAX, out);
}

static int read_idle(struct ob_config_reader *r, const struct ob_yaml *node,
		     const struct ob_place *at, void *out)
{
	return ob_value_number(r, node, at, 1, IDLE_MAX_S, out);
}

/* Words. */

static int read_word(struct ob_config_reader *r, const struct ob_yaml *node,
		     const struct ob_place *at, const char *one,
		     const char *other, struct ob_raw_text *t)
{
	const char *what = ob_arena_printf(r->arena, "%s or %s", one, other);

	t->v = ob_value_text(r, node, at, what);
	if (!t->v)
		return -EINVAL;
	t->at = *at;
	if (strcmp(t->v, one) != 0 && strcmp(t->v, other) != 0)
		return ob_value_refuse(r, at, "expected %s", what);
	return 0;
}

static int read_order(struct ob_config_reader *r, const struct ob_yaml *node,
		      const struct ob_place *at, void *out)
{
	return read_word(r, node, at, "spread", "local-first", out);
}

static int read_answer(struct ob_config_reader *r, const struct ob_yaml *node,
		       const struct ob_place *at, void *out)
{
	return read_word(r, node, at, "clusterset-ip", "endpoints", out);
}

/* Zones. */

static int read_zone_name(struct ob_config_reader *r,
			  const struct ob_yaml *node, const struct ob_place *at,
			  void *out)
{
	struct ob_raw_text *t = out;
	struct ob_dns_name name;

	t->v = ob_value_text(r, node, at, "the name of a zone");
	if (!t->v)
		return -EINVAL;
	t->at = *at;
	/* What is rendered from it is text once more: no quotes, no blanks. */
	if (strlen(t->v) > OB_CROSSDNS_ZONE_LEN ||
	    strspn(t->v, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789-_.") != strlen(t->v) ||
	    ob_dns_name_parse(t->v, &name) < 0)
		return ob_value_refuse(r, at,
				       "not a domain name of at most %d "
				       "characters",
				       OB_CROSSDNS_ZONE_LEN);
	return 0;
}

#define ZONE_FIELD(name, member, fn, required)                                 \
	{                                                                      \
		name, fn, offsetof(struct ob_raw_zone, member), required       \
	}
#define TCP_FIELD(name, member, fn)                                            \
	{                                                                      \
		name, fn, offsetof(struct ob_raw_tcp, member), false           \
	}
#define TOP_FIELD(name, member, fn)                                            \
	{                                                                      \
		name, fn, offsetof(struct ob_raw_crossdns, member), false      \
	}

static const struct ob_field zone_fields[] = {
	ZONE_FIELD("name", name, read_zone_name, true),
	ZONE_FIELD("cluster_names", cluster_names, ob_value_bool, false),
	ZONE_FIELD("answer", answer, read_answer, false),
	{ 0 },
};

static int push_zone(struct ob_config_reader *r, const struct ob_yaml *node,
		     const struct ob_place *at, void *out)
{
	struct ob_raw_zones *list = out;
	struct ob_raw_zone *z = OB_PUSH(r->arena, list);

	z->at = *at;
	if (node->kind == OB_YAML_SCALAR)
		return read_zone_name(r, node, at, &z->name);
	return ob_fields_read(r, node, at, zone_fields, z);
}

static int read_zones(struct ob_config_reader *r, const struct ob_yaml *node,
		      const struct ob_place *at, void *out)
{
	struct ob_raw_zones *list = out;

	list->at = *at;
	return ob_fields_each(r, node, at, push_zone, list);
}

/* The rest. */

static int push_listen(struct ob_config_reader *r, const struct ob_yaml *node,
		       const struct ob_place *at, void *out)
{
	struct ob_raw_listens *list = out;
	struct ob_raw_metrics *l = OB_PUSH(r->arena, list);
	int err = ob_value_metrics(r, node, at, l);

	if (err == 0 && l->off)
		return ob_value_refuse(r, at, "expected ADDRESS:PORT");
	return err;
}

static int read_listen(struct ob_config_reader *r, const struct ob_yaml *node,
		       const struct ob_place *at, void *out)
{
	struct ob_raw_listens *list = out;

	list->at = *at;
	return ob_fields_each(r, node, at, push_listen, list);
}

static const struct ob_field tcp_fields[] = {
	TCP_FIELD("connections", connections, read_connections),
	TCP_FIELD("connections_per_client", per_client, read_connections),
	TCP_FIELD("idle", idle, read_idle),
	{ 0 },
};

static int read_tcp(struct ob_config_reader *r, const struct ob_yaml *node,
		    const struct ob_place *at, void *out)
{
	struct ob_raw_tcp *tcp = out;

	tcp->at = *at;
	return ob_fields_read(r, node, at, tcp_fields, tcp);
}

static const struct ob_field top_fields[] = {
	TOP_FIELD("cluster_id", id, ob_value_label),
	TOP_FIELD("kubernetes", api, ob_api_kubernetes_read),
	TOP_FIELD("zones", zones, read_zones),
	TOP_FIELD("listen", listen, read_listen),
	TOP_FIELD("nameserver", servers, ob_fields_addrs),
	TOP_FIELD("ttl", ttl, read_ttl),
	TOP_FIELD("order", order, read_order),
	TOP_FIELD("max_answers", max_answers, read_max_answers),
	TOP_FIELD("udp_size", udp_size, read_udp_size),
	TOP_FIELD("rate_limit", rate, read_rate),
	TOP_FIELD("workers", workers, read_workers),
	TOP_FIELD("tcp", tcp, read_tcp),
	TOP_FIELD("metrics", metrics, ob_value_metrics),
	{ 0 },
};

int ob_crossdns_config_read(struct ob_arena *a,
			    const struct ob_config_errors *e, const char *bytes,
			    size_t size, struct ob_raw_crossdns *ret)
{
	struct ob_raw_crossdns raw = { 0 };
	int r = ob_fields_document(a, e, bytes, size, top_fields, &raw,
				   &raw.at);

	if (r == 0)
		*ret = raw;
	return r;
}
