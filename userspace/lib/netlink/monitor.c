// SPDX-License-Identifier: Apache-2.0
#include "netlink/monitor.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "netlink/request.h"

/* Of one read, so that a storm cannot hold the caller for ever: the socket
 * stays readable. */
#define MESSAGES_MAX 10000

struct ob_nlmon {
	struct nl_sock *sock;
};

int ob_nlmon_new(struct ob_nlmon **ret)
{
	_nlsock_ struct nl_sock *sock = NULL;

	int r = ob_nl_connect(&sock);
	if (r < 0)
		return r;
	r = nl_socket_add_memberships(sock, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR,
				      RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE,
				      RTNLGRP_IPV6_ROUTE, RTNLGRP_NONE);
	if (r < 0)
		return ob_nl_errno(r);

	struct ob_nlmon *mon = calloc(1, sizeof(*mon));

	if (!mon)
		return -ENOMEM;
	mon->sock = TAKE_PTR(sock);
	*ret = mon;
	return 0;
}

void ob_nlmon_free(struct ob_nlmon *mon)
{
	if (!mon)
		return;
	nl_socket_free(mon->sock);
	free(mon);
}

int ob_nlmon_fd(const struct ob_nlmon *mon)
{
	return nl_socket_get_fd(mon->sock);
}

int ob_nlmon_read(struct ob_nlmon *mon, bool *ret_changed)
{
	bool changed = false;

	for (int i = 0; i < MESSAGES_MAX; i++) {
		char byte; /* the rest of the message is dropped */
		ssize_t n = recv(ob_nlmon_fd(mon), &byte, sizeof(byte),
				 MSG_DONTWAIT | MSG_TRUNC);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0 && errno != ENOBUFS)
			return -errno;
		changed = true;
	}
	*ret_changed = changed;
	return 0;
}
