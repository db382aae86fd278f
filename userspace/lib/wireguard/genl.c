// SPDX-License-Identifier: Apache-2.0
#include "wireguard/genl.h"

#include <errno.h>
#include <libnl3/netlink/socket.h> /* ours hides <netlink/socket.h> */
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/wireguard.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <string.h>
#include <sys/socket.h>

/* The kernel makes no message of a dump larger than this (netlink_recvmsg),
 * so that nothing is read into a buffer that libnl has to grow by a copy. */
#define REPLY_MAX (32 * 1024)

OB_DEFINE_CLEANUP(struct nl_sock *, nl_socket_free)

struct ob_wg {
	struct nl_sock *sock;
	int family; /* generic netlink's number for WireGuard */
};

static int errno_from_nle(int nle)
{
	switch (nle < 0 ? -nle : nle) {
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_PERM:
		return -EPERM;
	case NLE_MSG_TRUNC:
		return -EMSGSIZE;
	case NLE_OBJ_NOTFOUND: /* no such family */
		return -EOPNOTSUPP;
	default:
		return -EIO;
	}
}

static int connect_socket(struct nl_sock *sock)
{
	int on = 1;
	int r = genl_connect(sock);

	if (r < 0)
		return r;
	r = nl_socket_set_msg_buf_size(sock, REPLY_MAX);
	if (r < 0)
		return r;
	r = nl_socket_set_buffer_size(sock, 0, 2 * OB_WG_MSG_MAX);
	if (r < 0)
		return r;
	/* An error shall not carry the request, and a key, back. */
	(void)setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_CAP_ACK,
			 &on, sizeof(on));
	return 0;
}

int ob_wg_new(struct ob_wg **ret)
{
	_cleanup_(nl_socket_freep) struct nl_sock *sock = nl_socket_alloc();

	if (!sock)
		return -ENOMEM;

	int r = connect_socket(sock);

	if (r < 0)
		return errno_from_nle(r);
	/* Loads the module where there is one. */
	r = genl_ctrl_resolve(sock, WG_GENL_NAME);
	if (r < 0)
		return errno_from_nle(r);

	struct ob_wg *wg = calloc(1, sizeof(*wg));

	if (!wg)
		return -ENOMEM;
	wg->sock = TAKE_PTR(sock);
	wg->family = r;
	*ret = wg;
	return 0;
}

void ob_wg_free(struct ob_wg *wg)
{
	if (!wg)
		return;
	nl_socket_free(wg->sock);
	free(wg);
}

void ob_wg_msg_free(struct nl_msg *msg)
{
	explicit_bzero(nlmsg_hdr(msg), nlmsg_get_max_size(msg));
	nlmsg_free(msg);
}

int ob_wg_msg_new(struct ob_wg *wg, uint8_t cmd, const char *name,
		  struct nl_msg **ret)
{
	if (name[0] == '\0' || strlen(name) >= IFNAMSIZ)
		return -EINVAL;

	_wgmsg_ struct nl_msg *msg = nlmsg_alloc_size(OB_WG_MSG_MAX);

	if (!msg)
		return -ENOMEM;
	if (!genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, wg->family, 0, 0, cmd,
			 WG_GENL_VERSION))
		return -EMSGSIZE;
	if (nla_put_string(msg, WGDEVICE_A_IFNAME, name) < 0)
		return -EMSGSIZE;

	*ret = TAKE_PTR(msg);
	return 0;
}

static int receive(struct ob_wg *wg, struct ob_nlreply *reply)
{
	while (!reply->done) {
		_free_ unsigned char *buf = NULL;
		struct sockaddr_nl from = {};
		int n = nl_recv(wg->sock, &from, &buf, NULL);

		if (n <= 0)
			return n < 0 ? errno_from_nle(n) : -EIO;
		if (from.nl_pid == 0) /* the kernel */
			(void)ob_nlreply_feed(reply, buf, (size_t)n);
		explicit_bzero(buf, (size_t)n);
	}
	return ob_nlreply_result(reply);
}

static int exchange(struct ob_wg *wg, struct nl_msg *msg,
		    struct ob_nlreply *reply)
{
	nl_complete_msg(wg->sock, msg);
	reply->seq = nlmsg_hdr(msg)->nlmsg_seq;

	int r = nl_send(wg->sock, msg);

	if (r < 0)
		return errno_from_nle(r);
	return receive(wg, reply);
}

int ob_wg_transact(struct ob_wg *wg, struct nl_msg *msg)
{
	struct ob_nlreply reply = {};

	return exchange(wg, msg, &reply);
}

int ob_wg_dump(struct ob_wg *wg, struct nl_msg *msg, ob_nlreply_fn fn,
	       void *arg)
{
	struct ob_nlreply reply = { .fn = fn, .arg = arg };

	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_DUMP;

	int r = exchange(wg, msg, &reply);

	if (r == 0 && reply.interrupted)
		return -EAGAIN;
	return r;
}
