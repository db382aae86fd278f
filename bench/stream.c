// SPDX-License-Identifier: Apache-2.0
#include "stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "base/cleanup.h"
#include "space.h"

#define BUFFER	    (128 * 1024)
#define DATAGRAM    1392 /* 1420 less IP and UDP headers */
#define SEGMENTS    16	 /* datagrams a system call */
#define WINDOW	    (32 * DATAGRAM * SEGMENTS) /* on the way, at most */
#define POLL_NS	    1000000  /* rarely: asking costs processor time */
#define LOST_NS	    20000000 /* what is not there by now is lost */
#define READY_TRIES 100
#define STALL_S	    10 /* a stream that stands still is an error */

/* Shared between sender and receiver. */
struct counter {
	volatile uint64_t bytes;
	volatile uint32_t local, peer; /* host order; as the receiver saw */
	volatile int ready;
};

struct ob_stream {
	struct ob_stream_plan plan;
	struct counter *counter;
	char *buffer;
	int fd;
	pid_t receiver;
	uint64_t sent;
};

const char *ob_stream_kind_name(enum ob_stream_kind kind)
{
	return kind == OB_STREAM_TCP ? "TCP" : "UDP";
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static struct sockaddr_in address(uint32_t addr, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(addr),
	};
}

static int open_socket(enum ob_stream_kind kind, uint32_t addr, uint16_t port)
{
	struct sockaddr_in sin = address(addr, port);
	struct timeval stall = { .tv_sec = STALL_S };
	_close_ int fd = -1;
	int one = 1;

	fd = socket(AF_INET,
		    (kind == OB_STREAM_TCP ? SOCK_STREAM : SOCK_DGRAM) |
			    SOCK_CLOEXEC,
		    0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &stall, sizeof(stall)) ||
	    bind(fd, (struct sockaddr *)&sin, sizeof(sin)))
		return -errno;
	return TAKE_FD(fd);
}

static void receive_tcp(int fd, struct counter *c, char *buffer)
{
	struct sockaddr_in sin = { 0 };
	socklen_t len = sizeof(sin);
	ssize_t n;
	int conn;

	if (listen(fd, 1))
		return;
	c->ready = 1;
	conn = accept4(fd, (struct sockaddr *)&sin, &len, SOCK_CLOEXEC);
	if (conn < 0)
		return;
	c->peer = ntohl(sin.sin_addr.s_addr);
	len = sizeof(sin);
	if (!getsockname(conn, (struct sockaddr *)&sin, &len))
		c->local = ntohl(sin.sin_addr.s_addr);
	while ((n = recv(conn, buffer, BUFFER, 0)) > 0)
		c->bytes += (uint64_t)n;
	close(conn);
}

/* The address a datagram was sent to: the socket is bound to none. */
static void note_local(struct counter *c, struct msghdr *m)
{
	struct cmsghdr *cm = CMSG_FIRSTHDR(m);
	struct in_pktinfo info;

	while (cm &&
	       (cm->cmsg_level != IPPROTO_IP || cm->cmsg_type != IP_PKTINFO))
		cm = CMSG_NXTHDR(m, cm);
	if (!cm)
		return;
	memcpy(&info, CMSG_DATA(cm), sizeof(info));
	c->local = ntohl(info.ipi_addr.s_addr);
}

static void receive_udp(int fd, struct counter *c, char *buffer)
{
	char control[CMSG_SPACE(sizeof(struct in_pktinfo)) + 64];
	struct iovec iov = { .iov_base = buffer, .iov_len = BUFFER };
	struct sockaddr_in sin;
	int one = 1;

	int room = 4 * WINDOW;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one));
	setsockopt(fd, IPPROTO_UDP, UDP_GRO, &one, sizeof(one));
	c->ready = 1;
	for (;;) {
		struct msghdr m = {
			.msg_name = &sin,
			.msg_namelen = sizeof(sin),
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		ssize_t n = recvmsg(fd, &m, 0);

		if (n < 0)
			return;
		c->bytes += (uint64_t)n;
		if (c->peer)
			continue;
		note_local(c, &m);
		c->peer = ntohl(sin.sin_addr.s_addr);
	}
}

static _Noreturn void receive(const struct ob_stream *s)
{
	const struct ob_stream_plan *p = &s->plan;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (ob_space_enter(p->to))
		_exit(EXIT_FAILURE);
	fd = open_socket(p->kind, INADDR_ANY, p->port);
	if (fd < 0)
		_exit(EXIT_FAILURE);
	if (p->kind == OB_STREAM_TCP)
		receive_tcp(fd, s->counter, s->buffer);
	else
		receive_udp(fd, s->counter, s->buffer);
	_exit(EXIT_SUCCESS);
}

/*
 * A window below every queue on the way, and a slow start that ends only at a
 * loss: otherwise CUBIC's guess from the first round trips, which the rest of
 * the machine disturbs, decides for seconds.
 */
static int tame(int fd)
{
	int room = WINDOW / 2; /* the kernel doubles it */

	if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4))
		return -errno;
	return setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room))
		       ? -errno
		       : 0;
}

static int segment(int fd)
{
	int size = DATAGRAM;

	return setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size))
		       ? -errno
		       : 0;
}

