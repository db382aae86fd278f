// SPDX-License-Identifier: Apache-2.0
#include "obctl/view.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

/* Names come from a map that anybody with the rights may write: they need not
 * end in a NUL. */
static void terminate(struct ob_ctl_view *view)
{
	view->config.cluster[OB_CLUSTER_LEN - 1] = '\0';
	for (size_t i = 0; i < view->routes.n; i++)
		view->routes.v[i].value.cluster[OB_CLUSTER_LEN - 1] = '\0';
	for (size_t i = 0; i < view->clusters.n; i++)
		view->clusters.v[i].key.name[OB_CLUSTER_LEN - 1] = '\0';
	for (size_t i = 0; i < view->services.n; i++) {
		struct ob_service_entry *e = &view->services.v[i];

		e->namespace[sizeof(e->namespace) - 1] = '\0';
		e->name[sizeof(e->name) - 1] = '\0';
	}
}

static int read_traffic(struct ob_datapath *dp, struct ob_arena *a,
			struct ob_ctl_view *view)
{
	int r = ob_cluster_table_dump(dp, a, &view->clusters);

	for (uint32_t i = 0; i < OB_MAX_CLUSTERS && r == 0; i++)
		r = ob_traffic_get(dp, i, &view->traffic[i]);
	return r;
}

static int read_drops(struct ob_datapath *dp, struct ob_arena *a,
		      struct ob_ctl_view *view)
{
	int r = ob_drops_dump(dp, a, &view->drops);

	return r < 0 ? r : ob_events_suppressed(dp, &view->suppressed);
}

static int read_maps(struct ob_datapath *dp, unsigned int parts,
		     struct ob_arena *a, struct ob_ctl_view *view)
{
	int r = ob_config_table_get(dp, &view->config);

	if (r == 0 && (parts & OB_CTL_ROUTES))
		r = ob_route_table_dump(dp, a, &view->routes);
	if (r == 0 && (parts & OB_CTL_NAT))
		r = ob_nat_table_dump(dp, a, &view->nat);
	if (r == 0 && (parts & OB_CTL_TRAFFIC))
		r = read_traffic(dp, a, view);
	if (r == 0 && (parts & OB_CTL_DROPS))
		r = read_drops(dp, a, view);
	if (r == 0 && (parts & OB_CTL_SERVICES))
		r = ob_services_dump(dp, a, &view->services);
	if (r == 0 && (parts & OB_CTL_FILL))
		r = ob_map_fill_dump(dp, view->fill);
	return r;
}

/* Without links everything else can still be shown. */
static void read_links(struct ob_arena *a, struct ob_ctl_view *view)
{
	_cleanup_(ob_nl_freep) struct ob_nl *nl = NULL;
	int r = ob_nl_new(&nl);

	if (r == 0)
		r = ob_link_dump(nl, a, &view->links);
	if (r < 0)
		ob_debug("links unreadable", "error=%d", r);
}

/* Pins are listed in no order. */
static int compare_attachments(const void *a, const void *b)
{
	const struct ob_attachment *x = a, *y = b;

	return x->ifindex != y->ifindex ? x->ifindex - y->ifindex
					: (int)x->hook - (int)y->hook;
}

static int read_attachments(struct ob_datapath *dp, struct ob_arena *a,
			    struct ob_ctl_view *view)
{
	int *ifindexes = ob_arena_array(a, view->links.n + 1, sizeof(int));
	struct ob_attachments *list = &view->attachments;
	int r;

	for (size_t i = 0; i < view->links.n; i++)
		ifindexes[i] = view->links.v[i].ifindex;
	r = ob_attachment_dump(dp, a, ifindexes, view->links.n, list);
	if (r == 0 && list->n > 0)
		qsort(list->v, list->n, sizeof(*list->v), compare_attachments);
	return r;
}

static bool has_route(const struct ob_ctl_view *view, int ifindex)
{
	for (size_t i = 0; i < view->routes.n; i++) {
		if (view->routes.v[i].value.ifindex == (uint32_t)ifindex)
			return true;
	}
	return false;
}

static void read_tunnels(struct ob_arena *a, struct ob_ctl_view *view)
{
	_cleanup_(ob_wg_freep) struct ob_wg *wg = NULL;
	int r = ob_wg_new(&wg);

	if (r < 0) {
		ob_debug("WireGuard unreadable", "error=%d", r);
		return;
	}
	view->tunnels =
		ob_arena_array(a, view->links.n + 1, sizeof(*view->tunnels));
	view->tunnels_known = true;
	for (size_t i = 0; i < view->links.n; i++) {
		const struct ob_link *link = &view->links.v[i];

		if (strcmp(link->kind, "wireguard") != 0 ||
		    !has_route(view, link->ifindex))
			continue;
		r = ob_wg_device_dump(wg, a, link->name,
				      &view->tunnels[view->n_tunnels]);
		if (r == 0)
			view->n_tunnels++;
		else if (r != -ENODEV) /* it went away just now */
			view->tunnels_known = false;
	}
}

int ob_ctl_view_read(struct ob_datapath *dp, const char *pin_root,
		     unsigned int parts, struct ob_arena *a,
		     struct ob_ctl_view *ret)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->now_s = (int64_t)ob_clock_realtime_s();
	ret->pin_root = pin_root;
	ret->tcx = ob_datapath_has_tcx(dp);
	r = read_maps(dp, parts, a, ret);
	if (r < 0)
		return r;
	terminate(ret);
	if (parts & OB_CTL_LINKS)
		read_links(a, ret);
	if (parts & OB_CTL_ATTACHMENTS)
		r = read_attachments(dp, a, ret);
	if (parts & OB_CTL_TUNNELS)
		read_tunnels(a, ret);
	return r;
}

const struct ob_link *ob_ctl_view_link(const struct ob_ctl_view *view,
				       int ifindex)
{
	for (size_t i = 0; i < view->links.n; i++) {
		if (view->links.v[i].ifindex == ifindex)
			return &view->links.v[i];
	}
	return NULL;
}

const char *ob_ctl_view_device(const struct ob_ctl_view *view,
			       struct ob_arena *a, int ifindex)
{
	const struct ob_link *link = ob_ctl_view_link(view, ifindex);

	return link ? link->name : ob_arena_printf(a, "if%d", ifindex);
}

const struct ob_route_entry *ob_ctl_view_route(const struct ob_ctl_view *view,
					       const struct ob_addr *addr)
{
	const struct ob_route_entry *best = NULL;

	for (size_t i = 0; i < view->routes.n; i++) {
		const struct ob_route_entry *route = &view->routes.v[i];

		if (ob_prefix_contains(&route->dst, addr) &&
		    (!best || route->dst.len > best->dst.len))
			best = route;
	}
	return best;
}

bool ob_ctl_view_is_hub(const struct ob_ctl_view *view, const char *cluster)
{
	for (size_t i = 0; i < view->clusters.n; i++) {
		if (strcmp(view->clusters.v[i].key.name, cluster) == 0)
			return view->clusters.v[i].value.hub != 0;
	}
	return false;
}
