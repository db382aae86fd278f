// SPDX-License-Identifier: Apache-2.0
/*
 * One packet of exactly a given size, written by hand, and what becomes of it.
 *
 *   lab_probe [-f] [-n] [-i DEVICE] [-t TTL] PROTOCOL SOURCE DESTINATION SIZE
 *
 *   PROTOCOL  icmp (echo request), udp or tcp (to a port nobody listens on)
 *   SIZE      of the whole IP packet, in bytes
 *   -f        IPv4: the packet may be fragmented (DF clear)
 *   -n        do not wait for an answer
 *   -i        send on this device
 *   -t        TTL or hop limit
 *
 * One line is printed, of these:
 *
 *   arrived      an echo reply, a port unreachable or a reset has come from
 *                the destination, so every byte had arrived and its checksum
 *                was right
 *   too_big mtu=N from=A quoted=SOURCE>DESTINATION
 *   error type=N code=N from=A quoted=SOURCE>DESTINATION
 *   sent         with -n
 *   silence      nothing within the time limit
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_MS  3000
#define CLOSED_PORT 9

struct probe {
	int family;
	int protocol; /* IPPROTO_* */
	const char *device;
	uint8_t src[16], dst[16];
	uint16_t id; /* echo ID, source port: ours */
	size_t size;
	uint8_t ttl;
	bool may_fragment, no_wait;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint32_t sum(const void *data, size_t size, uint32_t start)
{
	const uint8_t *b = data;
	uint64_t total = start;

	for (size_t i = 0; i + 1 < size; i += 2)
		total += (uint32_t)(b[i] << 8 | b[i + 1]);
	if (size % 2)
		total += (uint32_t)(b[size - 1] << 8);
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint32_t)total;
}

static size_t addr_size(const struct probe *p)
{
	return p->family == AF_INET ? 4 : 16;
}

/* The sum over the pseudo header. */
static uint32_t pseudo(const struct probe *p, size_t length)
{
	uint32_t s = sum(p->src, addr_size(p), (uint32_t)length);

	s = sum(p->dst, addr_size(p), s);
	return s + (uint32_t)p->protocol;
}

/* --- build --- */

static void build_l4(const struct probe *p, uint8_t *at, size_t length)
{
	struct icmphdr *icmp = (void *)at;
	struct udphdr *udp = (void *)at;
	struct tcphdr *tcp = (void *)at;
	uint16_t *check = &icmp->checksum;
	uint32_t start = p->protocol == IPPROTO_ICMP ? 0 : pseudo(p, length);

	for (size_t i = 0; i < length; i++)
		at[i] = (uint8_t)i;
	memset(at, 0, length < sizeof(*tcp) ? length : sizeof(*tcp));
	if (p->protocol == IPPROTO_UDP) {
		udp->source = htons(p->id);
		udp->dest = htons(CLOSED_PORT);
		udp->len = htons((uint16_t)length);
		check = &udp->check;
	} else if (p->protocol == IPPROTO_TCP) {
		tcp->source = htons(p->id);
		tcp->dest = htons(CLOSED_PORT);
		tcp->doff = sizeof(*tcp) / 4;
		tcp->ack = 1;
		tcp->ack_seq = htonl(1);
		check = &tcp->check;
	} else {
		icmp->type =
			p->family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
		icmp->un.echo.id = htons(p->id);
	}
	*check = htons((uint16_t)~sum(at, length, start));
}

static size_t l3_size(const struct probe *p)
{
	return p->family == AF_INET ? sizeof(struct iphdr)
				    : sizeof(struct ip6_hdr);
}

static void build(const struct probe *p, uint8_t *packet)
{
	struct iphdr *ip = (void *)packet;
	struct ip6_hdr *ip6 = (void *)packet;
	size_t length = p->size - l3_size(p);

	memset(packet, 0, l3_size(p));
	build_l4(p, packet + l3_size(p), length);
	if (p->family == AF_INET) {
		ip->version = 4;
		ip->ihl = sizeof(*ip) / 4;
		ip->tot_len = htons((uint16_t)p->size);
		ip->frag_off = p->may_fragment ? 0 : htons(IP_DF);
		ip->ttl = p->ttl;
		ip->protocol = (uint8_t)p->protocol;
		memcpy(&ip->saddr, p->src, 4);
		memcpy(&ip->daddr, p->dst, 4);
		return;
	}
	ip6->ip6_flow = htonl(6u << 28);
	ip6->ip6_plen = htons((uint16_t)length);
	ip6->ip6_nxt = (uint8_t)p->protocol;
	ip6->ip6_hlim = p->ttl;
	memcpy(&ip6->ip6_src, p->src, 16);
	memcpy(&ip6->ip6_dst, p->dst, 16);
}

