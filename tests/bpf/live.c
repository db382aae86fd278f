// SPDX-License-Identifier: Apache-2.0
#include "live.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "from_pod.skel.h"
#include "from_tunnel.skel.h"
#include "to_tunnel.skel.h"

#define DEADLINE_MS 2000

/* A packet as TUN and packet sockets take it. */
struct frame {
	struct virtio_net_hdr vnet;
	uint8_t b[65536];
} __attribute__((packed));

static int open_tun(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	int size = sizeof(struct virtio_net_hdr);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) ||
	    ioctl(fd, TUNSETVNETHDRSZ, &size)) {
		fprintf(stderr, "%s: %m\n", name);
		return -1;
	}
	return fd;
}

static int open_pod(void)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET,
				    .sll_protocol = htons(ETH_P_ALL),
				    .sll_ifindex =
					    (int)if_nametoindex("pod0p") };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		fprintf(stderr, "packet socket: %m\n");
		return -1;
	}
	return fd;
}

static int share_maps(const struct live *l, struct bpf_object *obj)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		if (strncmp(bpf_map__name(map), "ob_", 3) != 0)
			continue;
		if (bpf_map__reuse_fd(map,
				      harness_map(l->h, bpf_map__name(map))))
			return -1;
	}
	return 0;
}

/* Once more, now for IP packets without an Ethernet header. */
static int load_programs(struct live *l)
{
	l->to_tunnel = to_tunnel_bpf__open();
	l->from_tunnel = from_tunnel_bpf__open();
	if (!l->to_tunnel || !l->from_tunnel ||
	    share_maps(l, l->to_tunnel->obj) ||
	    share_maps(l, l->from_tunnel->obj))
		return -1;
	return to_tunnel_bpf__load(l->to_tunnel) ||
			       from_tunnel_bpf__load(l->from_tunnel)
		       ? -1
		       : 0;
}

static int attach(uint32_t ifindex, enum bpf_tc_attach_point point,
		  const struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex,
		    .attach_point = point);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = bpf_program__fd(prog));

	return bpf_tc_attach(&hook, &opts);
}

/* clsact, which every kernel has. */
static int make_hooks(uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex,
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	return bpf_tc_hook_create(&hook);
}

static int attach_all(struct live *l)
{
	const uint32_t tunnels[2] = { l->h->ob0, l->h->ob1 };

	if (make_hooks(l->h->pod0) || make_hooks(tunnels[0]) ||
	    make_hooks(tunnels[1]))
		return -1;
	if (attach(l->h->pod0, BPF_TC_INGRESS, l->h->from_pod->progs.from_pod))
		return -1;
	for (int i = 0; i < 2; i++)
		if (attach(tunnels[i], BPF_TC_INGRESS,
			   l->from_tunnel->progs.from_tunnel) ||
		    attach(tunnels[i], BPF_TC_EGRESS,
			   l->to_tunnel->progs.to_tunnel))
			return -1;
	return 0;
}

int live_setup(void **state)
{
	struct live *l = calloc(1, sizeof(*l));
	void *harness = NULL;

	if (!l || harness_setup(&harness))
		return -1;
	l->h = harness;
	*state = l;
	l->tun[0] = open_tun("ob0");
	l->tun[1] = open_tun("ob1");
	l->pod = open_pod();
	if (l->tun[0] < 0 || l->tun[1] < 0 || l->pod < 0)
		return -1;
	return load_programs(l) || attach_all(l) ? -1 : 0;
}

int live_teardown(void **state)
{
	struct live *l = *state;
	void *harness;

	if (!l)
		return 0;
	harness = l->h;
	close(l->pod);
	close(l->tun[0]);
	close(l->tun[1]);
	to_tunnel_bpf__destroy(l->to_tunnel);
	from_tunnel_bpf__destroy(l->from_tunnel);
	free(l);
	return harness_teardown(&harness);
}

static void drain(int fd)
{
	static struct frame f;

	while (read(fd, &f, sizeof(f)) > 0)
		;
}

int live_fresh(void **state)
{
	struct live *l = *state;
	void *harness = l->h;

	drain(l->pod);
	drain(l->tun[0]);
	drain(l->tun[1]);
	return harness_fresh(&harness);
}

/* Where the L4 header begins, and its checksum in it. */
static void find_checksum(const struct packet *p, uint16_t *start,
			  uint16_t *offset)
{
	const uint8_t *ip = p->b + PACKET_ETH;
	bool v4 = ip[0] >> 4 == 4;

	*start = v4 ? (uint16_t)((ip[0] & 15) * 4) : 40;
	*offset = (v4 ? ip[9] : ip[6]) == IPPROTO_TCP ? 16 : 6;
}

/* Replaces the checksum by the sum of the pseudo header. */
static void make_partial(struct packet *p, uint16_t start, uint16_t offset)
{
	uint8_t *ip = packet_ip(p);
	bool v4 = ip[0] >> 4 == 4;
	size_t l4_len = packet_ip_len(p) - start;
	uint32_t sum = packet_sum(v4 ? ip + 12 : ip + 8, v4 ? 8 : 32, 0);
	uint16_t folded;

	sum += v4 ? ip[9] : ip[6];
	folded = packet_fold(sum + (uint32_t)l4_len);
	ip[start + offset] = folded >> 8;
	ip[start + offset + 1] = folded & 0xff;
}

