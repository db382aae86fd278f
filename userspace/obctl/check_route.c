// SPDX-License-Identifier: Apache-2.0
/* The kernel's routes to other clusters, and whether it forwards. */
#include "obctl/check.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "obctl/units.h"

static const char *device_of(const struct ob_ctl_facts *f, struct ob_arena *a,
			     const struct ob_rtroute *route)
{
	for (size_t i = 0; i < f->links.n; i++) {
		if (f->links.v[i].ifindex == route->ifindex)
			return f->links.v[i].name;
	}
	return route->ifindex
		       ? ob_arena_printf(a, "interface %d", route->ifindex)
		       : "nowhere";
}

static bool is_there(const struct ob_ctl_facts *f, const struct ob_prefix *p)
{
	for (size_t i = 0; i < f->routes.n; i++) {
		const struct ob_rtroute *route = &f->routes.v[i];

		if (route->ifindex == f->link->ifindex &&
		    ob_prefix_equal(&route->dst, p))
			return true;
	}
	return false;
}

/* A route inside the prefix that leads elsewhere; NULL: there is none. */
static const struct ob_rtroute *shadow_of(const struct ob_ctl_facts *f,
					  const struct ob_prefix *p)
{
	for (size_t i = 0; i < f->routes.n; i++) {
		const struct ob_rtroute *route = &f->routes.v[i];

		if (route->ifindex != f->link->ifindex &&
		    route->dst.len > p->len && ob_prefix_covers(p, &route->dst))
			return route;
	}
	return NULL;
}

static void judge_shadow(const struct ob_ctl_facts *f,
			 const struct ob_ctl_destination *d,
			 const struct ob_rtroute *by,
			 struct ob_ctl_findings *out)
{
	const char *dst = ob_ctl_prefix(out->arena, &by->dst);
	struct ob_ctl_finding *finding = ob_ctl_broken(
		out, "RouteShadowed", "%s: a route to %s leads to %s, not %s",
		d->want->id, dst, device_of(f, out->arena, by), f->device);

	ob_ctl_fix(out, finding,
		   "ip route show %s: whoever made it must not use addresses "
		   "of the global network",
		   dst);
}

/* Another table, by a rule, or a better metric. */
static void judge_way(const struct ob_ctl_facts *f,
		      const struct ob_ctl_destination *d,
		      struct ob_ctl_findings *out)
{
	const char *prefix = ob_ctl_prefix(out->arena, &d->prefix);
	struct ob_ctl_finding *finding = ob_ctl_broken(
		out, "RouteShadowed",
		"%s: packets to %s leave by %s, not %s, though there is a "
		"route",
		d->want->id, prefix,
		d->way.error < 0 ? strerror(-d->way.error)
				 : device_of(f, out->arena, &d->way.route),
		f->device);

	ob_ctl_fix(out, finding,
		   "ip rule, and ip route show table all %s, show what comes "
		   "before it: take that away, or its rule",
		   prefix);
}

/* True when the destination is as it should be. */
static bool judge_destination(const struct ob_ctl_facts *f,
			      const struct ob_ctl_destination *d,
			      struct ob_ctl_findings *out)
{
	const struct ob_rtroute *shadow = shadow_of(f, &d->prefix);
	struct ob_ctl_finding *finding;

	if (!is_there(f, &d->prefix)) {
		finding = ob_ctl_broken(out, "RouteMissing",
					"%s: no route to %s by %s", d->want->id,
					ob_ctl_prefix(out->arena, &d->prefix),
					f->device);
		ob_ctl_fix_by_octopus(f, out, finding);
	} else if (shadow) {
		judge_shadow(f, d, shadow, out);
	} else if (d->way.error < 0 ||
		   d->way.route.ifindex != f->link->ifindex) {
		judge_way(f, d, out);
	} else {
		return true;
	}
	return false;
}

void ob_ctl_check_route(const struct ob_ctl_facts *f,
			struct ob_ctl_findings *out)
{
	size_t good = 0;

	if (ob_ctl_check_no_device(f, out))
		return;
	if (f->routes_error < 0) {
		ob_ctl_skip(out, "routes cannot be read: %s",
			    strerror(-f->routes_error));
		return;
	}
	for (size_t i = 0; i < f->destinations.n; i++)
		good += judge_destination(f, &f->destinations.v[i], out);
	if (good > 0)
		ob_ctl_good(out, "%zu of %zu prefixes lead to %s", good,
			    f->destinations.n, f->device);
	else if (f->destinations.n == 0)
		ob_ctl_skip(out, "no other cluster to connect to");
}

static bool uses6(const struct ob_ctl_facts *f)
{
	for (size_t i = 0; i < f->destinations.n; i++) {
		if (f->destinations.v[i].prefix.addr.family == AF_INET6)
			return true;
	}
	return false;
}

static bool judge_forwarding(int value, const char *name,
			     struct ob_ctl_findings *out)
{
	struct ob_ctl_finding *finding;

	if (value != 0)
		return true;
	finding = ob_ctl_broken(out, "ForwardingDisabled",
				"%s is 0: this host forwards no packets", name);
	ob_ctl_fix(out, finding, "sysctl -w %s=1, and keep it in /etc/sysctl.d",
		   name);
	return false;
}

static bool all_lead_to_us(const struct ob_ctl_facts *f)
{
	for (size_t i = 0; i < f->destinations.n; i++) {
		const struct ob_ctl_way *way = &f->destinations.v[i].way;

		if (way->error < 0 ||
		    (f->link && way->route.ifindex != f->link->ifindex))
			return false;
	}
	return true;
}

void ob_ctl_check_forwarding(const struct ob_ctl_facts *f,
			     struct ob_ctl_findings *out)
{
	struct ob_ctl_finding *finding;
	bool good;

	if (f->ip_forward == OB_CTL_SYSCTL_UNKNOWN) {
		ob_ctl_skip(out, "net.ipv4.ip_forward cannot be read");
		return;
	}
	good = judge_forwarding(f->ip_forward, "net.ipv4.ip_forward", out);
	if (uses6(f) && f->ip6_forward != OB_CTL_SYSCTL_UNKNOWN)
		good &= judge_forwarding(f->ip6_forward,
					 "net.ipv6.conf.all.forwarding", out);
	if (f->rp_filter == 1 && !all_lead_to_us(f)) {
		finding = ob_ctl_warn(
			out, "StrictReversePath",
			"rp_filter is strict: what comes out of %s from "
			"prefixes without a route there is dropped",
			f->device);
		ob_ctl_fix(out, finding,
			   "repair the routes above; or sysctl -w "
			   "net.ipv4.conf.%s.rp_filter=2",
			   f->device);
	} else if (good) {
		ob_ctl_good(out, "on%s",
			    f->rp_filter == 1
				    ? "; rp_filter is strict, and the routes "
				      "agree"
				    : "");
	}
}