/* A connected socket, made in the sender's namespace. */
static int open_sender(const struct ob_stream_plan *p)
{
	struct sockaddr_in sin = address(p->connect, p->port);
	int r = ob_space_enter(p->from);
	_close_ int fd = -1;

	if (r)
		return r;
	fd = open_socket(p->kind, p->bind, 0);
	r = ob_space_enter(p->home);
	if (fd < 0 || r)
		return fd < 0 ? fd : r;
	r = p->kind == OB_STREAM_TCP ? tame(fd) : segment(fd);
	if (r)
		return r;
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)))
		return -errno;
	return TAKE_FD(fd);
}

/* The receiver must listen before the sender speaks. */
static int start(struct ob_stream *s)
{
	const struct timespec tick = { .tv_nsec = 10000000 };

	s->receiver = fork();
	if (s->receiver < 0)
		return -errno;
	if (!s->receiver)
		receive(s);
	for (int i = 0; !s->counter->ready && i < READY_TRIES; i++)
		nanosleep(&tick, NULL);
	s->fd = open_sender(&s->plan);
	return s->fd < 0 ? s->fd : 0;
}

int ob_stream_new(const struct ob_stream_plan *p, struct ob_stream **ret)
{
	_cleanup_(ob_stream_freep) struct ob_stream *s = NULL;
	void *shared;
	int r;

	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->plan = *p;
	s->fd = -1;
	s->buffer = calloc(1, BUFFER);
	if (!s->buffer)
		return -ENOMEM;
	shared = mmap(NULL, sizeof(*s->counter), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	s->counter = shared;
	r = start(s);
	if (r)
		return r;
	*ret = TAKE_PTR(s);
	return 0;
}

void ob_stream_free(struct ob_stream *s)
{
	if (s->receiver > 0) {
		kill(s->receiver, SIGKILL);
		waitpid(s->receiver, NULL, 0);
	}
	if (s->counter)
		munmap(s->counter, sizeof(*s->counter));
	ob_closep(&s->fd);
	free(s->buffer);
	free(s);
}

/*
 * Until no more than room is on the way. What is missing for long is lost
 * (UDP), or the stream stands still (TCP): -ETIMEDOUT.
 */
static int wait_for_room(struct ob_stream *s, uint64_t room)
{
	const struct timespec tick = { .tv_nsec = POLL_NS };
	bool tcp = s->plan.kind == OB_STREAM_TCP;
	uint64_t seen = s->counter->bytes, since = now_ns();

	while (s->sent > s->counter->bytes + room) {
		nanosleep(&tick, NULL);
		if (s->counter->bytes != seen) {
			seen = s->counter->bytes;
			since = now_ns();
		} else if (!tcp && now_ns() > since + LOST_NS) {
			s->sent = seen;
		} else if (now_ns() > since + STALL_S * 1000000000ull) {
			return -ETIMEDOUT;
		}
	}
	return 0;
}

/*
 * With a window, as every transport has: a sender that only floods measures
 * how well the receiver sleeps through it.
 */
static int send_more(struct ob_stream *s)
{
	bool tcp = s->plan.kind == OB_STREAM_TCP;
	int r = tcp ? 0 : wait_for_room(s, WINDOW);
	ssize_t n;

	if (r)
		return r;
	n = send(s->fd, s->buffer, tcp ? BUFFER : DATAGRAM * SEGMENTS,
		 MSG_NOSIGNAL);
	if (n < 0 && errno != ENOBUFS && errno != EINTR)
		return -errno;
	if (n > 0)
		s->sent += (uint64_t)n;
	return 0;
}

/*
 * A connection must be at rest when its window ends: what is on the way later
 * meets other programs, is lost, and is sent again ever more slowly.
 */
static int wait_for_acks(const struct ob_stream *s)
{
	const struct timespec tick = { .tv_nsec = POLL_NS };
	uint64_t begin = now_ns();
	int left = 0;

	if (s->plan.kind != OB_STREAM_TCP)
		return 0;
	while (!ioctl(s->fd, SIOCOUTQ, &left) && left) {
		if (now_ns() > begin + STALL_S * 1000000000ull)
			return -ETIMEDOUT;
		nanosleep(&tick, NULL);
	}
	return 0;
}

static int come_to_rest(const struct ob_stream *s)
{
	const struct counter *c = s->counter;

	if (c->local != s->plan.local || c->peer != s->plan.peer)
		return -EBADMSG;
	return wait_for_acks(s);
}

int ob_stream_window(struct ob_stream *s, uint64_t duration_ns, double *ret_bps)
{
	const struct counter *c = s->counter;
	uint64_t begin = now_ns(), before = c->bytes;
	int r = 0;

	while (!r && now_ns() < begin + duration_ns)
		r = send_more(s);
	if (!r)
		r = wait_for_room(s, 0);
	if (r)
		return r;
	*ret_bps =
		8e9 * (double)(c->bytes - before) / (double)(now_ns() - begin);
	return come_to_rest(s);
}

int ob_stream_carry(struct ob_stream *s, uint64_t bytes)
{
	const struct counter *c = s->counter;
	uint64_t before = c->bytes;
	int r = 0;

	while (!r && c->bytes < before + bytes)
		r = send_more(s);
	if (!r)
		r = wait_for_room(s, 0);
	return r ? r : come_to_rest(s);
}
