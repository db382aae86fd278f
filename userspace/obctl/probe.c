// SPDX-License-Identifier: Apache-2.0
#include "obctl/probe.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define SMALL	   84	/* bytes: what ping(8) sends */
#define SMALL_MS   1500 /* with a handshake, and some loss */
#define LARGE_MS   1000
#define AGAIN_MS   300 /* what is not answered is sent again */
#define MAX_PACKET 65535
#define SEQUENCES  16 /* of one probe: rung, or the two below */
#define SEQ_SMALL  15
#define SEQ_LARGE  14
#define MAX_PROBES (65536 / SEQUENCES)

struct echo {
	uint8_t type, code;
	uint16_t checksum, id, seq;
};

struct prober {
	int fd[2]; /* IPv4, IPv6 */
	bool raw[2];
	int error[2];
	uint16_t id;
	struct ob_ctl_probe *probes;
	size_t n;
	char packet[MAX_PACKET];
};

static void prober_done(struct prober *p)
{
	ob_closep(&p->fd[0]);
	ob_closep(&p->fd[1]);
	free(p);
}
OB_DEFINE_CLEANUP(struct prober *, prober_done)

static socklen_t sockaddr_of(const struct ob_addr *addr,
			     struct sockaddr_storage *ret)
{
	*ret = (struct sockaddr_storage){ .ss_family = addr->family };
	if (addr->family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)ret;

		memcpy(&in->sin_addr, addr->b, sizeof(in->sin_addr));
		return sizeof(*in);
	}
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;

	memcpy(&in6->sin6_addr, addr->b, sizeof(in6->sin6_addr));
	return sizeof(*in6);
}

static uint32_t header_size(uint8_t family)
{
	return (family == AF_INET ? 20 : 40) + sizeof(struct echo);
}

/* Never fragmented, and not held back by what path MTU discovery says. */
static int set_options(int fd, uint8_t family, const char *device)
{
	const int probe = IP_PMTUDISC_PROBE; /* IPv6 has the same number */
	int r = family == AF_INET
			? setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &probe,
				     sizeof(probe))
			: setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
				     &probe, sizeof(probe));

	if (r < 0 || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device,
				(socklen_t)strlen(device) + 1) < 0)
		return -errno;
	return 0;
}

static int open_socket(uint8_t family, bool *ret_raw)
{
	int protocol =
		family == AF_INET ? (int)IPPROTO_ICMP : (int)IPPROTO_ICMPV6;
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			protocol);

	*ret_raw = fd < 0;
	if (fd < 0)
		fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			    protocol);
	return fd < 0 ? -errno : fd;
}

