// SPDX-License-Identifier: Apache-2.0
#include "topology.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>

#include "child.h"

const unsigned char ob_mac_s0[6] = { 2, 0, 0, 0, 0, 1 };
const unsigned char ob_mac_g0[6] = { 2, 0, 0, 0, 0, 2 };

static int open_here(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int make_netns(int *ret)
{
	int fd;

	if (unshare(CLONE_NEWNET))
		return -errno;
	fd = open_here();
	if (fd < 0)
		return fd;
	*ret = fd;
	/* No router solicitations or duplicate detection during a sample. */
	return ob_child_sysctl(fd, "net/ipv6/conf/default/disable_ipv6", "1");
}

static int ip_batch(int netns, const char *commands)
{
	static const char *const argv[] = { "ip", "-batch", "-", NULL };

	return ob_child_run(netns, argv, commands, false);
}

static int make_links(const struct ob_topology *t)
{
	char commands[1024];
	int r;

	snprintf(commands, sizeof(commands),
		 "link add s0 index %d address 02:00:00:00:00:01 type veth "
		 "peer name g0 index %d address 02:00:00:00:00:02 "
		 "netns /proc/%d/fd/%d\n"
		 "link set s0 up\n",
		 OB_INDEX_S0, OB_INDEX_G0, getpid(), t->gateway);
	r = ip_batch(t->sender, commands);
	if (r)
		return r;
	snprintf(commands, sizeof(commands),
		 "link add k0 index %d address 02:00:00:00:00:04 type veth "
		 "peer name g1 index %d address 02:00:00:00:00:03 "
		 "netns /proc/%d/fd/%d\n"
		 "addr add 192.0.2.2/24 dev k0\n"
		 "link set k0 up\n",
		 OB_INDEX_K0, OB_INDEX_G1, getpid(), t->gateway);
	r = ip_batch(t->sink, commands);
	if (r)
		return r;
	/* A fixed neighbour: no packet waits for ARP. */
	return ip_batch(t->gateway,
			"addr add 192.0.2.1/24 dev g1\n"
			"link set g0 up\n"
			"link set g1 up\n"
			"neigh add 192.0.2.2 lladdr 02:00:00:00:00:04 "
			"nud permanent dev g1\n");
}

int ob_topology_init(struct ob_topology *t)
{
	int r;

	r = t->home = open_here();
	if (r < 0)
		return r;
	r = make_netns(&t->sender);
	if (!r)
		r = make_netns(&t->gateway);
	if (!r)
		r = make_netns(&t->sink);
	ob_topology_leave(t);
	return r ? r : make_links(t);
}

void ob_topology_done(struct ob_topology *t)
{
	ob_closep(&t->sender);
	ob_closep(&t->gateway);
	ob_closep(&t->sink);
	ob_closep(&t->home);
	*t = (struct ob_topology)OB_TOPOLOGY_INIT;
}

int ob_topology_enter(const struct ob_topology *t, int netns)
{
	(void)t;
	return setns(netns, CLONE_NEWNET) ? -errno : 0;
}

void ob_topology_leave(const struct ob_topology *t)
{
	if (setns(t->home, CLONE_NEWNET))
		abort();
}
