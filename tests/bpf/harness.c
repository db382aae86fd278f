// SPDX-License-Identifier: Apache-2.0
#include "harness.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "from_pod.skel.h"
#include "from_tunnel.skel.h"
#include "to_tunnel.skel.h"

const struct party parties[2] = {
	{
		.name = "IPv4",
		.local = "10.244.3.7",
		.global = "10.113.3.7",
		.local_b = "10.244.9.200",
		.global_b = "10.113.9.200",
		.remote = "10.114.1.2",
		.remote_hub = "10.112.1.2",
		.remote3 = "10.115.1.2",
		.nowhere = "10.127.1.2",
		.gateway = "10.113.255.1",
		.node = "192.168.7.9",
		.outside = "198.51.100.4",
		.unroutable = "10.113.99.1",
		.unroutable_local = "10.244.99.1",
		.silent = "10.113.97.1",
		.silent_local = "10.244.97.1",
		.narrow = "10.113.98.1",
		.narrow_local = "10.244.98.1",
	},
	{
		.name = "IPv6",
		.local = "fd00:244:0:3::7",
		.global = "fd70:0:113:3::7",
		.local_b = "fd00:244:0:9::200",
		.global_b = "fd70:0:113:9::200",
		.remote = "fd70:0:114:1::2",
		.remote_hub = "fd70:0:112:1::2",
		.remote3 = "fd70:0:115:1::2",
		.nowhere = "fd70:0:127:1::2",
		.gateway = "fd70:0:113:ffff::1",
		.node = "fd99::9",
		.outside = "2001:db8::4",
		.unroutable = "fd70:0:113:99::1",
		.unroutable_local = "fd00:244:0:99::1",
		.silent = "fd70:0:113:97::1",
		.silent_local = "fd00:244:0:97::1",
		.narrow = "fd70:0:113:98::1",
		.narrow_local = "fd00:244:0:98::1",
	},
};

static const char *const maps[] = {
	"ob_config",  "ob_route4", "ob_route6",	 "ob_out4",	"ob_out6",
	"ob_in4",     "ob_in6",	   "ob_cluster", "ob_traffic",	"ob_drops",
	"ob_events",  "ob_budget", "ob_service", "ob_virtual",	"ob_slot",
	"ob_backend", "ob_flow",   "ob_reply",	 "ob_affinity", "ob_fragment"
};

/* Two tunnel devices that never carry anything, and a way to the pods. */
static const char devices[] =
	"ip -batch - <<'BATCH'\n"
	"link set lo up\n"
	"tuntap add dev ob0 mode tun\n"
	"tuntap add dev ob1 mode tun\n"
	"link add pod0 address 02:00:00:00:00:01 type veth peer name pod0p\n"
	"addr add 192.168.7.9/32 dev lo\n"
	"addr add fd99::9/128 dev lo\n"
	"link set ob0 up mtu 1420\n"
	"link set ob1 up mtu 1380\n"
	"link set pod0 up mtu 9000\n"
	"link set pod0p up mtu 9000\n"
	"neigh add 169.254.1.1 lladdr 02:00:00:00:99:99 dev pod0\n"
	"route add 10.244.0.0/16 via 169.254.1.1 dev pod0 onlink\n"
	"route add 10.244.97.0/24 dev pod0\n"
	"route add unreachable 10.244.99.0/24\n"
	"route add 10.244.98.0/24 via 169.254.1.1 dev pod0 onlink"
	" mtu lock 1300\n"
	"route add 10.112.0.0/12 dev ob0\n"
	"neigh add fe80::1 lladdr 02:00:00:00:99:99 dev pod0\n"
	"route add default via 169.254.1.1 dev pod0 onlink\n"
	"route add default via inet6 fe80::1 dev pod0 onlink\n"
	"route add fd00:244::/48 via fe80::1 dev pod0 onlink\n"
	"route add fd00:244:0:97::/64 dev pod0\n"
	"route add unreachable fd00:244:0:99::/64\n"
	"route add fd00:244:0:98::/64 via fe80::1 dev pod0 onlink"
	" mtu lock 1300\n"
	"route add fd70::/32 dev ob0\n"
	"BATCH\n";

static int write_sysctl(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, value, strlen(value));
	close(fd);
	return n < 0 ? -EIO : 0;
}

/* A router without limits of its own, in a namespace of its own. */
static const char *const sysctls[][2] = {
	{ "ipv4/ip_forward", "1" },
	{ "ipv4/conf/all/rp_filter", "0" },
	{ "ipv4/conf/default/rp_filter", "0" },
	{ "ipv4/icmp_ratelimit", "0" },
	{ "ipv6/conf/all/forwarding", "1" },
	{ "ipv6/conf/default/accept_dad", "0" },
	{ "ipv6/icmp/ratelimit", "0" },
};

