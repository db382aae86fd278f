// SPDX-License-Identifier: Apache-2.0
#include "octopus/actual.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "octopus/sysctl.h"

const struct ob_link *ob_actual_link(const struct ob_actual *actual,
				     const char *name)
{
	for (size_t i = 0; i < actual->links.n; i++)
		if (!strcmp(actual->links.v[i].name, name))
			return &actual->links.v[i];
	return NULL;
}

bool ob_link_is_ours(const struct ob_link *link)
{
	return link && !strcmp(link->kind, "wireguard") &&
	       !strcmp(link->alias, OB_ALIAS);
}

static bool is_link_local6(const struct ob_addr *a)
{
	return a->family == AF_INET6 && a->b[0] == 0xfe &&
	       (a->b[1] & 0xc0) == 0x80;
}

static int dump_addrs(const struct ob_kernel *k, struct ob_arena *a,
		      int ifindex, struct ob_ifaddrs *ret)
{
	struct ob_ifaddrs all;
	size_t n = 0;
	int r = ob_ifaddr_dump(k->nl, a, &all);

	if (r < 0)
		return r;
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].ifindex == ifindex &&
		    !is_link_local6(&all.v[i].addr))
			all.v[n++] = all.v[i];
	*ret = (struct ob_ifaddrs){ all.v, n };
	return 0;
}

static void dump_forwarding(struct ob_arena *a, const char *family,
			    const char *device, struct ob_sysctls *list)
{
	struct ob_sysctl s = { 0 };

	snprintf(s.name, sizeof(s.name), "net/%s/conf/%s/forwarding", family,
		 device);
	if (ob_sysctl_read(s.name, &s.value) == 0)
		*OB_PUSH(a, list) = s;
}

static bool is_on(const char *name)
{
	unsigned int value;

	return ob_sysctl_read(name, &value) == 0 && value != 0;
}

static void dump_sysctls(struct ob_arena *a, const char *device,
			 struct ob_actual *ret)
{
	dump_forwarding(a, "ipv4", device, &ret->sysctls);
	dump_forwarding(a, "ipv6", device, &ret->sysctls);
	ret->forwarding4 = is_on("net/ipv4/ip_forward");
	ret->forwarding6 = is_on("net/ipv6/conf/all/forwarding");
}

static int dump_attachments(const struct ob_kernel *k, struct ob_arena *a,
			    struct ob_actual *ret)
{
	int *indexes = ob_arena_array(a, ret->links.n, sizeof(*indexes));
	int r;

	for (size_t i = 0; i < ret->links.n; i++)
		indexes[i] = ret->links.v[i].ifindex;
	r = ob_attachment_dump(k->dp, a, indexes, ret->links.n,
			       &ret->attachments);
	/* The directory of the pins is gone, and the links with it. */
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return ob_pin_dump_dead_links(k->dp, a, &ret->attachments);
}

static int unreadable(int r, const char *what, struct ob_status *status)
{
	if (status->reason)
		return r;
	return ob_status_set(status, -r, "StateUnreadable",
			     "cannot read %s: %s", what, strerror(-r));
}

static int dump_device(const struct ob_kernel *k, struct ob_arena *a,
		       const char *device, struct ob_actual *ret,
		       struct ob_status *status)
{
	const struct ob_link *link = ob_actual_link(ret, device);
	int r;

	if (!ob_link_is_ours(link))
		return 0;
	r = dump_addrs(k, a, link->ifindex, &ret->addrs);
	if (r < 0)
		return unreadable(r, "addresses", status);
	r = ob_wg_device_dump(k->wg, a, device, &ret->wg);
	/* Deleted since the links were read: the next pass sees it. */
	if (r == -ENODEV)
		return 0;
	return r < 0 ? unreadable(r, "the WireGuard device", status) : 0;
}

static int dump_maps(const struct ob_kernel *k, struct ob_arena *a,
		     struct ob_actual *ret, struct ob_status *status)
{
	int r = ob_config_table_get(k->dp, &ret->config);

	if (r < 0)
		return unreadable(r, "map ob_config", status);
	r = ob_route_table_dump(k->dp, a, &ret->destinations);
	if (r < 0)
		return unreadable(r, "maps ob_route4 and ob_route6", status);
	r = ob_nat_table_dump(k->dp, a, &ret->nats);
	if (r < 0)
		return unreadable(r, "maps ob_in and ob_out", status);
	r = ob_cluster_table_dump(k->dp, a, &ret->clusters);
	return r < 0 ? unreadable(r, "map ob_cluster", status) : 0;
}

int ob_actual_dump(const struct ob_kernel *k, struct ob_arena *a,
		   const char *device, struct ob_actual *ret,
		   struct ob_status *status)
{
	struct ob_actual actual = { 0 };
	int r = ob_pin_dump(k->dp, a, &actual.pins);

	if (r < 0)
		return unreadable(r, "the pinned maps", status);
	r = ob_link_dump(k->nl, a, &actual.links);
	if (r < 0)
		return unreadable(r, "the interfaces", status);
	r = dump_device(k, a, device, &actual, status);
	if (r < 0)
		return r;
	r = ob_rtroute_dump(k->nl, a, OB_RTPROT, &actual.routes);
	if (r < 0)
		return unreadable(r, "the routes", status);
	r = dump_attachments(k, a, &actual);
	if (r < 0)
		return unreadable(r, "what is attached", status);
	r = dump_maps(k, a, &actual, status);
	if (r < 0)
		return r;
	dump_sysctls(a, device, &actual);
	*ret = actual;
	return 0;
}
