// SPDX-License-Identifier: Apache-2.0
#include "obctl/flows.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/service_import.h"
#include "obctl/services.h"
#include "obctl/table.h"
#include "obctl/units.h"

struct ob_ctl_flow_filter ob_ctl_flow_filter_make(const char *text)
{
	struct ob_ctl_flow_filter filter = { .text = text };

	if (text)
		(void)ob_addr_parse(text, &filter.addr);
	return filter;
}

bool ob_ctl_flow_matches(const struct ob_ctl_view *view,
			 const struct ob_ctl_flow_filter *filter,
			 const struct ob_flow_entry *flow)
{
	const struct ob_addr *addr = &filter->addr;
	const struct ob_service_entry *entry;

	if (!filter->text)
		return true;
	if (addr->family)
		return ob_addr_equal(addr, &flow->client) ||
		       ob_addr_equal(addr, &flow->service.addr) ||
		       ob_addr_equal(addr, &flow->backend);
	entry = ob_ctl_service_find(view, &flow->service);
	return entry && ob_ctl_service_is(entry, filter->text);
}

/* Where the endpoint is, by its address; NULL: nowhere that we know. */
static const char *cluster_of(const struct ob_ctl_view *view,
			      const struct ob_flow_entry *flow)
{
	const struct ob_route_entry *route =
		ob_ctl_view_route(view, &flow->backend);

	if (route)
		return route->value.cluster;
	for (size_t i = 0; i < view->nat.n; i++)
		if (view->nat.v[i].dir == OB_NAT_IN &&
		    ob_prefix_contains(&view->nat.v[i].from, &flow->backend))
			return view->config.cluster;
	return NULL;
}

static uint64_t idle_s(const struct ob_ctl_flow_list *list,
		       const struct ob_flow_entry *flow)
{
	if (flow->seen_ns > list->now_ns)
		return 0;
	return (list->now_ns - flow->seen_ns) / 1000000000;
}

static const char *name_of(const struct ob_ctl_view *view, struct ob_arena *a,
			   const struct ob_flow_entry *flow)
{
	const struct ob_service_entry *entry =
		ob_ctl_service_find(view, &flow->service);

	return entry ? ob_ctl_service_name(a, entry) : NULL;
}

static const char *end_text(struct ob_arena *a, const struct ob_addr *addr,
			    uint16_t port)
{
	bool v6 = addr->family == AF_INET6;

	return ob_arena_printf(a, "%s%s%s:%u", v6 ? "[" : "",
			       ob_ctl_addr(a, addr), v6 ? "]" : "", port);
}

void ob_ctl_flows_print(const struct ob_ctl_view *view, struct ob_arena *a,
			const struct ob_ctl_flow_list *list, FILE *out)
{
	static const struct ob_ctl_column columns[] = {
		{ "CLIENT" },  { "SERVICE" },	 { "ADDRESS" }, { "ENDPOINT" },
		{ "CLUSTER" }, { "IDLE", true }, { "STATE" },
	};
	struct ob_ctl_table t;

	ob_ctl_table_init(&t, a, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < list->n; i++) {
		const struct ob_flow_entry *f = &list->v[i];

		ob_ctl_table_cell(&t, "%s",
				  end_text(a, &f->client, f->client_port));
		ob_ctl_table_cell(&t, "%s", name_of(view, a, f) ?: "-");
		ob_ctl_table_cell(&t, "%s",
				  ob_ctl_service_port(a, &f->service));
		ob_ctl_table_cell(&t, "%s",
				  end_text(a, &f->backend, f->backend_port));
		ob_ctl_table_cell(&t, "%s", cluster_of(view, f) ?: "-");
		ob_ctl_table_cell(&t, "%s",
				  ob_ctl_duration(a, idle_s(list, f)));
		ob_ctl_table_cell(&t, "%s", f->closing ? "closing" : "open");
	}
	ob_ctl_table_print(&t, out);
	if (list->matched > list->n)
		fprintf(out, "and %zu more: see --count, or filter\n",
			list->matched - list->n);
}

cJSON *ob_ctl_flows_json(const struct ob_ctl_view *view, struct ob_arena *a,
			 const struct ob_ctl_flow_list *list)
{
	cJSON *object = ob_json_object(a), *array;

	ob_ctl_json_u64(a, object, "matched", list->matched);
	array = ob_ctl_json_array(a, object, "flows");
	for (size_t i = 0; i < list->n; i++) {
		const struct ob_flow_entry *f = &list->v[i];
		cJSON *item = ob_ctl_json_object(a, array);

		ob_ctl_json_addr(a, item, "client", &f->client);
		ob_ctl_json_u64(a, item, "client_port", f->client_port);
		ob_ctl_json_string(a, item, "service", name_of(view, a, f));
		ob_ctl_json_addr(a, item, "address", &f->service.addr);
		ob_ctl_json_u64(a, item, "port", f->service.port);
		ob_ctl_json_string(
			a, item, "protocol",
			ob_service_protocol_name(f->service.protocol));
		ob_ctl_json_addr(a, item, "endpoint", &f->backend);
		ob_ctl_json_u64(a, item, "endpoint_port", f->backend_port);
		ob_ctl_json_string(a, item, "cluster", cluster_of(view, f));
		ob_ctl_json_u64(a, item, "idle_seconds", idle_s(list, f));
		ob_ctl_json_bool(a, item, "closing", f->closing);
	}
	return object;
}

struct collect {
	const struct ob_ctl_view *view;
	struct ob_arena *arena;
	struct ob_ctl_flow_filter filter;
	struct ob_ctl_flow_list list;
};

static void collect(void *arg, const struct ob_flow_entry *flow)
{
	struct collect *c = arg;

	if (!ob_ctl_flow_matches(c->view, &c->filter, flow))
		return;
	c->list.matched++;
	if (c->list.n < c->list.most)
		*OB_PUSH(c->arena, &c->list) = *flow;
}

static int run(struct ob_ctl *ctl)
{
	struct ob_ctl_view view;
	struct collect c = {
		.view = &view,
		.arena = ctl->arena,
		.filter = ob_ctl_flow_filter_make(ctl->options.argument),
		.list.most = ctl->options.count ?: OB_CTL_FLOWS_MOST,
		.list.now_ns = ob_clock_monotonic_ns(),
	};
	int r = ob_ctl_view_read(ctl->dp, ctl->options.pin_root,
				 OB_CTL_SERVICES | OB_CTL_ROUTES | OB_CTL_NAT,
				 ctl->arena, &view);

	if (r == 0)
		r = ob_flows_each(ctl->dp, collect, &c);
	if (r < 0)
		return ob_ctl_fail(r, "reading the maps");
	if (ctl->options.json)
		ob_ctl_json_print(ctl->arena,
				  ob_ctl_flows_json(&view, ctl->arena, &c.list),
				  stdout);
	else
		ob_ctl_flows_print(&view, ctl->arena, &c.list, stdout);
	return OB_CTL_OK;
}

const struct ob_ctl_verb ob_ctl_flows = {
	.name = "flows",
	.synopsis = "flows [ADDRESS | NAME]",
	.summary = "connections to services, and which endpoint they have",
	.help = "Connections of our own pods to virtual addresses, at most 100 "
		"unless --count says\nmore. ADDRESS is that of a client, of a "
		"service or of an endpoint; NAME is a\nservice's NAME or "
		"NAMESPACE/NAME. Idle ones are forgotten after a while.\n",
	.options = OB_CTL_COUNT,
	.takes_argument = true,
	.needs_datapath = true,
	.run = run,
};
