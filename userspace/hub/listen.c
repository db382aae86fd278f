// SPDX-License-Identifier: Apache-2.0
#include "hub/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"

#define BACKLOG 512

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
static int listen_on(const struct ob_addr *addr, uint16_t port, int *ret_fd,
		     uint16_t *ret_port)
{
	static const struct ob_addr any4 = { .family = AF_INET };
	union any_sockaddr sa = { .in6 = { 0 } };
	socklen_t len = sockaddr_fill(&sa, addr, port);
	_close_ int fd = -1;
	int r;

	fd = socket(sa.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    0);
	if (fd < 0 && errno == EAFNOSUPPORT && addr->family == 0)
		return listen_on(&any4, port, ret_fd, ret_port);
	if (fd < 0)
		return -errno;
	r = options_set(fd, sa.sa.sa_family, addr->family == AF_INET6);
	if (r < 0)
		return r;
	if (bind(fd, &sa.sa, len) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	r = bound_port(fd, ret_port);
	if (r < 0)
		return r;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int ob_hub_listen_on(const struct ob_addr *addr, uint16_t port, int *ret_fd,
		     uint16_t *ret_port, struct ob_status *status)
{
	char text[OB_ADDR_STRLEN] = "*";
	int r = listen_on(addr, port, ret_fd, ret_port);

	if (r == 0)
		return 0;
	if (addr->family)
		ob_addr_format(addr, text, sizeof(text));
	return ob_status_set(
		status, -r, "ListenFailed", "cannot listen on %s%s%s:%u: %s",
		addr->family == AF_INET6 ? "[" : "", text,
		addr->family == AF_INET6 ? "]" : "", port, strerrordesc_np(-r));
}

const char *ob_hub_listen_address(struct ob_arena *a, const struct sockaddr *sa)
{
	char *text = ob_arena_alloc(a, INET6_ADDRSTRLEN);
	union any_sockaddr any;

	if (!sa)
		return "";
	if (sa->sa_family == AF_INET) {
		memcpy(&any.in, sa, sizeof(any.in));
		inet_ntop(AF_INET, &any.in.sin_addr, text, INET6_ADDRSTRLEN);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&any.in6, sa, sizeof(any.in6));
		inet_ntop(AF_INET6, &any.in6.sin6_addr, text, INET6_ADDRSTRLEN);
	}
	return text;
}

static int port_parse(const char *s, uint16_t *ret)
{
	char *end;
	unsigned long v = strtoul(s, &end, 10);

	if (*s < '0' || *s > '9' || *end || v > UINT16_MAX)
		return -EINVAL;
	*ret = (uint16_t)v;
	return 0;
}

int ob_hub_listen_parse(const char *s, struct ob_addr *ret_addr,
			uint16_t *ret_port)
{
	char host[INET6_ADDRSTRLEN + 2];
	const char *colon = strrchr(s, ':');
	struct ob_addr addr = { 0 };
	uint16_t port = *ret_port;
	size_t size;
	int r;

	/* More than one colon and no brackets: an IPv6 address alone. */
	if (colon && *s != '[' && strchr(s, ':') != colon)
		colon = NULL;
	if (colon && colon[-1 + (colon == s)] != ']' && *s == '[')
		colon = NULL;
	size = colon ? (size_t)(colon - s) : strlen(s);
	if (size >= sizeof(host))
		return -EINVAL;
	memcpy(host, s, size);
	host[size] = '\0';
	if (size > 1 && host[0] == '[' && host[size - 1] == ']') {
		memmove(host, host + 1, size - 2);
		host[size - 2] = '\0';
	}
	if (*host && strcmp(host, "*") != 0) {
		r = ob_addr_parse(host, &addr);
		if (r < 0)
			return r;
	}
	r = colon ? port_parse(colon + 1, &port) : 0;
	if (r < 0)
		return r;
	*ret_addr = addr;
	*ret_port = port;
	return 0;
}
