// SPDX-License-Identifier: Apache-2.0
#include "netlink/monitor.h"

#include <errno.h>
#include <libnl3/netlink/socket.h> /* ours hides <netlink/socket.h> */
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <sys/socket.h>

/* Of one read, so that a storm cannot hold the caller for ever: the socket
 * stays readable. */
#define MESSAGES_MAX 10000

struct ob_nlmon {
	struct nl_sock *sock;
};

int ob_nlmon_new(struct ob_nlmon **ret)
{
	_cleanup_(ob_nlmon_freep) struct ob_nlmon *mon =
		calloc(1, sizeof(*mon));

	if (!mon)
		return -ENOMEM;
	mon->sock = nl_socket_alloc();
	if (!mon->sock)
		return -ENOMEM;

	int r = nl_connect(mon->sock, NETLINK_ROUTE);

	if (r < 0)
		return r == -NLE_NOMEM ? -ENOMEM : -EIO;
	r = nl_socket_add_memberships(mon->sock, RTNLGRP_LINK,
				      RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
				      RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
				      RTNLGRP_NONE);
	if (r < 0)
		return r == -NLE_PERM ? -EPERM : -EIO;

	*ret = TAKE_PTR(mon);
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
