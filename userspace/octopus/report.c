// SPDX-License-Identifier: Apache-2.0
#include "octopus/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "octopus/balancer.h"
#include "octopus/control.h"
#include "octopus/topology.h"

struct report {
	const struct ob_octopus *o;
	struct ob_arena *a;
	struct ob_control_view view; /* hub mode only */
};

static cJSON *add_object(const struct report *r, cJSON *o, const char *key)
{
	cJSON *child = ob_json_object(r->a);

	ob_json_set(r->a, o, key, child);
	return child;
}

static cJSON *add_array(const struct report *r, cJSON *o, const char *key)
{
	cJSON *child = ob_json_array(r->a);

	ob_json_set(r->a, o, key, child);
	return child;
}

static cJSON *append_object(const struct report *r, cJSON *array)
{
	cJSON *child = ob_json_object(r->a);

	ob_json_append(r->a, array, child);
	return child;
}

static void put_prefixes(const struct report *r, cJSON *o, const char *key,
			 const struct ob_prefix *v, size_t n)
{
	cJSON *list = add_array(r, o, key);
	char buf[OB_PREFIX_STRLEN];

	for (size_t i = 0; i < n; i++) {
		ob_prefix_format(&v[i], buf, sizeof(buf));
		ob_json_append(r->a, list, ob_json_string_new(r->a, buf));
	}
}

static void put_key(const struct report *r, cJSON *o, const struct ob_key *key)
{
	char buf[OB_KEY_STRLEN] = "";

	if (!ob_key_is_zero(key))
		ob_key_format(key, buf, sizeof(buf));
	ob_json_set_string(r->a, o, "public_key", buf);
}

/* A status: "" when there is nothing to say. */
static void put_trouble(const struct report *r, cJSON *o,
			const struct ob_status *s)
{
	ob_json_set_string(r->a, o, "reason", s->reason ?: "");
	ob_json_set_string(r->a, o, "message", s->reason ? s->message : "");
}

static void put_peer_conditions(const struct report *r, cJSON *o,
				const struct ob_peer *p)
{
	cJSON *list = add_array(r, o, "conditions");

	for (size_t i = 0; p && i < p->status.n_conditions; i++) {
		const struct ob_peer_condition *c = &p->status.conditions[i];
		cJSON *item = append_object(r, list);

		ob_json_set_string(r->a, item, "type", c->type);
		ob_json_set_string(r->a, item, "status", c->status);
		ob_json_set_string(r->a, item, "reason", c->reason);
		ob_json_set_string(r->a, item, "message", c->message);
	}
}

/* This gateway. */

static const char *our_role(const struct ob_network *net)
{
	if (net->hub)
		return "hub";
	return net->is_public ? "public" : "private";
}

static void put_gateway(const struct report *r, cJSON *o)
{
	const struct ob_octopus *oc = r->o;
	const struct ob_network *net = &oc->config->network;
	cJSON *part;

	ob_json_set_string(r->a, o, "version", OB_VERSION);
	ob_json_set_string(r->a, o, "cluster_id", net->id);
	ob_json_set_string(r->a, o, "mode", oc->control ? "hub" : "static");
	ob_json_set_string(r->a, o, "role", our_role(net));
	part = add_object(r, o, "config");
	ob_json_set_string(r->a, part, "path", oc->config_path ?: "");
	ob_json_set_bool(r->a, part, "valid", oc->state.config_valid);
	part = add_object(r, o, "reconcile");
	ob_json_set_number(r->a, part, "passes", (double)oc->state.passes);
	ob_json_set_number(r->a, part, "errors", (double)oc->state.errors);
	ob_json_set_bool(
		r->a, part, "healthy",
		ob_state_is_healthy(&oc->state, ob_clock_monotonic_ms()));
	put_trouble(r, add_object(r, part, "waiting"), &r->view.waiting);
	part = add_object(r, o, "device");
	ob_json_set_string(r->a, part, "name", net->device);
	ob_json_set_number(r->a, part, "port", net->port);
	put_key(r, part, &oc->public_key);
	ob_json_set_number(r->a, part, "mtu", oc->state.mtu);
}

