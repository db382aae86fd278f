// SPDX-License-Identifier: Apache-2.0
#include "sender.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "frame.h"

struct ob_sender {
	int fd;
	struct ob_flows *flows;
	struct ob_frame frames[OB_SENDER_BATCH];
	struct iovec iov[OB_SENDER_BATCH];
	struct mmsghdr messages[OB_SENDER_BATCH];
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

int ob_sender_cpu(int wanted)
{
	cpu_set_t set;
	int cpu;

	if (wanted >= 0)
		return wanted;
	if (sched_getaffinity(0, sizeof(set), &set))
		return 0;
	for (cpu = CPU_SETSIZE - 1; cpu > 0 && !CPU_ISSET(cpu, &set);)
		cpu--;
	return cpu;
}

int ob_sender_pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

/* Protocol 0: the socket sends and does not listen to the device. */
static int open_socket(const struct ob_topology *t)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
				  .sll_ifindex = OB_INDEX_S0 };
	_close_ int fd = -1;
	int one = 1, r;

	r = ob_topology_enter(t, t->sender);
	if (r)
		return r;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	r = fd < 0 ? -errno : 0;
	ob_topology_leave(t);
	if (r)
		return r;
	if (bind(fd, (struct sockaddr *)&ll, sizeof(ll)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)))
		return -errno;
	return TAKE_FD(fd);
}

static void fill(struct ob_sender *s)
{
	for (int i = 0; i < OB_SENDER_BATCH; i++) {
		struct ob_bench_flow flow = ob_flows_next(s->flows);

		ob_frame_set(&s->frames[i], &flow);
	}
}

int ob_sender_new(const struct ob_topology *t, struct ob_flows *flows,
		  struct ob_sender **ret)
{
	_cleanup_(ob_sender_freep) struct ob_sender *s = NULL;

	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->flows = flows;
	s->fd = open_socket(t);
	if (s->fd < 0)
		return s->fd;
	for (int i = 0; i < OB_SENDER_BATCH; i++) {
		struct msghdr *m = &s->messages[i].msg_hdr;

		ob_frame_init(&s->frames[i], ob_mac_s0, ob_mac_g0);
		s->iov[i].iov_base = s->frames[i].bytes;
		s->iov[i].iov_len = OB_FRAME_LEN;
		m->msg_iov = &s->iov[i];
		m->msg_iovlen = 1;
	}
	if (flows->n_flows == 1)
		fill(s);
	*ret = TAKE_PTR(s);
	return 0;
}

void ob_sender_free(struct ob_sender *s)
{
	ob_closep(&s->fd);
	free(s);
}

static int send_batch(struct ob_sender *s, unsigned int n)
{
	for (unsigned int done = 0; done < n;) {
		int r = sendmmsg(s->fd, s->messages + done, n - done, 0);

		if (r < 0 && errno != EINTR)
			return -errno;
		if (r > 0)
			done += (unsigned int)r;
	}
	return 0;
}

int ob_sender_run(struct ob_sender *s, uint64_t duration_ns,
		  uint64_t max_packets, struct ob_window *ret)
{
	uint64_t end = clock_ns(CLOCK_MONOTONIC) + duration_ns;
	uint64_t cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	uint64_t sent = 0;

	do {
		int r;

		if (s->flows->n_flows != 1)
			fill(s);
		r = send_batch(s, OB_SENDER_BATCH);
		if (r)
			return r;
		sent += OB_SENDER_BATCH;
	} while (sent < max_packets && clock_ns(CLOCK_MONOTONIC) < end);
	ret->cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
	ret->packets = sent;
	return 0;
}
