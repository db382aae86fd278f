/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reply to one netlink request, as a state machine over bytes: what every
 * netlink family has in common (netlink(7)). No I/O, no library, no family.
 *
 * A reply ends with an acknowledgement or an error, with the end of a dump, or
 * with an overrun. Messages with another sequence number are left over from a
 * request that failed half-way, and are passed over.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nlmsghdr;

/*
 * One message of a reply. -ENOMSG means it is not of interest; any other
 * negative errno is the result of the request, once its reply is read.
 */
typedef int (*ob_nlreply_fn)(const struct nlmsghdr *msg, size_t size,
			     void *arg);

struct ob_nlreply {
	uint32_t seq;	  /* of the request */
	ob_nlreply_fn fn; /* NULL: only the acknowledgement counts */
	void *arg;
	bool done;
	bool interrupted; /* what was dumped is inconsistent: ask again */
	int error;	  /* from the kernel: 0 or a negative errno */
	int fn_error;	  /* the first one from fn */
};

/*
 * Takes what one read has brought, aligned for a struct nlmsghdr. Returns the
 * message, in bytes, that ended the reply; NULL when there is more to come.
 */
const struct nlmsghdr *ob_nlreply_feed(struct ob_nlreply *r, const void *bytes,
				       size_t size);
/* Of a reply that is done: 0 or a negative errno. */
int ob_nlreply_result(const struct ob_nlreply *r);
