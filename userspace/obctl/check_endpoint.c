// SPDX-License-Identifier: Apache-2.0
#include "obctl/check.h"

#include <linux/rtnetlink.h>

#include "obctl/gather_path.h"
#include "obctl/units.h"
static const char *link_name(const struct ob_ctl_facts *f, struct ob_arena *a,
			     int ifindex)
{
	for (size_t i = 0; i < f->links.n; i++) {
		if (f->links.v[i].ifindex == ifindex)
			return f->links.v[i].name;
	}
	return ifindex ? ob_arena_printf(a, "interface %d", ifindex)
		       : "no interface";
}

static void judge_underlay(const struct ob_ctl_facts *f,
			   const struct ob_ctl_path *path,
			   struct ob_ctl_findings *out)
{
	const struct ob_ctl_way *way = &path->underlay;
	const char *to = ob_ctl_addr(out->arena, &path->to);
	struct ob_ctl_finding *finding;

	if (way->error < 0 ||
	    (way->route.type != RTN_UNICAST && way->route.type != RTN_LOCAL)) {
		finding = ob_ctl_broken(out, "NoUnderlayRoute",
					"%s: no route to its endpoint %s",
					path->want->id, to);
		ob_ctl_fix(out, finding,
			   "give this host a way to %s: a default route, or "
			   "one to its network",
			   to);
	} else if (f->link && way->route.ifindex == f->link->ifindex) {
		finding = ob_ctl_broken(
			out, "UnderlayLoop",
			"%s: the way to its endpoint %s leads into %s itself",
			path->want->id, to, f->device);
		ob_ctl_fix(out, finding,
			   "the endpoint must be outside the clusters' global "
			   "addresses, and no route to it may use %s",
			   f->device);
	} else {
		ob_ctl_good(out, "%s: %s by %s", path->want->id, to,
			    link_name(f, out->arena, way->route.ifindex));
	}
}

static void judge_endpoint(const struct ob_ctl_facts *f,
			   const struct ob_ctl_path *path,
			   struct ob_ctl_findings *out)
{
	const struct ob_ctl_want *want = path->want;
	struct ob_ctl_finding *finding;

	if (path->resolve_problem) {
		finding = ob_ctl_broken(out, "EndpointUnresolved",
					"%s: its endpoint %s does not resolve: "
					"%s",
					want->id, want->host,
					path->resolve_problem);
		ob_ctl_fix(out, finding,
			   "correct the name, or the name servers in "
			   "/etc/resolv.conf; getent ahosts %s",
			   want->host);
		/* The last address stays in use. */
		finding->aside =
			ob_ctl_check_up(f, ob_ctl_wg_peer(&f->wg, &want->key));
	} else if (path->to.family) {
		judge_underlay(f, path, out);
	} else {
		ob_ctl_good(out, "%s: has none, it dials us", want->id);
	}
}

void ob_ctl_check_endpoint(const struct ob_ctl_facts *f,
			   struct ob_ctl_findings *out)
{
	size_t n = 0;

	for (size_t i = 0; i < f->paths.n; i++) {
		if (!f->paths.v[i].want->direct)
			continue;
		judge_endpoint(f, &f->paths.v[i], out);
		n++;
	}
	if (n == 0)
		ob_ctl_skip(out, "no cluster is connected directly");
}
