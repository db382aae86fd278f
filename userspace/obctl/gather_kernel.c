// SPDX-License-Identifier: Apache-2.0
#include "obctl/gather_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "datapath/datapath.h"

#define EVERYTHING                                                             \
	(OB_CTL_ROUTES | OB_CTL_NAT | OB_CTL_TRAFFIC | OB_CTL_DROPS |          \
	 OB_CTL_ATTACHMENTS | OB_CTL_LINKS | OB_CTL_SERVICES)

/* Octopus never changes its process's own root: these are the namespace's. */
static int sysctl_read(const char *name)
{
	char path[PATH_MAX], buf[32] = "";
	_close_ int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return OB_CTL_SYSCTL_UNKNOWN;
	n = ob_file_read(fd, buf, sizeof(buf) - 1);
	if (n <= 0 || buf[0] < '0' || buf[0] > '9')
		return OB_CTL_SYSCTL_UNKNOWN;
	return (int)strtoul(buf, NULL, 10);
}

void ob_ctl_kernel_open(struct ob_ctl_kernel *k, struct ob_ctl_facts *f,
			struct ob_arena *a)
{
	struct ob_status status = OB_STATUS_INIT;

	*k = (struct ob_ctl_kernel){ 0 };
	f->links_error = ob_nl_new(&k->nl);
	f->wireguard_error = ob_wg_new(&k->wg);
	f->maps_error = ob_datapath_open(f->pin_root, &k->dp, &status);
	if (f->maps_error < 0)
		f->maps_problem = ob_arena_strdup(
			a, status.reason ? status.message
					 : strerror(-f->maps_error));
}

void ob_ctl_kernel_done(struct ob_ctl_kernel *k)
{
	ob_datapath_freep(&k->dp);
	ob_wg_freep(&k->wg);
	ob_nl_freep(&k->nl);
}

static void read_links(struct ob_ctl_kernel *k, struct ob_ctl_facts *f,
		       struct ob_arena *a)
{
	if (k->nl)
		f->links_error = ob_link_dump(k->nl, a, &f->links);
	for (size_t i = 0; i < f->links.n; i++) {
		if (!strcmp(f->links.v[i].name, f->device))
			f->link = &f->links.v[i];
	}
	if (k->nl)
		f->routes_error = ob_rtroute_dump(k->nl, a, 0, &f->routes);
}

static void read_maps(struct ob_ctl_kernel *k, struct ob_ctl_facts *f,
		      struct ob_arena *a)
{
	if (!k->dp)
		return;
	f->maps_error =
		ob_ctl_view_read(k->dp, f->pin_root, EVERYTHING, a, &f->view);
	if (f->maps_error < 0)
		f->maps_problem =
			ob_arena_printf(a, "reading the maps below %s: %s",
					f->pin_root, strerror(-f->maps_error));
}

static void read_sysctls(struct ob_ctl_facts *f, struct ob_arena *a)
{
	int all = sysctl_read("ipv4/conf/all/rp_filter");
	int ours = sysctl_read(
		ob_arena_printf(a, "ipv4/conf/%s/rp_filter", f->device));

	f->ip_forward = sysctl_read("ipv4/ip_forward");
	f->ip6_forward = sysctl_read("ipv6/conf/all/forwarding");
	/* The kernel takes the larger; 2 is loose, so 1 counts only alone. */
	f->rp_filter = all > ours ? all : ours;
}

static int read_wg(struct ob_ctl_kernel *k, const struct ob_ctl_facts *f,
		   struct ob_arena *a, struct ob_wg_device *ret)
{
	*ret = (struct ob_wg_device){ 0 };
	return k->wg ? ob_wg_device_dump(k->wg, a, f->device, ret)
		     : f->wireguard_error;
}

void ob_ctl_kernel_read(struct ob_ctl_kernel *k, struct ob_ctl_facts *f,
			struct ob_arena *a)
{
	read_links(k, f, a);
	read_maps(k, f, a);
	read_sysctls(f, a);
	f->wg_error = read_wg(k, f, a, &f->wg);
}

void ob_ctl_kernel_read_again(struct ob_ctl_kernel *k, struct ob_ctl_facts *f,
			      struct ob_arena *a)
{
	if (read_wg(k, f, a, &f->wg_then) < 0)
		f->wg_then = f->wg;
	if (!k->dp || f->maps_error < 0 ||
	    ob_ctl_view_read(k->dp, f->pin_root, OB_CTL_DROPS | OB_CTL_LINKS, a,
			     &f->view_then) < 0)
		f->view_then = f->view;
}

struct ob_ctl_way ob_ctl_kernel_way(struct ob_ctl_kernel *k,
				    const struct ob_ctl_facts *f,
				    const struct ob_addr *to)
{
	struct ob_ctl_way way = { .error = -ENOTCONN };
	const struct ob_link *link = NULL;

	if (!k->nl)
		return way;
	way.error = ob_rtroute_get(k->nl, to, &way.route);
	for (size_t i = 0; i < f->links.n && way.error == 0; i++) {
		if (f->links.v[i].ifindex == way.route.ifindex)
			link = &f->links.v[i];
	}
	if (link)
		way.mtu = way.route.mtu && way.route.mtu < link->mtu
				  ? way.route.mtu
				  : link->mtu;
	return way;
}
