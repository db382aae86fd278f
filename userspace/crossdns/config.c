// SPDX-License-Identifier: Apache-2.0
#include "crossdns/config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "crossdns/config_read.h"
#include "ob/api/services.h"

#define TTL_S	     5	  /* the documents' */
#define MAX_ANSWERS  40	  /* IPv6 addresses that fit into UDP_SIZE */
#define UDP_SIZE     1232 /* dnsflagday.net/2020 */
#define MOST_WORKERS 4	  /* unless asked for more */
#define CONNECTIONS  1024
#define PER_CLIENT   64
#define IDLE_S	     10
#define SERVERS_MAX  16

void ob_crossdns_config_free(struct ob_crossdns_config *c)
{
	/* It lives in its own arena. */
	ob_arena_free(c->arena);
}

/* Zones. */

static enum ob_view view_of(const struct ob_raw_zone *z)
{
	bool cluster_names = z->cluster_names.at.path
				     ? z->cluster_names.v
				     : !strcmp(z->name.v, OB_ZONE_HYPEROS);

	if (!cluster_names)
		return OB_VIEW_STANDARD;
	if (z->answer.v && !strcmp(z->answer.v, "endpoints"))
		return OB_VIEW_ENDPOINTS;
	return OB_VIEW_VIRTUAL;
}

static bool same_name(const char *a, const char *b)
{
	struct ob_dns_name x, y;

	return ob_dns_name_parse(a, &x) == 0 && ob_dns_name_parse(b, &y) == 0 &&
	       x.len == y.len && memcmp(x.wire, y.wire, x.len) == 0;
}

static int take_zone(const struct ob_config_errors *e,
		     const struct ob_raw_zone *z, struct ob_crossdns_config *c)
{
	enum ob_view view = view_of(z);

	if (z->answer.v && view == OB_VIEW_STANDARD)
		return ob_config_fail(e, &z->answer.at,
				      "needs cluster_names: true");
	for (size_t i = 0; i < c->n_zones; i++)
		if (same_name(c->zones[i].name, z->name.v))
			return ob_config_fail(e, &z->name.at, "is there twice");
	c->zones[c->n_zones++] = (struct ob_crossdns_zone_config){
		ob_arena_strdup(c->arena, z->name.v), view
	};
	return 0;
}

static int take_zones(const struct ob_config_errors *e,
		      const struct ob_raw_zones *raw,
		      struct ob_crossdns_config *c)
{
	static const struct ob_crossdns_zone_config both[] = {
		{ OB_ZONE_CLUSTERSET, OB_VIEW_STANDARD },
		{ OB_ZONE_HYPEROS, OB_VIEW_VIRTUAL },
	};

