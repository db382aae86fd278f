// SPDX-License-Identifier: Apache-2.0
/*
 * A steady stream of numbered UDP packets, and somebody who counts them: how
 * many were lost while a daemon was killed or a program replaced?
 *
 *   lab_stream receive PORT               prints one line when the stream ends
 *   lab_stream send ADDRESS PORT RATE     until SIGTERM; packets per second
 *
 * The sender ends with a packet that says how many there were, repeated until
 * it is answered. The receiver's line is
 *
 *   sent=N received=N lost=N duplicated=N reordered=N longest_gap_ms=N
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TICK_NS	     1000000 /* packets are sent in bursts of this long */
#define BURST_MAX    256     /* after a pause of the machine: no flood */
#define MAX_PACKETS  (16 * 1024 * 1024)
#define END_MS	     50	 /* between repetitions of the last packet */
#define END_TRIES    200 /* 10 s */
#define QUIET_MS     500 /* stragglers after the last packet */
#define FIRST_MS     60000
#define BUFFER_BYTES (64 * 1024 * 1024)
#define PAYLOAD	     64

struct packet {
	uint32_t seq;	/* network order, from 0 */
	uint32_t total; /* 0, or in the last packet how many there were */
	uint8_t padding[PAYLOAD - 8];
};

struct tally {
	uint32_t received, duplicated, reordered, highest, total;
	uint64_t last_ns, longest_gap_ns;
	uint8_t *seen; /* a bit for each number */
};

static volatile sig_atomic_t stop;

static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint32_t number(const char *text)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || !n || n > UINT32_MAX) {
		fprintf(stderr, "not a number: %s\n", text);
		exit(2);
	}
	return (uint32_t)n;
}

/* --- receive --- */

static void count(struct tally *t, uint32_t seq)
{
	uint64_t now = now_ns();

	if (seq >= MAX_PACKETS)
		return;
	if (t->received && now - t->last_ns > t->longest_gap_ns)
		t->longest_gap_ns = now - t->last_ns;
	t->last_ns = now;
	if (t->seen[seq / 8] & (1 << seq % 8)) {
		t->duplicated++;
		return;
	}
	t->seen[seq / 8] |= (uint8_t)(1 << seq % 8);
	if (t->received && seq < t->highest)
		t->reordered++;
	else
		t->highest = seq;
	t->received++;
}

static int bind_any(uint16_t port)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6,
				    .sin6_port = htons(port) };
	int size = BUFFER_BYTES;
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)))
		die("bind");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		die("SO_RCVBUFFORCE");
	return fd;
}

/* Reads one packet; the last one is answered with itself. */
static void take(int fd, struct tally *t)
{
	struct sockaddr_in6 from;
	socklen_t from_len = sizeof(from);
	struct packet p;

	if (recvfrom(fd, &p, sizeof(p), 0, (struct sockaddr *)&from,
		     &from_len) != sizeof(p))
		return;
	if (!p.total) {
		count(t, ntohl(p.seq));
		return;
	}
	t->total = ntohl(p.total);
	if (sendto(fd, &p, sizeof(p), 0, (struct sockaddr *)&from, from_len) <
	    0)
		perror("answer");
}

static int receive_stream(uint16_t port)
{
	struct pollfd poll_fd = { .fd = bind_any(port), .events = POLLIN };
	struct tally t = { .seen = calloc(MAX_PACKETS / 8, 1) };

	if (!t.seen)
		die("calloc");
	while (poll(&poll_fd, 1, t.total ? QUIET_MS : FIRST_MS) > 0)
		take(poll_fd.fd, &t);
	if (!t.total) {
		fprintf(stderr, "the stream has no end after %u packets\n",
			t.received);
		return 1;
	}
	printf("sent=%u received=%u lost=%u duplicated=%u reordered=%u "
	       "longest_gap_ms=%llu\n",
	       t.total, t.received, t.total - t.received, t.duplicated,
	       t.reordered, (unsigned long long)(t.longest_gap_ns / 1000000));
	free(t.seen);
	return 0;
}

/* --- send --- */

static int connect_to(const char *address, uint16_t port)
{
	struct sockaddr_in to4 = { .sin_family = AF_INET,
				   .sin_port = htons(port) };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(port) };
	bool is4 = inet_pton(AF_INET, address, &to4.sin_addr) == 1;
	const void *to = is4 ? (void *)&to4 : (void *)&to6;
	socklen_t len = is4 ? sizeof(to4) : sizeof(to6);
	int fd = socket(is4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (!is4 && inet_pton(AF_INET6, address, &to6.sin6_addr) != 1) {
		fprintf(stderr, "not an address: %s\n", address);
		exit(2);
	}
	if (fd < 0 || connect(fd, to, len))
		die("connect");
	return fd;
}

static void send_one(int fd, uint32_t seq, uint32_t total)
{
	struct packet p = { .seq = htonl(seq), .total = htonl(total) };

	while (send(fd, &p, sizeof(p), 0) < 0) {
		/* A full queue on this side is no loss: try again. */
		if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			die("send");
	}
}

/* Sends what is due since the beginning, without catching up for long. */
static uint32_t send_due(int fd, uint32_t sent, uint64_t *begin, uint64_t rate)
{
	uint64_t due = (now_ns() - *begin) * rate / 1000000000;

	if (due > sent + BURST_MAX) {
		*begin += (due - sent - BURST_MAX) * 1000000000 / rate;
		due = sent + BURST_MAX;
	}
	while (sent < due && sent < MAX_PACKETS)
		send_one(fd, sent++, 0);
	return sent;
}

static int send_end(int fd, uint32_t sent)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	for (int i = 0; i < END_TRIES; i++) {
		send_one(fd, sent, sent);
		if (poll(&poll_fd, 1, END_MS) > 0)
			return 0;
	}
	fprintf(stderr, "nobody has answered the end of the stream\n");
	return 1;
}

static int send_stream(const char *address, uint16_t port, uint32_t rate)
{
	const struct timespec tick = { .tv_nsec = TICK_NS };
	const struct sigaction action = { .sa_handler = on_signal };
	int fd = connect_to(address, port);
	uint64_t start = now_ns(), begin = start;
	uint32_t sent = 0;

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	while (!stop && sent < MAX_PACKETS) {
		sent = send_due(fd, sent, &begin, rate);
		nanosleep(&tick, NULL);
	}
	fprintf(stderr, "%u packets, %llu a second\n", sent,
		(unsigned long long)(sent * 1000000000ULL /
				     (now_ns() - start + 1)));
	return send_end(fd, sent);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "receive"))
		return receive_stream((uint16_t)number(argv[2]));
	if (argc == 5 && !strcmp(argv[1], "send"))
		return send_stream(argv[2], (uint16_t)number(argv[3]),
				   number(argv[4]));
	fprintf(stderr, "usage: %s receive PORT | send ADDRESS PORT RATE\n",
		argv[0]);
	return 2;
}