static void put_network(const struct report *r, cJSON *o)
{
	const struct ob_network none = { 0 };
	const struct ob_network *net = r->o->network ?: &none;
	cJSON *part = add_object(r, o, "network"), *list;
	char buf[OB_PREFIX_STRLEN];

	put_prefixes(r, part, "global_cidr", net->global, net->n_global);
	put_prefixes(r, part, "cluster_cidr", net->cidrs, net->n_cidrs);
	put_prefixes(r, part, "service_cidr", net->blocks, net->n_blocks);
	list = add_array(r, part, "mappings");
	for (size_t i = 0; i < net->n_mappings; i++) {
		const struct ob_mapping *m = &net->mappings[i];
		cJSON *item = append_object(r, list);

		ob_prefix_format(&m->local, buf, sizeof(buf));
		ob_json_set_string(r->a, item, "local", buf);
		ob_prefix_format(&m->global, buf, sizeof(buf));
		ob_json_set_string(r->a, item, "global", buf);
	}
}

static void put_conditions(const struct report *r, cJSON *o)
{
	const struct ob_state *s = &r->o->state;
	cJSON *list = add_array(r, o, "conditions");

	for (size_t i = 0; i < s->n_conditions; i++) {
		cJSON *item = append_object(r, list);

		ob_json_set_string(r->a, item, "reason",
				   s->conditions[i].reason);
		ob_json_set_string(r->a, item, "message",
				   s->conditions[i].message);
	}
}

/* Hub mode. */

static void put_hub(const struct report *r, cJSON *o)
{
	const struct ob_control_view *v = &r->view;
	cJSON *part = add_object(r, o, "hub");

	ob_json_set_string(r->a, part, "url", v->url);
	ob_json_set_string(r->a, part, "namespace", v->namespace);
	ob_json_set_bool(r->a, part, "connected", v->connected);
	ob_json_set_bool(r->a, part, "synced", v->synced);
	put_trouble(r, part, &v->trouble);
	ob_json_set(r->a, part, "last_sync",
		    v->heard_s > 0 ? ob_json_number_new(r->a, v->heard_s)
				   : ob_json_null_new(r->a));
	ob_json_set_number(r->a, part, "requests", (double)v->hub.requests);
	ob_json_set_number(r->a, part, "failures", (double)v->hub.failures);
}

static void put_leader(const struct report *r, cJSON *o)
{
	const struct ob_control_view *v = &r->view;
	cJSON *part = add_object(r, o, "leader");

	ob_json_set_bool(r->a, part, "leading", v->leading);
	ob_json_set_string(r->a, part, "holder", v->holder);
	ob_json_set_string(r->a, part, "lease", v->lease);
}

static void put_kubernetes(const struct report *r, cJSON *o)
{
	const struct ob_control_view *v = &r->view;
	cJSON *part;

	if (!v->has_kubernetes) {
		ob_json_set(r->a, o, "kubernetes", ob_json_null_new(r->a));
		return;
	}
	part = add_object(r, o, "kubernetes");
	ob_json_set_string(r->a, part, "url", v->kubernetes_url);
	ob_json_set_bool(r->a, part, "connected", v->kubernetes_connected);
	ob_json_set_bool(r->a, part, "synced", v->kubernetes_synced);
	put_trouble(r, part, &v->kubernetes_trouble);
}