static int open_raw(const struct probe *p, int protocol)
{
	int fd = socket(p->family, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		die("raw socket");
	return fd;
}

/* What the kernel has learned of the path must not keep us from asking. */
static void ignore_path_mtu(const struct probe *p, int fd)
{
	int probe4 = IP_PMTUDISC_PROBE, probe6 = IPV6_PMTUDISC_PROBE;
	int r;

	if (p->family == AF_INET)
		r = setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &probe4,
			       sizeof(probe4));
	else
		r = setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &probe6,
			       sizeof(probe6));
	if (r)
		die("MTU_DISCOVER");
}

static void send_probe(const struct probe *p)
{
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	bool is4 = p->family == AF_INET;
	int fd = open_raw(p, IPPROTO_RAW);
	uint8_t packet[65536];

	memcpy(&to4.sin_addr, p->dst, 4);
	memcpy(&to6.sin6_addr, p->dst, 16);
	build(p, packet);
	ignore_path_mtu(p, fd);
	if (p->device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, p->device,
				    (socklen_t)strlen(p->device)))
		die(p->device);
	if (sendto(fd, packet, p->size, 0,
		   is4 ? (struct sockaddr *)&to4 : (struct sockaddr *)&to6,
		   is4 ? sizeof(to4) : sizeof(to6)) < 0)
		die("send");
	close(fd);
}

/* --- answers --- */

/* The addresses and the first four bytes after the IP header we sent. */
static bool quotes_ours(const struct probe *p, const uint8_t *q, size_t size)
{
	size_t l3 = p->family == AF_INET ? (q[0] & 0xf) * 4u : 40;
	uint8_t next = p->family == AF_INET ? q[9] : q[6];
	uint16_t id;

	if (size < l3 + 8 || next != p->protocol)
		return false;
	memcpy(&id,
	       q + l3 +
		       (p->protocol == IPPROTO_UDP || p->protocol == IPPROTO_TCP
				? 0
				: 4),
	       sizeof(id));
	return ntohs(id) == p->id;
}

static void print_quoted(const struct probe *p, const uint8_t *q,
			 const uint8_t *from)
{
	char a[INET6_ADDRSTRLEN], b[INET6_ADDRSTRLEN], c[INET6_ADDRSTRLEN];
	size_t at = p->family == AF_INET ? 12 : 8;

	printf(" from=%s quoted=%s>%s\n",
	       inet_ntop(p->family, from, a, sizeof(a)),
	       inet_ntop(p->family, q + at, b, sizeof(b)),
	       inet_ntop(p->family, q + at + addr_size(p), c, sizeof(c)));
}

/* True when the ICMP error was about our packet; then it is printed. */
static bool error_answer(const struct probe *p, const uint8_t *icmp,
			 size_t size, const uint8_t *from)
{
	bool is4 = p->family == AF_INET;
	uint8_t type = icmp[0], code = icmp[1];
	uint8_t closed = is4 ? ICMP_PORT_UNREACH : ICMP6_DST_UNREACH_NOPORT;
	uint8_t unreachable = is4 ? ICMP_DEST_UNREACH : ICMP6_DST_UNREACH;
	bool big = is4 ? type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED
		       : type == ICMP6_PACKET_TOO_BIG;

	if (size < 8 + l3_size(p) || !quotes_ours(p, icmp + 8, size - 8))
		return false;
	if (type == unreachable && code == closed &&
	    !memcmp(from, p->dst, addr_size(p)) != 0) {
		puts("arrived");
		return true;
	}
	if (big)
		printf("too_big mtu=%u",
		       (unsigned int)(is4 ? icmp[6] << 8 | icmp[7]
					  : icmp[4] << 24 | icmp[5] << 16 |
						      icmp[6] << 8 | icmp[7]));
	else
		printf("error type=%u code=%u", type, code);
	print_quoted(p, icmp + 8, from);
	return true;
}

static bool is_error(const struct probe *p, uint8_t type)
{
	if (p->family == AF_INET6)
		return type < 128;
	return type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAMETERPROB;
}