	if (!raw->at.path) {
		memcpy(c->zones, both, sizeof(both));
		c->n_zones = ARRAY_SIZE(both);
		return 0;
	}
	if (raw->n == 0 || raw->n > OB_CROSSDNS_ZONES_MAX)
		return ob_config_fail(e, &raw->at, "%zu zones, from 1 to %d",
				      raw->n, OB_CROSSDNS_ZONES_MAX);
	for (size_t i = 0; i < raw->n; i++) {
		int r = take_zone(e, &raw->v[i], c);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Sockets. */

static void add_listen(struct ob_workers_options *w, const struct ob_addr *addr,
		       uint16_t port)
{
	w->listen[w->n_listen++] = (struct ob_listen){ *addr, port };
}

static int take_listen(const struct ob_config_errors *e,
		       const struct ob_raw_listens *raw,
		       struct ob_workers_options *w)
{
	static const struct ob_addr any[] = { { .family = AF_INET },
					      { .family = AF_INET6 } };
	static const struct ob_raw_metrics port53 = { .port = OB_DNS_PORT };
	const struct ob_raw_metrics *v = raw->at.path ? raw->v : &port53;
	size_t n = raw->at.path ? raw->n : 1;

	/* The address of both families stands for two. */
	if (n == 0 || n > OB_LISTEN_MAX / 2)
		return ob_config_fail(e, &raw->at,
				      "%zu addresses, from 1 to "
				      "%d",
				      n, OB_LISTEN_MAX / 2);
	for (size_t i = 0; i < n; i++) {
		if (v[i].addr.family) {
			add_listen(w, &v[i].addr, v[i].port);
			continue;
		}
		add_listen(w, &any[0], v[i].port);
		add_listen(w, &any[1], v[i].port);
		w->listen_default |= n == 1;
	}
	return 0;
}

/* Numbers. */

static uint32_t number(const struct ob_raw_number *n, uint32_t otherwise)
{
	return n->at.path ? n->v : otherwise;
}

static uint32_t default_workers(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	if (n < 1)
		return 1;
	return n < MOST_WORKERS ? (uint32_t)n : MOST_WORKERS;
}

static int take_numbers(const struct ob_config_errors *e,
			const struct ob_raw_crossdns *raw,
			struct ob_workers_options *w)
{
	w->ttl_s = number(&raw->ttl, TTL_S);
	w->max_answers = number(&raw->max_answers, MAX_ANSWERS);
	w->udp_size = (uint16_t)number(&raw->udp_size, UDP_SIZE);
	w->rate = number(&raw->rate, 0);
	w->n_workers = number(&raw->workers, default_workers());
	w->tcp_connections = number(&raw->tcp.connections, CONNECTIONS);
	w->tcp_per_client = number(&raw->tcp.per_client, PER_CLIENT);
	w->tcp_idle_ms = number(&raw->tcp.idle, IDLE_S) * 1000;
	w->local_first = raw->order.v && !strcmp(raw->order.v, "local-first");
	if (w->local_first && !raw->id.v)
		return ob_config_fail(e, &raw->order.at,
				      "local-first needs cluster_id");
	return 0;
}

static int take_servers(const struct ob_config_errors *e,
			const struct ob_raw_addrs *raw,
			struct ob_crossdns_config *c)
{
	struct ob_addr *v = ob_arena_array(c->arena, raw->n, sizeof(*v));

	if (raw->n > SERVERS_MAX)
		return ob_config_fail(e, &raw->at, "%zu addresses, at most %d",
				      raw->n, SERVERS_MAX);
	for (size_t i = 0; i < raw->n; i++)
		v[i] = raw->v[i].v;
	c->servers = v;
	c->n_servers = raw->n;
	return 0;
}

static void take_rest(const struct ob_raw_crossdns *raw,
		      struct ob_crossdns_config *c)
{
	c->cluster_id = ob_arena_strdup(c->arena, raw->id.v ?: "");
	c->api.in_cluster = !raw->api.kubeconfig.v;
	if (raw->api.kubeconfig.v)
		c->api.kubeconfig =
			ob_arena_strdup(c->arena, raw->api.kubeconfig.v);
	c->has_metrics = !raw->metrics.off;
	c->metrics_addr = raw->metrics.addr;
	c->metrics_port = raw->metrics.port;
	if (raw->metrics.at.path)
		return;
	(void)ob_addr_parse("127.0.0.1", &c->metrics_addr);
	c->metrics_port = OB_CROSSDNS_METRICS_PORT;
}

static struct ob_crossdns_config *config_alloc(void)
{
	struct ob_arena *arena = ob_arena_new();
	struct ob_crossdns_config *c = ob_arena_alloc(arena, sizeof(*c));

	c->arena = arena;
	return c;
}

int ob_crossdns_config_parse(const char *name, const char *bytes, size_t size,
			     struct ob_crossdns_config **ret,
			     struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *scratch = ob_arena_new();
	_cleanup_(ob_crossdns_config_freep) struct ob_crossdns_config *c =
		config_alloc();
	struct ob_config_errors e = { .name = name, .status = status };
	struct ob_raw_crossdns raw;
	int r = ob_crossdns_config_read(scratch, &e, bytes, size, &raw);

	if (r == 0)
		r = take_zones(&e, &raw.zones, c);
	if (r == 0)
		r = take_listen(&e, &raw.listen, &c->workers);
	if (r == 0)
		r = take_servers(&e, &raw.servers, c);
	if (r == 0)
		r = take_numbers(&e, &raw, &c->workers);
	if (r < 0)
		return r;
	take_rest(&raw, c);
	*ret = TAKE_PTR(c);
	return 0;
}

int ob_crossdns_config_load(const char *path, struct ob_crossdns_config **ret,
			    struct ob_status *status)
{
	_free_ char *bytes = NULL;
	size_t size = 0;
	int r = ob_fields_file(path, &bytes, &size, status);

	if (r < 0)
		return r;
	return ob_crossdns_config_parse(path, bytes, size, ret, status);
}
