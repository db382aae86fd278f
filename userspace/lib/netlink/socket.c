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

/* The reply to one request as it is read. */
struct exchange {
	uint32_t seq;
	ob_nl_reply_fn reply;
	void *arg;
	bool done;
	bool interrupted; /* the dump is inconsistent */
	int error;	  /* from the kernel */
	int reply_error;  /* the first one from reply */
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

/* The extended acknowledgement behind the fixed part of an error. */
static void keep_message(struct ob_nl *nl, const struct nlmsghdr *h,
			 size_t fixed)
{
	static const struct nla_policy policy[NLMSGERR_ATTR_MAX + 1] = {
		[NLMSGERR_ATTR_MSG] = { .type = NLA_STRING },
	};
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (ob_nl_msg_parse(h, h->nlmsg_len, fixed, tb, NLMSGERR_ATTR_MAX,
			    policy) < 0)
		return;
	if (tb[NLMSGERR_ATTR_MSG])
		ob_nl_attr_string(tb[NLMSGERR_ATTR_MSG], nl->message,
				  sizeof(nl->message));
}

/* NLMSG_ERROR (also an acknowledgement) and NLMSG_DONE both begin with the
 * error, but the former repeats the header of the request, or all of it. */
static void handle_end(struct ob_nl *nl, struct nlmsghdr *h, struct exchange *x)
{
	const struct nlmsgerr *e = nlmsg_data(h);
	size_t fixed = sizeof(e->error);

	x->done = true;
	if (nlmsg_datalen(h) < (int)sizeof(e->error)) {
		x->error = h->nlmsg_type == NLMSG_DONE ? 0 : -EBADMSG;
		return;
	}
	x->error = e->error;

	if (h->nlmsg_type == NLMSG_ERROR) {
		if (nlmsg_datalen(h) < (int)sizeof(*e))
			return;
		fixed = sizeof(*e);
		if (!(h->nlmsg_flags & NLM_F_CAPPED) &&
		    e->msg.nlmsg_len >= NLMSG_HDRLEN)
			fixed += e->msg.nlmsg_len - NLMSG_HDRLEN;
	}
	keep_message(nl, h, fixed);
}

static void handle_message(struct ob_nl *nl, struct nlmsghdr *h,
			   struct exchange *x)
{
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		x->interrupted = true;

	switch (h->nlmsg_type) {
	case NLMSG_NOOP:
		return;
	case NLMSG_ERROR:
	case NLMSG_DONE:
		handle_end(nl, h, x);
		return;
	case NLMSG_OVERRUN:
		x->done = true;
		x->error = -ENOBUFS;
		return;
	default:
		break;
	}

	/* Read on after an error: what is left would answer the next. */
	if (!x->reply || x->reply_error)
		return;

	int r = x->reply(h, h->nlmsg_len, x->arg);

	if (r < 0 && r != -ENOMSG)
		x->reply_error = r;
}

static int receive(struct ob_nl *nl, struct exchange *x)
{
	while (!x->done) {
		_free_ unsigned char *buf = NULL;
		struct sockaddr_nl from = {};
		int n = nl_recv(nl->sock, &from, &buf, NULL);

		if (n <= 0)
			return n < 0 ? ob_nl_errno(n) : -EIO;
		if (from.nl_pid != 0) /* not the kernel */
			continue;

		struct nlmsghdr *h = (struct nlmsghdr *)buf;

		for (; !x->done && nlmsg_ok(h, n); h = nlmsg_next(h, &n)) {
			/* Left over from a request that failed half-way. */
			if (h->nlmsg_seq == x->seq)
				handle_message(nl, h, x);
		}
	}
	if (x->error)
		return x->error;
	return x->reply_error;
}

static int exchange(struct ob_nl *nl, struct nl_msg *msg, struct exchange *x)
{
	nl->message[0] = '\0';

	/* A message that is sent again needs a new sequence number. */
	nlmsg_hdr(msg)->nlmsg_seq = NL_AUTO_SEQ;
	nl_complete_msg(nl->sock, msg);
	x->seq = nlmsg_hdr(msg)->nlmsg_seq;

	int r = nl_send(nl->sock, msg);

	if (r < 0)
		return ob_nl_errno(r);

	r = receive(nl, x);
	if (r < 0 && nl->message[0])
		ob_debug("kernel refused a request",
			 "type=%d error=%d message=\"%s\"",
			 nlmsg_hdr(msg)->nlmsg_type, -r, nl->message);
	return r;
}

int ob_nl_transact(struct ob_nl *nl, struct nl_msg *msg, ob_nl_reply_fn reply,
		   void *arg)
{
	struct exchange x = { .reply = reply, .arg = arg };

	return exchange(nl, msg, &x);
}

int ob_nl_dump(struct ob_nl *nl, struct nl_msg *msg, ob_nl_reply_fn reply,
	       void *arg, size_t *n)
{
	size_t before = *n;

	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_DUMP;
	for (int i = 0; i < OB_NL_DUMP_TRIES; i++) {
		struct exchange x = { .reply = reply, .arg = arg };

		*n = before;

		int r = exchange(nl, msg, &x);

		if (r < 0)
			return r;
		if (!x.interrupted)
			return 0;
	}
	ob_debug("dump stays inconsistent", "type=%d",
		 nlmsg_hdr(msg)->nlmsg_type);
	return -EINTR;
}
