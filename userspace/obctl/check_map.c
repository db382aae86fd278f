// SPDX-License-Identifier: Apache-2.0
/* The maps the programs work by, against what they should hold. */
#include "obctl/check.h"

#include <errno.h>
#include <string.h>

#include "obctl/nat.h"
#include "obctl/units.h"

static const struct ob_route_entry *route_of(const struct ob_ctl_facts *f,
					     const struct ob_prefix *p)
{
	for (size_t i = 0; i < f->view.routes.n; i++) {
		if (ob_prefix_equal(&f->view.routes.v[i].dst, p))
			return &f->view.routes.v[i];
	}
	return NULL;
}

static bool has_cluster(const struct ob_ctl_facts *f, const char *id)
{
	for (size_t i = 0; i < f->view.clusters.n; i++) {
		if (!strcmp(f->view.clusters.v[i].key.name, id))
			return true;
	}
	return false;
}

static bool entry_missing(const struct ob_ctl_facts *f, const char *map,
			  const char *what, struct ob_ctl_findings *out)
{
	struct ob_ctl_finding *finding = ob_ctl_broken(
		out, "MapEntryMissing", "%s has no entry for %s", map, what);

	ob_ctl_fix_by_octopus(f, out, finding);
	return false;
}

static bool entry_wrong(const struct ob_ctl_facts *f, const char *map,
			const char *what, const char *why,
			struct ob_ctl_findings *out)
{
	struct ob_ctl_finding *finding =
		ob_ctl_broken(out, "MapEntryWrong", "%s: the entry for %s %s",
			      map, what, why);

	ob_ctl_fix_by_octopus(f, out, finding);
	return false;
}

static bool judge_route(const struct ob_ctl_facts *f,
			const struct ob_ctl_destination *d,
			struct ob_ctl_findings *out)
{
	const struct ob_route_entry *entry = route_of(f, &d->prefix);
	bool v6 = d->prefix.addr.family == AF_INET6;
	const char *map = v6 ? "ob_route6" : "ob_route4";
	const char *what = ob_arena_printf(
		out->arena, "%s (%s)", ob_ctl_prefix(out->arena, &d->prefix),
		d->want->id);

	if (!entry)
		return entry_missing(f, map, what, out);
	if (strcmp(entry->value.cluster, d->want->id) != 0)
		return entry_wrong(f, map, what, "names another cluster", out);
	if (f->link && entry->value.ifindex != (uint32_t)f->link->ifindex)
		return entry_wrong(f, map, what, "leads to another device",
				   out);
	if (f->link && entry->value.mtu > f->link->mtu)
		return entry_wrong(f, map, what,
				   "has a larger MTU than the device", out);
	return true;
}

static bool judge_routes(const struct ob_ctl_facts *f,
			 struct ob_ctl_findings *out)
{
	bool good = true;

	for (size_t i = 0; i < f->destinations.n; i++)
		good &= judge_route(f, &f->destinations.v[i], out);
	for (size_t i = 0; i < f->wants.n; i++) {
		const struct ob_ctl_want *want = &f->wants.v[i];

		if (want->used && !has_cluster(f, want->id))
			good = entry_missing(f, "ob_cluster", want->id, out);
	}
	return good;
}

static bool wanted(const struct ob_ctl_facts *f, const char *id)
{
	for (size_t i = 0; i < f->wants.n; i++) {
		if (!strcmp(f->wants.v[i].id, id))
			return f->wants.v[i].used;
	}
	return false;
}

/* What is left of a cluster that went away. */
static void judge_left_over(const struct ob_ctl_facts *f,
			    struct ob_ctl_findings *out)
{
	struct ob_ctl_finding *finding;

	for (size_t i = 0;
	     i < f->view.routes.n && f->wants_known && !f->asked_cluster; i++) {
		const struct ob_route_entry *entry = &f->view.routes.v[i];

		if (wanted(f, entry->value.cluster))
			continue;
		finding = ob_ctl_warn(
			out, "MapEntryLeftOver",
			"%s is still routed to %s, which is not wanted",
			ob_ctl_prefix(out->arena, &entry->dst),
			entry->value.cluster);
		ob_ctl_fix_by_octopus(f, out, finding);
	}
}

