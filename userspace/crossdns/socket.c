// SPDX-License-Identifier: Apache-2.0
#include "crossdns/socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"

#define BACKLOG	      256
/* A burst of small queries, while a worker is busy. The kernel may give less
 * (net.core.rmem_max). */
#define RECEIVE_BYTES (4 * 1024 * 1024)

bool ob_listen_is_any(const struct ob_listen *l)
{
	struct ob_addr any = { .family = l->addr.family };

	return ob_addr_equal(&l->addr, &any);
}

struct ob_addr ob_sockaddr_addr(const union ob_sockaddr *sa)
{
	return sa->sa.sa_family == AF_INET
		       ? ob_addr_from_in(&sa->in.sin_addr)
		       : ob_addr_from_in6(&sa->in6.sin6_addr);
}

static socklen_t sockaddr_fill(const struct ob_listen *l, union ob_sockaddr *sa)
{
	*sa = (union ob_sockaddr){ .in6 = { 0 } };
	if (l->addr.family == AF_INET) {
		sa->in.sin_family = AF_INET;
		sa->in.sin_port = htons(l->port);
		memcpy(&sa->in.sin_addr, l->addr.b, sizeof(sa->in.sin_addr));
		return sizeof(sa->in);
	}
	sa->in6.sin6_family = AF_INET6;
	sa->in6.sin6_port = htons(l->port);
	memcpy(&sa->in6.sin6_addr, l->addr.b, sizeof(sa->in6.sin6_addr));
	return sizeof(sa->in6);
}

static int set_on(int fd, int level, int name)
{
	int on = 1;

	return setsockopt(fd, level, name, &on, sizeof(on)) < 0 ? -errno : 0;
}

static int set_options(int fd, const struct ob_listen *l, int type)
{
	bool v4 = l->addr.family == AF_INET;
	int size = RECEIVE_BYTES;
	int r = set_on(fd, SOL_SOCKET, SO_REUSEPORT);

	if (r == 0 && type == SOCK_STREAM)
		r = set_on(fd, SOL_SOCKET, SO_REUSEADDR);
	if (r == 0 && !v4)
		r = set_on(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	if (r < 0 || type == SOCK_STREAM)
		return r;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (!ob_listen_is_any(l))
		return 0;
	return v4 ? set_on(fd, IPPROTO_IP, IP_PKTINFO)
		  : set_on(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO);
}

static int open_socket(struct ob_listen *l, int type, int *ret)
{
	_close_ int fd =
		socket(l->addr.family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	union ob_sockaddr sa;
	socklen_t len = sockaddr_fill(l, &sa);
	int r;

	if (fd < 0)
		return -errno;
	r = set_options(fd, l, type);
	if (r < 0)
		return r;
	if (bind(fd, &sa.sa, len) < 0 || getsockname(fd, &sa.sa, &len) < 0)
		return -errno;
	if (type == SOCK_STREAM && listen(fd, BACKLOG) < 0)
		return -errno;
	l->port = ntohs(l->addr.family == AF_INET ? sa.in.sin_port
						  : sa.in6.sin6_port);
	*ret = TAKE_FD(fd);
	return 0;
}

static int open_named(struct ob_listen *l, int type, const char *what, int *ret,
		      struct ob_status *status)
{
	int r = open_socket(l, type, ret);
	char text[OB_ADDR_STRLEN];

	if (r == 0)
		return 0;
	ob_addr_format(&l->addr, text, sizeof(text));
	return ob_status_set(status, -r, "ListenFailed",
			     "cannot listen on %s port %u, %s: %s", text,
			     l->port, what, strerrordesc_np(-r));
}

int ob_listen_udp(struct ob_listen *l, int *ret_fd, struct ob_status *status)
{
	return open_named(l, SOCK_DGRAM, "UDP", ret_fd, status);
}

int ob_listen_tcp(struct ob_listen *l, int *ret_fd, struct ob_status *status)
{
	return open_named(l, SOCK_STREAM, "TCP", ret_fd, status);
}
