// SPDX-License-Identifier: Apache-2.0
#include "obctl/whois.h"

#include <inttypes.h>

#include "model/service_import.h"
#include "obctl/services.h"
#include "obctl/units.h"

/* What the datapath's longest-prefix lookup would find. */
static const struct ob_nat_entry *nat_find(const struct ob_ctl_view *view,
					   enum ob_nat_dir dir,
					   const struct ob_addr *addr)
{
	const struct ob_nat_entry *best = NULL;

	for (size_t i = 0; i < view->nat.n; i++) {
		const struct ob_nat_entry *entry = &view->nat.v[i];

		if (entry->dir == dir &&
		    ob_prefix_contains(&entry->from, addr) &&
		    (!best || entry->from.len > best->from.len))
			best = entry;
	}
	return best;
}

static const char *global_cidr(const struct ob_ctl_view *view,
			       struct ob_arena *a, const struct ob_addr *addr)
{
	const struct ob_config *config = &view->config;
	struct ob_prefix p;

	if (addr->family == AF_INET) {
		p.addr = ob_ctl_from_ip4(&config->global4);
		p.len = (uint8_t)config->global4_len;
	} else {
		p.addr = ob_ctl_from_ip6(&config->global6);
		p.len = (uint8_t)config->global6_len;
	}
	/* Length 0 is "none", not "everything". */
	if (p.len == 0 || p.addr.family != addr->family ||
	    !ob_prefix_contains(&p, addr))
		return NULL;
	return ob_ctl_prefix(a, &p);
}

static const struct ob_service_entry *
service_find(const struct ob_ctl_view *view, const struct ob_addr *addr)
{
	for (size_t i = 0; i < view->services.n; i++)
		if (ob_addr_equal(&view->services.v[i].id.addr, addr))
			return &view->services.v[i];
	return NULL;
}

struct ob_ctl_answer ob_ctl_whois_find(const struct ob_ctl_view *view,
				       struct ob_arena *a,
				       const struct ob_addr *addr)
{
	struct ob_ctl_answer answer = { .addr = *addr };
	struct ob_prefix block;

	answer.in = nat_find(view, OB_NAT_IN, addr);
	answer.out = nat_find(view, OB_NAT_OUT, addr);
	if (answer.in && answer.in->kind == OB_NAT_PREFIX)
		answer.local = ob_prefix_translate(&answer.in->to, addr);
	if (answer.out && answer.out->kind == OB_NAT_PREFIX)
		answer.global = ob_prefix_translate(&answer.out->to, addr);
	if (!answer.in)
		answer.route = ob_ctl_view_route(view, addr);
	answer.service = service_find(view, addr);
	answer.virtual = ob_ctl_service_block(&view->config, addr->family,
					      &block) &&
			 ob_prefix_contains(&block, addr);
	answer.global_cidr = global_cidr(view, a, addr);
	return answer;
}

bool ob_ctl_whois_known(const struct ob_ctl_answer *answer)
{
	return answer->in || answer->out || answer->route || answer->service;
}

static void print_ours(const struct ob_ctl_view *view, struct ob_arena *a,
		       const struct ob_ctl_answer *answer, FILE *out)
{
	const char *addr = ob_ctl_addr(a, &answer->addr);

	if (answer->in && answer->local.family)
		fprintf(out,
			"%s is a global address of this cluster, %s: local "
			"address %s\n",
			addr, view->config.cluster,
			ob_ctl_addr(a, &answer->local));
	else if (answer->in)
		fprintf(out,
			"%s is an address of this gateway itself, cluster %s\n",
			addr, view->config.cluster);
	if (answer->out)
		fprintf(out,
			"%s is a local address of this cluster, %s: global "
			"address %s\n",
			addr, view->config.cluster,
			ob_ctl_addr(a, &answer->global));
}

static void print_service(const struct ob_ctl_view *view, struct ob_arena *a,
			  const struct ob_ctl_answer *answer, FILE *out)
{
	fprintf(out, "%s is the address of service %s on this cluster, %s:",
		ob_ctl_addr(a, &answer->addr),
		ob_ctl_service_name(a, answer->service), view->config.cluster);
	for (size_t i = 0; i < view->services.n; i++) {
		const struct ob_service_entry *e = &view->services.v[i];

		if (!ob_addr_equal(&e->id.addr, &answer->addr))
			continue;
		fprintf(out, " %s %u with %zu ready endpoints;",
			ob_service_protocol_name(e->id.protocol) ?: "?",
			e->id.port, ob_ctl_service_ready(e));
	}
	fputs(" see obctl services\n", out);
}

static void print_unknown(struct ob_arena *a,
			  const struct ob_ctl_answer *answer, FILE *out)
{
	const char *addr = ob_ctl_addr(a, &answer->addr);

	if (answer->global_cidr)
		fprintf(out,
			"%s is unknown: it is in the global network %s, but "
			"no known cluster has it\n",
			addr, answer->global_cidr);
	else
		fprintf(out,
			"%s is unknown: neither in the global network nor a "
			"local address with a global one\n",
			addr);
}