static bool is_mapped(const struct ob_ctl_facts *f,
		      const struct ob_prefix *local)
{
	for (size_t i = 0; i < f->view.nat.n; i++) {
		const struct ob_nat_entry *entry = &f->view.nat.v[i];

		if (entry->dir == OB_NAT_OUT &&
		    ob_prefix_overlaps(&entry->from, local))
			return true;
	}
	return false;
}

static bool judge_nat(const struct ob_ctl_facts *f, struct ob_ctl_findings *out)
{
	const struct ob_ctl_prefixes *locals =
		f->daemon.mapped.n > 0 ? &f->daemon.mapped : &f->file.pods;
	struct ob_ctl_mappings list = ob_ctl_nat_list(&f->view, out->arena);
	bool good = true;

	for (size_t i = 0; i < locals->n; i++) {
		const struct ob_prefix *local = &locals->v[i];
		bool v6 = local->addr.family == AF_INET6;

		if (!is_mapped(f, local))
			good = entry_missing(f, v6 ? "ob_out6" : "ob_out4",
					     ob_ctl_prefix(out->arena, local),
					     out);
	}
	/* Both ways, or answers get lost. */
	for (size_t i = 0; i < list.n; i++) {
		const struct ob_ctl_mapping *m = &list.v[i];
		bool v6 = m->global.addr.family == AF_INET6;

		if (m->kind == OB_NAT_STACK || (m->in && m->out))
			continue;
		if (m->out)
			good = entry_missing(
				f, v6 ? "ob_in6" : "ob_in4",
				ob_ctl_prefix(out->arena, &m->global), out);
		else
			good = entry_missing(
				f, v6 ? "ob_out6" : "ob_out4",
				ob_ctl_prefix(out->arena, &m->local), out);
	}
	return good;
}

static bool judge_owner(const struct ob_ctl_facts *f,
			struct ob_ctl_findings *out)
{
	const char *has = f->view.config.cluster;
	struct ob_ctl_finding *finding;

	if (!*f->id || !strcmp(has, f->id))
		return true;
	finding = ob_ctl_broken(out, "MapsOfAnother",
				"%s holds the maps of %s, not of %s",
				f->pin_root, *has ? has : "nobody yet", f->id);
	ob_ctl_fix(out, finding,
		   "one gateway, one pin root: name the right one with "
		   "--pin-root, or start octopus with --pin-root DIR");
	return false;
}

/* Even: a writer is at work, or died at it; nothing is remembered then. */
static bool judge_generation(const struct ob_ctl_facts *f,
			     struct ob_ctl_findings *out)
{
	uint32_t before = f->view.config.generation;
	uint32_t after = f->view_then.config.generation;
	struct ob_ctl_finding *finding;

	if (before % 2 == 1 || after != before)
		return true;
	finding = ob_ctl_warn(out, "GenerationUnsettled",
			      "somebody began to change the maps and has not "
			      "finished: packets pass more slowly");
	ob_ctl_fix_by_octopus(f, out, finding);
	return false;
}

static void judge_nothing_pinned(const struct ob_ctl_facts *f,
				 struct ob_ctl_findings *out)
{
	struct ob_ctl_finding *finding =
		ob_ctl_broken(out, "NothingPinned", "%s", f->maps_problem);

	ob_ctl_fix(out, finding,
		   "octopus has not run on this gateway, or with another "
		   "--pin-root");
	finding->aside = f->hub_mode;
}

void ob_ctl_check_map(const struct ob_ctl_facts *f, struct ob_ctl_findings *out)
{
	bool good;

	if (!f->standby && f->maps_error == -ENOENT) {
		judge_nothing_pinned(f, out);
		return;
	}
	if (ob_ctl_check_no_maps(f, out))
		return;
	if (!judge_owner(f, out))
		return;
	good = judge_routes(f, out);
	good &= judge_nat(f, out);
	good &= judge_generation(f, out);
	judge_left_over(f, out);
	if (good)
		ob_ctl_good(out,
			    "%zu routes and %zu translations are as they "
			    "should be",
			    f->view.routes.n, f->view.nat.n);
}
