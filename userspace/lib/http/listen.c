// SPDX-License-Identifier: Apache-2.0
#include "http/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"

union any_sockaddr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static socklen_t sockaddr_fill(union any_sockaddr *sa,
			       const struct ob_addr *addr, uint16_t port)
{
	if (addr->family == AF_INET) {
		sa->in.sin_family = AF_INET;
		sa->in.sin_port = htons(port);
		memcpy(&sa->in.sin_addr, addr->b, sizeof(sa->in.sin_addr));
		return sizeof(sa->in);
	}
	sa->in6.sin6_family = AF_INET6;
	sa->in6.sin6_port = htons(port);
	memcpy(&sa->in6.sin6_addr, addr->b, sizeof(sa->in6.sin6_addr));
	return sizeof(sa->in6);
}

static int options_set(int fd, int family, int only6)
{
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY,
					     &only6, sizeof(only6)) < 0)
		return -errno;
	return 0;
}

static int bound_port(int fd, uint16_t *ret)
{
	union any_sockaddr sa = { .in6 = { 0 } };
	socklen_t len = sizeof(sa);

	if (getsockname(fd, &sa.sa, &len) < 0)
		return -errno;
	*ret = ntohs(sa.sa.sa_family == AF_INET ? sa.in.sin_port
						: sa.in6.sin6_port);
	return 0;
}

/* Both families on one socket when addr is "all addresses". */
static int listen_on(const struct ob_addr *addr, uint16_t port, int backlog,
		     int *ret_fd, uint16_t *ret_port)
{
	static const struct ob_addr any4 = { .family = AF_INET };
	union any_sockaddr sa = { .in6 = { 0 } };
	socklen_t len = sockaddr_fill(&sa, addr, port);
	_close_ int fd = -1;
	int r;

	fd = socket(sa.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    0);
	if (fd < 0 && errno == EAFNOSUPPORT && addr->family == 0)
		return listen_on(&any4, port, backlog, ret_fd, ret_port);
	if (fd < 0)
		return -errno;
	r = options_set(fd, sa.sa.sa_family, addr->family == AF_INET6);
	if (r < 0)
		return r;
	if (bind(fd, &sa.sa, len) < 0 || listen(fd, backlog) < 0)
		return -errno;
	r = bound_port(fd, ret_port);
	if (r < 0)
		return r;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int ob_http_listen(const struct ob_addr *addr, uint16_t port, int backlog,
		   int *ret_fd, uint16_t *ret_port, struct ob_status *status)
{
	char text[OB_ADDR_STRLEN] = "*";
	int r = listen_on(addr, port, backlog, ret_fd, ret_port);

	if (r == 0)
		return 0;
	if (addr->family)
		ob_addr_format(addr, text, sizeof(text));
	return ob_status_set(
		status, -r, "ListenFailed", "cannot listen on %s%s%s:%u: %s",
		addr->family == AF_INET6 ? "[" : "", text,
		addr->family == AF_INET6 ? "]" : "", port, strerrordesc_np(-r));
}