static void put_own(const struct report *r, cJSON *o)
{
	const struct ob_control_view *v = &r->view;
	const struct ob_peer_status none = { .endpoint = "" };
	const struct ob_peer_status *s = v->own ? &v->own->status : &none;
	cJSON *part = add_object(r, o, "peer");

	ob_json_set_bool(r->a, part, "exists", v->own);
	ob_json_set_bool(r->a, part, "accepted",
			 ob_peer_condition_is_true(s, OB_PEER_ACCEPTED));
	put_prefixes(r, part, "cluster_cidr", s->cidrs, s->n_cidrs);
	ob_json_set_string(r->a, part, "endpoint", s->endpoint);
	ob_json_set_number(r->a, part, "port", s->port);
	put_key(r, part, &s->public_key);
	ob_json_set_bool(r->a, part, "published", v->published);
	put_trouble(r, part, &v->publish_trouble);
	put_peer_conditions(r, part, v->own);
}

static void put_allocation(const struct report *r, cJSON *o)
{
	const struct ob_control_view *v = &r->view;
	cJSON *part;

	if (!v->grants || !v->leading) {
		ob_json_set(r->a, o, "allocation", ob_json_null_new(r->a));
		return;
	}
	part = add_object(r, o, "allocation");
	ob_json_set_number(r->a, part, "allocated", (double)v->totals.clusters);
	ob_json_set_number(r->a, part, "available",
			   (double)v->totals.available);
}