static bool icmp_answer(const struct probe *p, const uint8_t *icmp, size_t size,
			const uint8_t *from)
{
	uint8_t reply =
		p->family == AF_INET ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY;

	if (size < 8)
		return false;
	if (is_error(p, icmp[0]))
		return error_answer(p, icmp, size, from);
	if (icmp[0] != reply || (icmp[4] << 8 | icmp[5]) != p->id)
		return false;
	/* The whole request must have come back. */
	if (size != p->size - l3_size(p) ||
	    memcmp(from, p->dst, addr_size(p)) != 0)
		return false;
	puts("arrived");
	return true;
}

static bool tcp_answer(const struct probe *p, const uint8_t *at, size_t size,
		       const uint8_t *from)
{
	const struct tcphdr *tcp = (const void *)at;

	if (size < sizeof(*tcp) || ntohs(tcp->dest) != p->id || !tcp->rst ||
	    memcmp(from, p->dst, addr_size(p)) != 0)
		return false;
	puts("arrived");
	return true;
}

/* One packet from a raw socket; IPv4 ones begin with the IP header. */
static bool read_answer(const struct probe *p, int fd, bool is_tcp)
{
	struct sockaddr_storage from;
	socklen_t from_len = sizeof(from);
	uint8_t packet[65536];
	const uint8_t *at = packet;
	ssize_t n = recvfrom(fd, packet, sizeof(packet), 0,
			     (struct sockaddr *)&from, &from_len);
	const uint8_t *source;
	size_t skip = 0;

	if (n < 20)
		return false;
	source = (uint8_t *)&((struct sockaddr_in6 *)&from)->sin6_addr;
	if (p->family == AF_INET) {
		source = (uint8_t *)&((struct sockaddr_in *)&from)->sin_addr;
		skip = (packet[0] & 0xf) * 4u;
	}
	if ((size_t)n < skip)
		return false;
	if (is_tcp)
		return tcp_answer(p, at + skip, (size_t)n - skip, source);
	return icmp_answer(p, at + skip, (size_t)n - skip, source);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void wait_for_answer(const struct probe *p, struct pollfd fds[2])
{
	int64_t deadline = now_ms() + TIMEOUT_MS;

	while (now_ms() < deadline) {
		if (poll(fds, 2, (int)(deadline - now_ms())) <= 0)
			break;
		for (int i = 0; i < 2; i++) {
			if (fds[i].revents & POLLIN &&
			    read_answer(p, fds[i].fd, i == 1))
				return;
		}
	}
	puts("silence");
}

/* --- the command line --- */

static int usage(void)
{
	fprintf(stderr, "usage: lab_probe [-f] [-n] [-i DEVICE] [-t TTL] "
			"icmp|udp|tcp SOURCE DESTINATION SIZE\n");
	return 2;
}

static int parse_protocol(const struct probe *p, const char *name)
{
	if (!strcmp(name, "udp"))
		return IPPROTO_UDP;
	if (!strcmp(name, "tcp"))
		return IPPROTO_TCP;
	if (!strcmp(name, "icmp"))
		return p->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	return -1;
}

static bool parse(int argc, char **argv, struct probe *p)
{
	int option;

	p->ttl = 64;
	while ((option = getopt(argc, argv, "fni:t:")) != -1) {
		if (option == 'f')
			p->may_fragment = true;
		else if (option == 'n')
			p->no_wait = true;
		else if (option == 'i')
			p->device = optarg;
		else if (option == 't')
			p->ttl = (uint8_t)strtoul(optarg, NULL, 10);
		else
			return false;
	}
	argv += optind;
	if (argc - optind != 4)
		return false;
	p->family = strchr(argv[1], ':') ? AF_INET6 : AF_INET;
	p->protocol = parse_protocol(p, argv[0]);
	p->size = strtoul(argv[3], NULL, 10);
	p->id = (uint16_t)(1024 + getpid() % 60000);
	return p->protocol > 0 && inet_pton(p->family, argv[1], p->src) == 1 &&
	       inet_pton(p->family, argv[2], p->dst) == 1 &&
	       p->size >= l3_size(p) + 20 && p->size <= 65535;
}

int main(int argc, char **argv)
{
	struct probe p = {};
	struct pollfd fds[2];

	if (!parse(argc, argv, &p))
		return usage();
	/* Before sending, so that no answer is missed. */
	fds[0] = (struct pollfd){ open_raw(&p, p.family == AF_INET
						       ? IPPROTO_ICMP
						       : IPPROTO_ICMPV6),
				  POLLIN, 0 };
	fds[1] = (struct pollfd){ open_raw(&p, IPPROTO_TCP), POLLIN, 0 };
	send_probe(&p);
	if (p.no_wait)
		puts("sent");
	else
		wait_for_answer(&p, fds);
	return 0;
}