static int make_namespace(struct harness *h)
{
	char path[64];

	if (unshare(CLONE_NEWNET)) {
		fprintf(stderr, "bpf tests need root: unshare: %m\n");
		return -1;
	}
	for (size_t i = 0; i < sizeof(sysctls) / sizeof(sysctls[0]); i++) {
		snprintf(path, sizeof(path), "/proc/sys/net/%s", sysctls[i][0]);
		if (write_sysctl(path, sysctls[i][1])) {
			fprintf(stderr, "%s: cannot set\n", path);
			return -1;
		}
	}
	if (system(devices))
		return -1;
	h->ob0 = if_nametoindex("ob0");
	h->ob1 = if_nametoindex("ob1");
	h->pod0 = if_nametoindex("pod0");
	return h->ob0 && h->ob1 && h->pod0 ? 0 : -1;
}

int harness_map(const struct harness *h, const char *name)
{
	return bpf_object__find_map_fd_by_name(h->from_pod->obj, name);
}

static int share_maps(const struct harness *h, struct bpf_object *obj)
{
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		struct bpf_map *map =
			bpf_object__find_map_by_name(obj, maps[i]);

		if (!map || bpf_map__reuse_fd(map, harness_map(h, maps[i])))
			return -1;
	}
	return 0;
}

static int load_programs(struct harness *h)
{
	h->from_pod = from_pod_bpf__open();
	h->to_tunnel = to_tunnel_bpf__open();
	h->from_tunnel = from_tunnel_bpf__open();
	if (!h->from_pod || !h->to_tunnel || !h->from_tunnel)
		return -1;
	h->to_tunnel->rodata->ob_l3_off = PACKET_ETH;
	h->from_tunnel->rodata->ob_l3_off = PACKET_ETH;
	if (from_pod_bpf__load(h->from_pod) ||
	    share_maps(h, h->to_tunnel->obj) ||
	    share_maps(h, h->from_tunnel->obj) ||
	    to_tunnel_bpf__load(h->to_tunnel) ||
	    from_tunnel_bpf__load(h->from_tunnel))
		return -1;
	h->prog[OB_HOOK_FROM_POD] =
		bpf_program__fd(h->from_pod->progs.from_pod);
	h->prog[OB_HOOK_TO_TUNNEL] =
		bpf_program__fd(h->to_tunnel->progs.to_tunnel);
	h->prog[OB_HOOK_FROM_TUNNEL] =
		bpf_program__fd(h->from_tunnel->progs.from_tunnel);
	return 0;
}

/* Counters are per CPU and events too: one CPU makes their limits exact. */
static int stay_on_one_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

static bool probe_complete(const struct harness *h)
{
	const struct packet_spec spec = { .src = "192.0.2.1",
					  .dst = "192.0.2.2" };
	struct packet in;
	struct run run;

	packet_build(&spec, &in);
	return harness_run(h, OB_HOOK_FROM_POD, NULL, RUN_COMPLETE, &in,
			   &run) == 0;
}

int harness_setup(void **state)
{
	struct harness *h = calloc(1, sizeof(*h));

	if (!h || make_namespace(h) || stay_on_one_cpu() || load_programs(h))
		return -1;
	*state = h;
	harness_fresh(state);
	h->has_complete = probe_complete(h);
	if (!h->has_complete)
		fprintf(stderr, "kernel without BPF_F_TEST_SKB_CHECKSUM_"
				"COMPLETE: not tested\n");
	return 0;
}

int harness_teardown(void **state)
{
	struct harness *h = *state;

	if (!h)
		return 0;
	from_pod_bpf__destroy(h->from_pod);
	to_tunnel_bpf__destroy(h->to_tunnel);
	from_tunnel_bpf__destroy(h->from_tunnel);
	free(h);
	return 0;
}

static void add_both(struct harness *h, const char *dst4, const char *dst6,
		     uint32_t ifindex, uint32_t mtu, uint32_t slot)
{
	harness_add_route(h, dst4, ifindex, mtu, slot);
	harness_add_route(h, dst6, ifindex, mtu, slot);
}

int harness_fresh(void **state)
{
	struct harness *h = *state;

	harness_empty(h);
	memcpy(h->net.config.cluster, "cluster1", sizeof("cluster1"));
	inet_pton(AF_INET, "10.112.0.0", h->net.config.global4.b);
	h->net.config.global4_len = 12;
	inet_pton(AF_INET6, "fd70::", h->net.config.global6.b);
	h->net.config.global6_len = 32;
	inet_pton(AF_INET, parties[0].gateway, h->net.config.gateway4.b);
	inet_pton(AF_INET6, parties[1].gateway, h->net.config.gateway6.b);
	harness_set_config(h);
	add_both(h, "10.112.0.0/16", "fd70:0:112::/48", h->ob0, 1420, 1);
	add_both(h, "10.114.0.0/16", "fd70:0:114::/48", h->ob0, 1420, 2);
	add_both(h, "10.115.0.0/16", "fd70:0:115::/48", h->ob1, 1380, 3);
	harness_add_block(h, "10.244.0.0/16", "10.113.0.0/16");
	harness_add_block(h, "fd00:244::/48", "fd70:0:113::/48");
	harness_add_in(h, "10.113.255.1/32", "10.113.255.1/32", OB_NAT_STACK);
	harness_add_in(h, "fd70:0:113:ffff::1/128", "fd70:0:113:ffff::1/128",
		       OB_NAT_STACK);
	harness_zero_counters(h);
	return 0;
}
