// SPDX-License-Identifier: Apache-2.0
#include "netlink/socket.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "netlink/request.h"

struct ob_nl {
	struct nl_sock *sock;
	char message[256]; /* the kernel's words about the last request */
};

int ob_nl_errno(int nle)
{
	switch (nle < 0 ? -nle : nle) {
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_AGAIN:
		return -EAGAIN;
	case NLE_INTR:
		return -EINTR;
	case NLE_PERM:
		return -EPERM;
	case NLE_NOACCESS:
		return -EACCES;
	case NLE_AF_NOSUPPORT:
		return -EAFNOSUPPORT;
	case NLE_MSG_TRUNC:
		return -EMSGSIZE;
	default:
		return -EIO;
	}
}

int ob_nl_connect(struct nl_sock **ret)
{
	_nlsock_ struct nl_sock *sock = nl_socket_alloc();

	if (!sock)
		return -ENOMEM;

	int r = nl_connect(sock, NETLINK_ROUTE);

	if (r < 0)
		return ob_nl_errno(r);
	*ret = TAKE_PTR(sock);
	return 0;
}

/*
 * Errors with a sentence, without a copy of the request, and dumps that
 * filter: kernels since 5.0 know all three, older ones are only less talkative
 * and more generous (results are filtered here, too).
 */
static void set_options(struct nl_sock *sock)
{
	static const int options[] = {
		NETLINK_EXT_ACK,
		NETLINK_CAP_ACK,
		NETLINK_GET_STRICT_CHK,
	};
	int fd = nl_socket_get_fd(sock), on = 1;

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		(void)setsockopt(fd, SOL_NETLINK, options[i], &on, sizeof(on));
}

int ob_nl_new(struct ob_nl **ret)
{
	_nlsock_ struct nl_sock *sock = NULL;

	int r = ob_nl_connect(&sock);
	if (r < 0)
		return r;
	set_options(sock);

	struct ob_nl *nl = calloc(1, sizeof(*nl));

	if (!nl)
		return -ENOMEM;
	nl->sock = TAKE_PTR(sock);
	*ret = nl;
	return 0;
}

void ob_nl_free(struct ob_nl *nl)
{
	if (!nl)
		return;
	nl_socket_free(nl->sock);
	free(nl);
}

const char *ob_nl_error_message(const struct ob_nl *nl)
{
	return nl->message;
}

/* Bytes of an error (which repeats the header of the request, or all of it)
 * or of the end of a dump, up to the attributes. */
static size_t fixed_size(const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);

	if (h->nlmsg_type == NLMSG_DONE)
		return sizeof(e->error);
	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*e)) ||
	    h->nlmsg_flags & NLM_F_CAPPED || e->msg.nlmsg_len < NLMSG_HDRLEN)
		return sizeof(*e);
	return sizeof(*e) + e->msg.nlmsg_len - NLMSG_HDRLEN;
}

/* The extended acknowledgement of the message that ended a reply, or NULL. */
static void keep_message(struct ob_nl *nl, const struct nlmsghdr *h)
{
	static const struct nla_policy policy[NLMSGERR_ATTR_MAX + 1] = {
		[NLMSGERR_ATTR_MSG] = { .type = NLA_STRING },
	};
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];

	if (!h || !(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (ob_nl_msg_parse(h, h->nlmsg_len, fixed_size(h), tb,
			    NLMSGERR_ATTR_MAX, policy) < 0)
		return;
	if (tb[NLMSGERR_ATTR_MSG])
		ob_nl_attr_string(tb[NLMSGERR_ATTR_MSG], nl->message,
				  sizeof(nl->message));
}

static int receive(struct ob_nl *nl, struct ob_nlreply *reply)
{
	while (!reply->done) {
		_free_ unsigned char *buf = NULL;
		struct sockaddr_nl from = {};
		int n = nl_recv(nl->sock, &from, &buf, NULL);

		if (n <= 0)
			return n < 0 ? ob_nl_errno(n) : -EIO;
		if (from.nl_pid == 0) /* the kernel */
			keep_message(nl,
				     ob_nlreply_feed(reply, buf, (size_t)n));
	}
	return ob_nlreply_result(reply);
}

static int exchange(struct ob_nl *nl, struct nl_msg *msg,
		    struct ob_nlreply *reply)
{
	nl->message[0] = '\0';

	/* A message that is sent again needs a new sequence number. */
	nlmsg_hdr(msg)->nlmsg_seq = NL_AUTO_SEQ;
	nl_complete_msg(nl->sock, msg);
	reply->seq = nlmsg_hdr(msg)->nlmsg_seq;

	int r = nl_send(nl->sock, msg);

	if (r < 0)
		return ob_nl_errno(r);

	r = receive(nl, reply);
	if (r < 0 && nl->message[0])
		ob_debug("kernel refused a request",
			 "type=%d error=%d message=\"%s\"",
			 nlmsg_hdr(msg)->nlmsg_type, -r, nl->message);
	return r;
}

int ob_nl_transact(struct ob_nl *nl, struct nl_msg *msg, ob_nlreply_fn fn,
		   void *arg)
{
	struct ob_nlreply reply = { .fn = fn, .arg = arg };

	return exchange(nl, msg, &reply);
}

int ob_nl_dump(struct ob_nl *nl, int type, void *header, size_t size,
	       ob_nlreply_fn fn, void *arg, size_t *n)
{
	_nlmsg_ struct nl_msg *msg = NULL;
	size_t before = *n;

	int r = ob_nl_msg_new(type, NLM_F_DUMP, header, size, &msg);
	if (r < 0)
		return r;
	for (int i = 0; i < OB_NL_DUMP_TRIES; i++) {
		struct ob_nlreply reply = { .fn = fn, .arg = arg };

		*n = before;
		r = exchange(nl, msg, &reply);
		if (r < 0 || !reply.interrupted)
			return r;
	}
	ob_debug("dump stays inconsistent", "type=%d", type);
	return -EINTR;
}
