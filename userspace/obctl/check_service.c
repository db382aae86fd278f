// SPDX-License-Identifier: Apache-2.0
/* Services: the way of packets to virtual addresses, and who is behind them. */
#include "obctl/check.h"

#include <linux/rtnetlink.h>
#include <string.h>

#include "obctl/services.h"
#include "obctl/units.h"

#define MOST_NAMED 5 /* of the same fault */

static bool leads_to_us(const struct ob_ctl_facts *f, const struct ob_prefix *p)
{
	for (size_t i = 0; i < f->routes.n; i++)
		if (ob_prefix_equal(&f->routes.v[i].dst, p) &&
		    f->routes.v[i].ifindex == f->link->ifindex)
			return true;
	return false;
}

static bool judge_block(const struct ob_ctl_facts *f, uint8_t family,
			struct ob_ctl_findings *out)
{
	struct ob_ctl_finding *finding;
	struct ob_prefix block;

	if (!ob_ctl_service_block(&f->view.config, family, &block) ||
	    leads_to_us(f, &block))
		return true;
	finding = ob_ctl_broken(out, "ServiceRouteMissing",
				"no route to the service block %s by %s: "
				"packets to services that are too big are lost",
				ob_ctl_prefix(out->arena, &block), f->device);
	ob_ctl_fix_by_octopus(f, out, finding);
	return false;
}

static const struct ob_ctl_want *want_of(const struct ob_ctl_facts *f,
					 const char *cluster)
{
	for (size_t i = 0; i < f->wants.n; i++)
		if (!strcmp(f->wants.v[i].id, cluster))
			return &f->wants.v[i];
	return NULL;
}

static const struct ob_ctl_want *hub_of(const struct ob_ctl_facts *f)
{
	for (size_t i = 0; i < f->wants.n; i++)
		if (f->wants.v[i].hub)
			return &f->wants.v[i];
	return NULL;
}

/* The tunnel to it, or to the hub that it is behind, is up. */
static bool is_up(const struct ob_ctl_facts *f, const char *cluster)
{
	const struct ob_ctl_want *want = want_of(f, cluster);

	if (!strcmp(cluster, f->view.config.cluster))
		return true;
	if (want && !want->direct)
		want = hub_of(f);
	for (size_t i = 0; want && i < f->wg.n_peers; i++)
		if (ob_key_equal(&f->wg.peers[i].public_key, &want->key))
			return ob_ctl_check_up(f, &f->wg.peers[i]);
	return false;
}

static bool any_up(const struct ob_ctl_facts *f,
		   const struct ob_service_entry *entry)
{
	for (size_t i = 0; i < entry->n_backends; i++) {
		const struct ob_backend_entry *b = &entry->backends[i];

		if (!b->draining &&
		    is_up(f, ob_ctl_service_cluster(&f->view, b->cluster)))
			return true;
	}
	return false;
}

static void judge_silent(const struct ob_ctl_facts *f,
			 const struct ob_service_entry *entry,
			 struct ob_ctl_findings *out)
{
	struct ob_arena *a = out->arena;
	const char *cluster = "";
	struct ob_ctl_finding *finding;

	for (size_t i = 0; i < entry->n_backends; i++)
		if (!entry->backends[i].draining)
			cluster = ob_ctl_service_cluster(
				&f->view, entry->backends[i].cluster);
	finding = ob_ctl_broken(out, "ServiceUnreachable",
				"%s at %s: its endpoints are in clusters whose "
				"tunnels are down, such as %s",
				ob_ctl_service_name(a, entry),
				ob_ctl_service_port(a, &entry->id), cluster);
	ob_ctl_fix(out, finding,
		   "obctl diagnose %s: mend the tunnel, or export the service "
		   "from another cluster, too",
		   cluster);
}

static void judge_empty(const struct ob_service_entry *entry,
			struct ob_ctl_findings *out)
{
	struct ob_arena *a = out->arena;
	struct ob_ctl_finding *finding = ob_ctl_warn(
		out, "ServiceUnserved", "%s at %s has no ready endpoint",
		ob_ctl_service_name(a, entry),
		ob_ctl_service_port(a, &entry->id));

	ob_ctl_fix(out, finding,
		   "look at the Service's pods where it is exported, and at "
		   "EndpointSlices of namespace %s here",
		   entry->namespace);
}

/* True when somebody answers. */
static bool judge(const struct ob_ctl_facts *f,
		  const struct ob_service_entry *entry, size_t bad,
		  struct ob_ctl_findings *out)
{
	if (ob_ctl_service_ready(entry) == 0) {
		if (bad < MOST_NAMED)
			judge_empty(entry, out);
		return false;
	}
	if (any_up(f, entry))
		return true;
	if (bad < MOST_NAMED)
		judge_silent(f, entry, out);
	return false;
}

void ob_ctl_check_service(const struct ob_ctl_facts *f,
			  struct ob_ctl_findings *out)
{
	const struct ob_service_entries *all = &f->view.services;
	size_t bad = 0;
	bool routed;

	if (ob_ctl_check_no_device(f, out) || ob_ctl_check_no_maps(f, out))
		return;
	if (!f->view.config.service4_len && !f->view.config.service6_len) {
		ob_ctl_skip(out, "no services across clusters on this gateway");
		return;
	}
	routed = judge_block(f, AF_INET, out);
	routed &= judge_block(f, AF_INET6, out);
	for (size_t i = 0; i < all->n; i++)
		bad += !judge(f, &all->v[i], bad, out);
	if (bad > MOST_NAMED)
		ob_ctl_skip(out, "%zu more like these", bad - MOST_NAMED);
	if (routed && bad == 0)
		ob_ctl_good(out, "%zu ports of services have endpoints",
			    all->n);
}
