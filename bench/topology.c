// SPDX-License-Identifier: Apache-2.0
#include "topology.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>

#include "child.h"
#include "space.h"

const unsigned char ob_mac_s0[6] = { 2, 0, 0, 0, 0, 1 };
const unsigned char ob_mac_g0[6] = { 2, 0, 0, 0, 0, 2 };

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
	r = ob_child_ip(t->sender, commands);
	if (r)
		return r;
	snprintf(commands, sizeof(commands),
		 "link add k0 index %d address 02:00:00:00:00:04 type veth "
		 "peer name g1 index %d address 02:00:00:00:00:03 "
		 "netns /proc/%d/fd/%d\n"
		 "addr add 192.0.2.2/24 dev k0\n"
		 "link set k0 up\n",
		 OB_INDEX_K0, OB_INDEX_G1, getpid(), t->gateway);
	r = ob_child_ip(t->sink, commands);
	if (r)
		return r;
	/* A fixed neighbour: no packet waits for ARP. */
	return ob_child_ip(t->gateway,
			   "addr add 192.0.2.1/24 dev g1\n"
			   "link set g0 up\n"
			   "link set g1 up\n"
			   "neigh add 192.0.2.2 lladdr 02:00:00:00:00:04 "
			   "nud permanent dev g1\n");
}

int ob_topology_init(struct ob_topology *t)
{
	int r;

	r = t->home = ob_space_here();
	if (r < 0)
		return r;
	r = ob_space_new(t->home, &t->sender);
	if (!r)
		r = ob_space_new(t->home, &t->gateway);
	if (!r)
		r = ob_space_new(t->home, &t->sink);
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
	return ob_space_enter(netns);
}

void ob_topology_leave(const struct ob_topology *t)
{
	if (ob_space_enter(t->home))
		abort();
}