void ob_ctl_whois_print(const struct ob_ctl_view *view, struct ob_arena *a,
			const struct ob_ctl_answer *answer, FILE *out)
{
	const struct ob_route_entry *route = answer->route;

	if (answer->service) {
		print_service(view, a, answer, out);
		return;
	}
	print_ours(view, a, answer, out);
	if (answer->virtual)
		fprintf(out,
			"%s is in the service block of this cluster, %s, and "
			"no service has it\n",
			ob_ctl_addr(a, &answer->addr), view->config.cluster);
	if (route)
		fprintf(out,
			"%s is a global address of cluster %s: route %s, "
			"device %s, MTU %" PRIu32 "\n",
			ob_ctl_addr(a, &answer->addr), route->value.cluster,
			ob_ctl_prefix(a, &route->dst),
			ob_ctl_view_device(view, a, (int)route->value.ifindex),
			route->value.mtu);
	if (!ob_ctl_whois_known(answer) && !answer->virtual)
		print_unknown(a, answer, out);
}

cJSON *ob_ctl_whois_json(const struct ob_ctl_view *view, struct ob_arena *a,
			 const struct ob_ctl_answer *answer)
{
	const struct ob_route_entry *route = answer->route;
	const char *cluster = NULL;
	cJSON *object = ob_json_object(a);
	cJSON *child;

	if (answer->in || answer->out || answer->service)
		cluster = view->config.cluster;
	else if (route)
		cluster = route->value.cluster;
	ob_ctl_json_addr(a, object, "address", &answer->addr);
	ob_ctl_json_bool(a, object, "known", ob_ctl_whois_known(answer));
	ob_ctl_json_bool(a, object, "in_global_network", answer->global_cidr);
	ob_ctl_json_string(a, object, "cluster", cluster);
	ob_ctl_json_bool(a, object, "ours", answer->in || answer->out);
	ob_ctl_json_bool(a, object, "gateway",
			 answer->in && answer->in->kind == OB_NAT_STACK);
	ob_ctl_json_addr(a, object, "local", &answer->local);
	ob_ctl_json_addr(a, object, "global", &answer->global);
	ob_ctl_json_bool(a, object, "virtual", answer->virtual);
	ob_ctl_json_string(a, object, "service",
			   answer->service
				   ? ob_ctl_service_name(a, answer->service)
				   : NULL);
	if (!route) {
		ob_ctl_json_string(a, object, "route", NULL);
		return object;
	}
	child = ob_json_object(a);
	ob_json_set(a, object, "route", child);
	ob_ctl_json_prefix(a, child, "prefix", &route->dst);
	ob_ctl_json_string(
		a, child, "device",
		ob_ctl_view_device(view, a, (int)route->value.ifindex));
	ob_ctl_json_u64(a, child, "mtu", route->value.mtu);
	return object;
}

static int run(struct ob_ctl *ctl)
{
	struct ob_ctl_answer answer;
	struct ob_ctl_view view;
	struct ob_addr addr;
	int r;

	if (ob_addr_parse(ctl->options.argument, &addr) < 0) {
		fprintf(stderr,
			"obctl: \"%s\" is not an IPv4 or IPv6 address\n",
			ctl->options.argument);
		return OB_CTL_USAGE;
	}
	r = ob_ctl_view_read(ctl->dp, ctl->options.pin_root,
			     OB_CTL_ROUTES | OB_CTL_NAT | OB_CTL_LINKS |
				     OB_CTL_SERVICES,
			     ctl->arena, &view);
	if (r < 0)
		return ob_ctl_fail(r, "reading the maps");
	answer = ob_ctl_whois_find(&view, ctl->arena, &addr);
	if (ctl->options.json) {
		cJSON *json = ob_ctl_whois_json(&view, ctl->arena, &answer);

		ob_ctl_json_print(ctl->arena, json, stdout);
	} else {
		ob_ctl_whois_print(&view, ctl->arena, &answer, stdout);
	}
	return ob_ctl_whois_known(&answer) ? OB_CTL_OK : OB_CTL_FAILURE;
}

const struct ob_ctl_verb ob_ctl_whois = {
	.name = "whois",
	.synopsis = "whois ADDRESS",
	.summary = "whose an ADDRESS is: global to local and back",
	.help = "For a global address the cluster that has it and the way "
		"there; for one of this\ncluster also the local address it "
		"stands for. For a local address the global\none that other "
		"clusters see. For a virtual address the service that has "
		"it.\nExit status 1 when nobody has the address.\n",
	.takes_argument = true,
	.needs_argument = true,
	.needs_datapath = true,
	.run = run,
};