static void put_hub_mode(const struct report *r, cJSON *o)
{
	static const char *const parts[] = { "hub", "leader", "kubernetes",
					     "peer", "allocation" };

	if (r->o->control) {
		put_hub(r, o);
		put_leader(r, o);
		put_kubernetes(r, o);
		put_own(r, o);
		put_allocation(r, o);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		ob_json_set(r->a, o, parts[i], ob_json_null_new(r->a));
}

/* Services. */

static void put_services(const struct report *r, cJSON *o)
{
	struct ob_balancer_look *look;
	cJSON *part;

	if (!r->o->balancer || !r->o->control ||
	    !ob_control_imports(r->o->control)) {
		ob_json_set(r->a, o, "services", ob_json_null_new(r->a));
		return;
	}
	look = ob_arena_alloc(r->a, sizeof(*look));
	ob_balancer_look(r->o->balancer, look);
	part = add_object(r, o, "services");
	ob_json_set_string(r->a, part, "version", look->version ?: "");
	ob_json_set_bool(r->a, part, "synced", look->synced);
	put_trouble(r, part, &look->trouble);
	ob_json_set_string(r->a, part, "policy",
			   r->o->config->hub->service_policy ==
					   OB_SERVICE_LOCAL_FIRST
				   ? "local-first"
				   : "spread");
	ob_json_set_number(r->a, part, "services",
			   (double)look->totals.services);
	ob_json_set_number(r->a, part, "ports", (double)look->totals.entries);
	ob_json_set_number(r->a, part, "unserved",
			   (double)look->totals.unserved);
	ob_json_set_number(r->a, part, "failed", (double)look->totals.failed);
	ob_json_set_number(r->a, part, "refused",
			   (double)(look->totals.refused.foreign +
				    look->totals.refused.unknown +
				    look->totals.refused.excess));
}

/* The other clusters. */

static const struct ob_peer *peer_of(const struct report *r, const char *id)
{
	for (size_t i = 0; i < r->view.n_peers; i++)
		if (!strcmp(r->view.peers[i]->name, id))
			return r->view.peers[i];
	return NULL;
}

static const char *role_of(const struct ob_cluster_spec *c)
{
	if (c->hub)
		return "hub";
	return c->host[0] ? "public" : "private";
}

/* null: nobody needs to know. */
static cJSON *alive_of(const struct report *r, const char *id)
{
	if (!r->o->balancer || r->o->network->n_blocks == 0)
		return ob_json_null_new(r->a);
	return ob_json_bool_new(r->a, ob_balancer_is_alive(r->o->balancer, id));
}

static void put_used(const struct report *r, cJSON *list,
		     const struct ob_cluster_spec *c)
{
	const struct ob_peer *p = peer_of(r, c->id);
	cJSON *item = append_object(r, list);
	struct ob_addr addr = { 0 };
	char buf[OB_ADDR_STRLEN] = "";

	if (c->host[0])
		addr = ob_resolver_get(r->o->resolver, c->host);
	if (addr.family)
		ob_addr_format(&addr, buf, sizeof(buf));
	ob_json_set_string(r->a, item, "cluster_id", c->id);
	ob_json_set_string(r->a, item, "role", role_of(c));
	ob_json_set_bool(r->a, item, "used", true);
	ob_json_set_string(r->a, item, "via",
			   ob_cluster_is_direct(r->o->network, c) ? "direct"
								  : "hub");
	ob_json_set(r->a, item, "alive", alive_of(r, c->id));
	ob_json_set_string(r->a, item, "reason", "");
	ob_json_set_string(r->a, item, "message", "");
	put_prefixes(r, item, "cluster_cidr", c->cidrs, c->n_cidrs);
	ob_json_set_string(r->a, item, "endpoint", c->host);
	ob_json_set_number(r->a, item, "port", c->port);
	put_key(r, item, &c->public_key);
	ob_json_set_string(r->a, item, "resolved", buf);
	put_peer_conditions(r, item, p);
}

static void put_unused(const struct report *r, cJSON *list, const char *id,
		       const char *reason, const char *message)
{
	const struct ob_peer_status none = { .endpoint = "" };
	const struct ob_peer *p = peer_of(r, id);
	const struct ob_peer_status *s = p ? &p->status : &none;
	cJSON *item = append_object(r, list);

	ob_json_set_string(r->a, item, "cluster_id", id);
	ob_json_set_string(r->a, item, "role", ob_peer_role_name(s->role));
	ob_json_set_bool(r->a, item, "used", false);
	ob_json_set_string(r->a, item, "via", "");
	ob_json_set_string(r->a, item, "reason", reason);
	ob_json_set_string(r->a, item, "message", message);
	put_prefixes(r, item, "cluster_cidr", s->cidrs, s->n_cidrs);
	ob_json_set_string(r->a, item, "endpoint", s->endpoint);
	ob_json_set_number(r->a, item, "port", s->port);
	put_key(r, item, &s->public_key);
	ob_json_set_string(r->a, item, "resolved", "");
	put_peer_conditions(r, item, p);
}

static int compare_clusters(const void *x, const void *y)
{
	const struct ob_cluster_spec *const *a = x, *const *b = y;

	return strcmp((*a)->id, (*b)->id);
}

/* Those in use by name, then those left out, which join.h has by name. */
static void put_peers(const struct report *r, cJSON *o)
{
	const struct ob_network *net = r->o->network;
	const struct ob_joined *j = r->view.joined;
	cJSON *list = add_array(r, o, "peers");
	const struct ob_cluster_spec **v;
	size_t n = net ? net->n_clusters : 0;

	v = ob_arena_array(r->a, n, sizeof(struct ob_cluster_spec *));
	for (size_t i = 0; i < n; i++)
		v[i] = &net->clusters[i];
	if (n > 0)
		qsort(v, n, sizeof(struct ob_cluster_spec *), compare_clusters);
	for (size_t i = 0; i < n; i++)
		put_used(r, list, v[i]);
	for (size_t i = 0; j && i < j->left_out.n; i++)
		put_unused(r, list, j->left_out.v[i].cluster,
			   j->left_out.v[i].reason, j->left_out.v[i].message);
}

const char *ob_report(const struct ob_octopus *o, struct ob_arena *a)
{
	struct report r = { .o = o, .a = a };
	cJSON *root = ob_json_object(a);

	if (o->control)
		ob_control_look(o->control, a, &r.view);
	put_gateway(&r, root);
	put_hub_mode(&r, root);
	put_network(&r, root);
	put_services(&r, root);
	put_peers(&r, root);
	put_conditions(&r, root);
	return ob_json_print(a, root);
}