static int prober_open(uint8_t family, const char *device,
		       const struct ob_addr *from, bool *ret_raw)
{
	_close_ int fd = open_socket(family, ret_raw);
	struct sockaddr_storage sa;
	int r;

	if (fd < 0)
		return fd;
	r = set_options(fd, family, device);
	if (r < 0)
		return r;
	if (from->family &&
	    bind(fd, (struct sockaddr *)&sa, sockaddr_of(from, &sa)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

/* RFC 1071; of ICMPv6 the kernel computes it. */
static uint16_t checksum(const char *bytes, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i += 2) {
		uint8_t low = i + 1 < size ? (uint8_t)bytes[i + 1] : 0;

		sum += (uint32_t)(uint8_t)bytes[i] << 8 | low;
	}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static void send_one(struct prober *p, size_t i, unsigned int sequence,
		     uint32_t size)
{
	struct ob_ctl_probe *probe = &p->probes[i];
	bool v6 = probe->to.family == AF_INET6;
	struct echo echo = {
		.type = v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO,
		.id = p->id,
		.seq = htons((uint16_t)(i * SEQUENCES + sequence)),
	};
	size_t len = size - header_size(probe->to.family) + sizeof(echo);
	struct sockaddr_storage sa;
	socklen_t sa_len = sockaddr_of(&probe->to, &sa);

	probe->error = p->error[v6];
	if (probe->error < 0)
		return;
	memset(p->packet, 0, len);
	memcpy(p->packet, &echo, sizeof(echo));
	echo.checksum = checksum(p->packet, len);
	memcpy(p->packet, &echo, sizeof(echo));
	if (sendto(p->fd[v6], p->packet, len, 0, (struct sockaddr *)&sa,
		   sa_len) < 0)
		probe->error = -errno;
}

/* Takes one reply: which probe, and how large it was. */
static void take(struct prober *p, uint8_t family, const char *bytes,
		 size_t size)
{
	struct ob_ctl_probe *probe;
	struct echo echo;
	uint32_t whole;
	size_t i;

	if (family == AF_INET && p->raw[0]) {
		size_t ihl = size > 0 ? (size_t)(bytes[0] & 15) * 4 : 0;

		if (size < ihl)
			return;
		bytes += ihl;
		size -= ihl;
	}
	if (size < sizeof(echo))
		return;
	memcpy(&echo, bytes, sizeof(echo));
	i = ntohs(echo.seq) / SEQUENCES;
	if (echo.type !=
		    (family == AF_INET ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) ||
	    (p->raw[family == AF_INET6] && echo.id != p->id) || i >= p->n ||
	    p->probes[i].to.family != family)
		return;
	probe = &p->probes[i];
	whole = (uint32_t)size - sizeof(echo) + header_size(family);
	probe->answered = true;
	if (whole > probe->answer_size)
		probe->answer_size = whole;
}

static void receive(struct prober *p, int timeout_ms)
{
	struct pollfd fds[2] = { { p->fd[0], POLLIN, 0 },
				 { p->fd[1], POLLIN, 0 } };

	if (poll(fds, 2, timeout_ms) <= 0)
		return;
	for (int v6 = 0; v6 < 2; v6++) {
		ssize_t n = 1;

		while (p->fd[v6] >= 0 && n > 0) {
			n = recv(p->fd[v6], p->packet, sizeof(p->packet), 0);
			if (n > 0)
				take(p, v6 ? AF_INET6 : AF_INET, p->packet,
				     (size_t)n);
		}
	}
}

/* A stage of asking: what it sends for a probe that is not satisfied. */
struct stage {
	bool (*satisfied)(const struct ob_ctl_probe *probe);
	void (*ask)(struct prober *p, size_t i);
	unsigned int patience_ms;
};

/* Nobody to ask, or nothing to ask with, is an answer, too. */
static bool has_small(const struct ob_ctl_probe *probe)
{
	return probe->answered || !probe->to.family;
}

static bool has_large(const struct ob_ctl_probe *probe)
{
	return !probe->answered || probe->answer_size >= probe->size;
}

/* Of a ladder every answer counts: it is over when its time is. */
static bool has_rungs(const struct ob_ctl_probe *probe)
{
	return has_large(probe);
}

static void ask_small(struct prober *p, size_t i)
{
	send_one(p, i, SEQ_SMALL, SMALL);
}

static void ask_large(struct prober *p, size_t i)
{
	send_one(p, i, SEQ_LARGE, p->probes[i].size);
}

uint32_t ob_ctl_probe_rung(uint32_t largest, uint32_t smallest, size_t i)
{
	uint32_t step = (largest - smallest) / OB_CTL_PROBE_RUNGS;

	return largest - step * ((uint32_t)i + 1) / 4 * 4;
}

static void ask_rungs(struct prober *p, size_t i)
{
	const struct ob_ctl_probe *probe = &p->probes[i];

	for (unsigned int j = 0; j < OB_CTL_PROBE_RUNGS; j++)
		send_one(p, i, j, ob_ctl_probe_rung(probe->size, SMALL, j));
}

static bool all_satisfied(const struct prober *p, const struct stage *stage)
{
	for (size_t i = 0; i < p->n; i++)
		if (!stage->satisfied(&p->probes[i]))
			return false;
	return true;
}

static void run_stage(struct prober *p, const struct stage *stage)
{
	uint64_t start_ms = ob_clock_monotonic_ms(), next_ms = start_ms;

	while (!all_satisfied(p, stage)) {
		uint64_t now_ms = ob_clock_monotonic_ms();

		if (now_ms - start_ms >= stage->patience_ms)
			return;
		if (now_ms >= next_ms) {
			for (size_t i = 0; i < p->n; i++)
				if (!stage->satisfied(&p->probes[i]))
					stage->ask(p, i);
			next_ms = now_ms + AGAIN_MS;
		}
		receive(p, 50);
	}
}

void ob_ctl_probe_run(const char *device, const struct ob_addr *from4,
		      const struct ob_addr *from6, struct ob_ctl_probe *probes,
		      size_t n)
{
	static const struct stage stages[] = {
		{ has_small, ask_small, SMALL_MS },
		{ has_large, ask_large, LARGE_MS },
		{ has_rungs, ask_rungs, LARGE_MS },
	};
	_cleanup_(prober_donep) struct prober *p = calloc(1, sizeof(*p));

	if (!p)
		return;
	p->probes = probes;
	p->n = n < MAX_PROBES ? n : MAX_PROBES;
	p->id = htons((uint16_t)getpid());
	p->fd[0] = prober_open(AF_INET, device, from4, &p->raw[0]);
	p->fd[1] = prober_open(AF_INET6, device, from6, &p->raw[1]);
	for (int v6 = 0; v6 < 2; v6++)
		p->error[v6] = p->fd[v6] < 0 ? p->fd[v6] : 0;
	for (size_t i = 0; i < ARRAY_SIZE(stages); i++)
		run_stage(p, &stages[i]);
}