/* Fills the frame with the IP packet, or with Ethernet before it. */
static size_t make_frame(const struct packet_spec *spec,
			 const struct offload *offload, size_t l2,
			 struct frame *f)
{
	uint16_t start, offset;
	struct packet p;
	bool v4;

	packet_build(spec, &p);
	memset(&f->vnet, 0, sizeof(f->vnet));
	v4 = packet_family(spec) == AF_INET;
	if (offload && offload->partial) {
		find_checksum(&p, &start, &offset);
		make_partial(&p, start, offset);
		f->vnet.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		f->vnet.csum_start = (uint16_t)(start + l2);
		f->vnet.csum_offset = offset;
	}
	if (offload && offload->gso_size) {
		f->vnet.gso_type = v4 ? VIRTIO_NET_HDR_GSO_TCPV4
				      : VIRTIO_NET_HDR_GSO_TCPV6;
		f->vnet.gso_size = offload->gso_size;
		f->vnet.hdr_len = (uint16_t)(f->vnet.csum_start + 20);
	}
	memcpy(f->b, p.b + PACKET_ETH - l2, p.len - PACKET_ETH + l2);
	return sizeof(f->vnet) + p.len - PACKET_ETH + l2;
}

static void send_frame(int fd, const struct frame *f, size_t len)
{
	if (write(fd, f, len) != (ssize_t)len)
		fail_msg("write of %zu bytes: %s", len, strerror(errno));
}

void live_send_from_pod(struct live *l, const struct packet_spec *spec,
			const struct offload *offload)
{
	static struct frame f;

	send_frame(l->pod, &f, make_frame(spec, offload, PACKET_ETH, &f));
}

void live_send_from_tunnel(struct live *l, int tunnel,
			   const struct packet_spec *spec,
			   const struct offload *offload)
{
	static struct frame f;

	send_frame(l->tun[tunnel], &f, make_frame(spec, offload, 0, &f));
}

void live_write_tunnel(struct live *l, int tunnel, const void *ip, size_t len)
{
	static struct frame f;

	memset(&f.vnet, 0, sizeof(f.vnet));
	memcpy(f.b, ip, len);
	send_frame(l->tun[tunnel], &f, sizeof(f.vnet) + len);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* What the kernel says to its neighbours by itself. */
static bool is_noise(const struct packet *p)
{
	const uint8_t *ip = p->b + PACKET_ETH;

	if (p->len < PACKET_ETH + 20u || (ip[0] >> 4 != 4 && ip[0] >> 4 != 6))
		return true;
	return ip[0] >> 4 == 6 && (ip[24] == 0xff || ip[24] == 0xfe);
}

/* Reads one frame; l2: bytes of Ethernet header that come with it. */
static bool receive_one(int fd, size_t l2, struct packet *ret)
{
	static struct frame f;
	struct sockaddr_ll from = { .sll_pkttype = PACKET_HOST };
	socklen_t from_len = sizeof(from);
	ssize_t n;

	if (l2)
		n = recvfrom(fd, &f, sizeof(f), 0, (struct sockaddr *)&from,
			     &from_len);
	else
		n = read(fd, &f, sizeof(f));
	n -= (ssize_t)sizeof(f.vnet);
	if (n <= 0 || n > PACKET_MAX - PACKET_ETH ||
	    from.sll_pkttype == PACKET_OUTGOING)
		return false;
	memset(ret->b, 0, PACKET_ETH);
	memcpy(ret->b + PACKET_ETH - l2, f.b, (size_t)n);
	ret->len = PACKET_ETH - l2 + (size_t)n;
	return !is_noise(ret);
}

static bool receive(int fd, size_t l2, struct packet *ret)
{
	int64_t deadline = now_ms() + DEADLINE_MS, left;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	while ((left = deadline - now_ms()) > 0) {
		if (poll(&pfd, 1, (int)left) > 0 && receive_one(fd, l2, ret))
			return true;
	}
	return false;
}

bool live_receive_pod(struct live *l, struct packet *ret)
{
	return receive(l->pod, PACKET_ETH, ret);
}

bool live_receive_tunnel(struct live *l, int tunnel, struct packet *ret)
{
	return receive(l->tun[tunnel], 0, ret);
}

void live_expect_at(const char *file, int line, struct live *l, int tunnel,
		    const struct packet_spec *spec)
{
	struct packet want, got;
	size_t n;

	packet_build(spec, &want);
	n = packet_ip_len(&want);
	if (!(tunnel < 0 ? live_receive_pod(l, &got)
			 : live_receive_tunnel(l, tunnel, &got))) {
		fprintf(stderr, "%s:%d: nothing arrived\n", file, line);
		_fail(file, line);
		return;
	}
	if (got.len == want.len &&
	    !memcmp(got.b + PACKET_ETH, want.b + PACKET_ETH, n))
		return;
	packet_print_difference(got.b + PACKET_ETH, packet_ip_len(&got),
				want.b + PACKET_ETH, n);
	_fail(file, line);
}
