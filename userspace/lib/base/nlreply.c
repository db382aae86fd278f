// SPDX-License-Identifier: Apache-2.0
#include "base/nlreply.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

static void end(struct ob_nlreply *r, int error)
{
	r->done = true;
	r->error = error;
}

/* NLMSG_ERROR (also an acknowledgement) and NLMSG_DONE begin with the error;
 * the latter may be without. */
static void end_with(struct ob_nlreply *r, const struct nlmsghdr *h)
{
	int error = h->nlmsg_type == NLMSG_DONE ? 0 : -EBADMSG;

	if (h->nlmsg_len >= NLMSG_HDRLEN + sizeof(error))
		memcpy(&error, (const char *)h + NLMSG_HDRLEN, sizeof(error));
	end(r, error);
}

static void take(struct ob_nlreply *r, const struct nlmsghdr *h)
{
	int e = -ENOMSG;

	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		r->interrupted = true;
	switch (h->nlmsg_type) {
	case NLMSG_NOOP:
		return;
	case NLMSG_ERROR:
	case NLMSG_DONE:
		end_with(r, h);
		return;
	case NLMSG_OVERRUN:
		end(r, -ENOBUFS);
		return;
	default:
		break;
	}
	/* Read on after an error: what is left would answer the next. */
	if (r->fn && !r->fn_error)
		e = r->fn(h, h->nlmsg_len, r->arg);
	if (e < 0 && e != -ENOMSG)
		r->fn_error = e;
}

const struct nlmsghdr *ob_nlreply_feed(struct ob_nlreply *r, const void *bytes,
				       size_t size)
{
	const char *at = bytes;

	while (!r->done && size >= NLMSG_HDRLEN) {
		const struct nlmsghdr *h = (const void *)at;
		size_t step;

		if (h->nlmsg_len < NLMSG_HDRLEN || h->nlmsg_len > size)
			return NULL;
		if (h->nlmsg_seq == r->seq)
			take(r, h);
		if (r->done)
			return h;
		step = NLMSG_ALIGN((size_t)h->nlmsg_len);
		if (step >= size)
			return NULL;
		at += step;
		size -= step;
	}
	return NULL;
}

int ob_nlreply_result(const struct ob_nlreply *r)
{
	return r->error ? r->error : r->fn_error;
}
