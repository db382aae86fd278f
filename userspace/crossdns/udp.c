// SPDX-License-Identifier: Apache-2.0
#include "crossdns/udp.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "crossdns/socket.h"

#define BATCH	 64
#define ROUNDS	 16 /* then other sockets have their turn */
#define IN_SIZE	 1280
/* Not a power of two: else all answers would share a few lines of the cache. */
#define OUT_SIZE (OB_UDP_SIZE_MAX + 192)
#define CONTROL_SIZE                                                           \
	(CMSG_SPACE(sizeof(struct in6_pktinfo)) +                              \
	 CMSG_SPACE(sizeof(struct in_pktinfo)))

struct ob_udp {
	struct ob_responder *responder;
	struct ob_names *names;
	unsigned int reader;
	struct ob_limit *limit;
	uint32_t over; /* the rate: every second slips */
	bool any;
	struct mmsghdr in[BATCH], out[BATCH];
	struct iovec in_bytes[BATCH], out_bytes[BATCH];
	union ob_sockaddr peer[BATCH];
	union {
		struct cmsghdr align;
		uint8_t bytes[CONTROL_SIZE];
	} control[BATCH];
	uint8_t query[BATCH][IN_SIZE];
	uint8_t answer[BATCH][OUT_SIZE];
};

int ob_udp_new(struct ob_responder *responder, struct ob_names *names,
	       unsigned int reader, struct ob_limit *limit, struct ob_udp **ret)
{
	struct ob_udp *u = calloc(1, sizeof(*u));

	if (!u)
		return -ENOMEM;
	u->responder = responder;
	u->names = names;
	u->reader = reader;
	u->limit = limit;
	for (size_t i = 0; i < BATCH; i++) {
		u->in_bytes[i] = (struct iovec){ u->query[i], IN_SIZE };
		u->in[i].msg_hdr.msg_iov = &u->in_bytes[i];
		u->in[i].msg_hdr.msg_iovlen = 1;
		u->in[i].msg_hdr.msg_name = &u->peer[i];
		u->out[i].msg_hdr.msg_iov = &u->out_bytes[i];
		u->out[i].msg_hdr.msg_iovlen = 1;
	}
	*ret = u;
	return 0;
}

void ob_udp_free(struct ob_udp *u)
{
	free(u);
}

/* Only what was received before has changed. */
static void prepare(struct ob_udp *u, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct msghdr *h = &u->in[i].msg_hdr;

		h->msg_namelen = sizeof(u->peer[i]);
		h->msg_control = u->any ? u->control[i].bytes : NULL;
		h->msg_controllen = u->any ? CONTROL_SIZE : 0;
		h->msg_flags = 0;
	}
}

static bool is_link_local(const struct in6_addr *addr)
{
	return IN6_IS_ADDR_LINKLOCAL(addr);
}

/* The address a query was sent to is where its answer comes from; which way it
 * goes is the routing table's to say. */
static void forget_interface(struct msghdr *h)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(h);

	if (!c)
		return;
	if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(c);

		info->ipi_ifindex = 0;
	} else if (c->cmsg_level == IPPROTO_IPV6 &&
		   c->cmsg_type == IPV6_PKTINFO) {
		struct in6_pktinfo *info = (struct in6_pktinfo *)CMSG_DATA(c);

		if (!is_link_local(&info->ipi6_addr))
			info->ipi6_ifindex = 0;
	}
}

static enum ob_limit_verdict judge(struct ob_udp *u, size_t i, uint64_t now_ns)
{
	struct ob_counters *c = u->responder->counters;
	enum ob_limit_verdict verdict;
	struct ob_addr client;

	if (!u->limit)
		return OB_LIMIT_ANSWER;
	client = ob_sockaddr_addr(&u->peer[i]);
	verdict = ob_limit_take(u->limit, &client, now_ns, u->over);
	u->over += verdict != OB_LIMIT_ANSWER;
	ob_count(&c->limited_dropped, verdict == OB_LIMIT_DROP);
	ob_count(&c->limited_slipped, verdict == OB_LIMIT_SLIP);
	return verdict;
}

/* The answer to query i becomes message *n. */
static void answer_one(struct ob_udp *u, size_t i, size_t *n, uint64_t now_ns)
{
	const struct msghdr *in = &u->in[i].msg_hdr;
	struct msghdr *out = &u->out[*n].msg_hdr;
	enum ob_limit_verdict verdict;
	struct ob_request request = {
		.bytes = u->query[i],
		.size = u->in[i].msg_len,
		.transport = OB_UDP,
	};
	size_t size;

	/* Nobody can be sent to port 0; and what was longer than a query can
	 * sensibly be, is none. */
	if (u->peer[i].in.sin_port == 0 || in->msg_flags & MSG_TRUNC) {
		ob_count(&u->responder->counters->ignored, 1);
		return;
	}
	verdict = judge(u, i, now_ns);
	if (verdict == OB_LIMIT_DROP)
		return;
	request.slip = verdict == OB_LIMIT_SLIP;
	size = ob_respond(u->responder, &request, u->answer[*n], OUT_SIZE);
	if (size == 0)
		return;
	u->out_bytes[*n] = (struct iovec){ u->answer[*n], size };
	out->msg_name = in->msg_name;
	out->msg_namelen = in->msg_namelen;
	out->msg_control = in->msg_control;
	out->msg_controllen = in->msg_controllen;
	if (u->any)
		forget_interface(out);
	(*n)++;
}

/* What cannot be sent is lost, as datagrams may be. */
static void send_all(struct ob_udp *u, int fd, size_t n)
{
	for (size_t sent = 0; sent < n;) {
		int r = sendmmsg(fd, u->out + sent, (unsigned int)(n - sent),
				 MSG_DONTWAIT);

		if (r > 0) {
			sent += (size_t)r;
			continue;
		}
		if (r < 0 && errno == EINTR)
			continue;
		ob_count(&u->responder->counters->ignored, 1);
		sent++;
	}
}

static void count_latency(struct ob_counters *c, uint64_t ns, size_t n)
{
	unsigned int bucket = 0;

	while (bucket < OB_LATENCY_BUCKETS - 1 && ns > 1000ULL << bucket)
		bucket++;
	ob_count(&c->latency[bucket], n);
	ob_count(&c->latency_ns, ns * n);
}

static void answer_batch(struct ob_udp *u, int fd, size_t n)
{
	uint64_t begin = ob_clock_monotonic_ns();
	size_t out = 0;

	ob_names_enter(u->names, u->reader);
	for (size_t i = 0; i < n; i++)
		answer_one(u, i, &out, begin);
	ob_names_leave(u->names, u->reader);
	send_all(u, fd, out);
	count_latency(u->responder->counters, ob_clock_monotonic_ns() - begin,
		      out);
}

void ob_udp_run(struct ob_udp *u, int fd, bool any)
{
	u->any = any;
	prepare(u, BATCH);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		int n = recvmmsg(fd, u->in, BATCH, MSG_DONTWAIT, NULL);

		if (n <= 0)
			return;
		answer_batch(u, fd, (size_t)n);
		if (n < BATCH)
			return;
		prepare(u, (size_t)n);
	}
}
