/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request and its reply: what the kinds of object beside this file are
 * made of. Internal to the library: it shows libnl, its callers do not.
 *
 * Messages are built with nla_put_*(); each returns a negative number when
 * the message is full, so a few of them may be or-ed and checked at once.
 */
#pragma once

struct nl_addr; /* <netlink/attr.h> forgets to declare it */

#include <libnl3/netlink/socket.h> /* ours hides <netlink/socket.h> */
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/nlreply.h"
#include "base/prefix.h"
#include "netlink/socket.h"

OB_DEFINE_CLEANUP(struct nl_msg *, nlmsg_free)
#define _nlmsg_ _cleanup_(nlmsg_freep)
OB_DEFINE_CLEANUP(struct nl_sock *, nl_socket_free)
#define _nlsock_ _cleanup_(nl_socket_freep)

/* libnl has error numbers of its own, and keeps few of the system's apart. */
int ob_nl_errno(int nle);

/* A connected routing socket. */
int ob_nl_connect(struct nl_sock **ret);

/* A request: type and flags (without NLM_F_REQUEST and NLM_F_ACK), then its
 * fixed header. */
int ob_nl_msg_new(int type, int flags, void *header, size_t size,
		  struct nl_msg **ret);
int ob_nl_msg_put_addr(struct nl_msg *msg, int type,
		       const struct ob_addr *addr);

/* Sends msg and reads until the kernel has acknowledged it. fn: or NULL. */
int ob_nl_transact(struct ob_nl *nl, struct nl_msg *msg, ob_nlreply_fn fn,
		   void *arg);
/*
 * Asks for a dump, and reads it to its end. Something that changes meanwhile
 * makes the kernel's answer inconsistent: then all is asked again, up to
 * OB_NL_DUMP_TRIES times, and at last -EINTR returned. *n, the number of
 * results that fn appends to, is set back each time.
 */
#define OB_NL_DUMP_TRIES 16
int ob_nl_dump(struct ob_nl *nl, int type, void *header, size_t size,
	       ob_nlreply_fn fn, void *arg, size_t *n);

/*
 * Checks that msg is whole and at least as long as its fixed header, and finds
 * its attributes. tb has max + 1 elements. Accepts any size bytes.
 */
int ob_nl_msg_parse(const struct nlmsghdr *msg, size_t size, size_t header_size,
		    struct nlattr **tb, int max,
		    const struct nla_policy *policy);
/* nla_parse_nested() with a negative errno; an absent attribute has none. */
int ob_nl_attr_nested(struct nlattr **tb, int max, const struct nlattr *nla,
		      const struct nla_policy *policy);
/* -EINVAL unless the attribute is as long as an address of the family. */
int ob_nl_attr_addr(const struct nlattr *nla, int family, struct ob_addr *ret);
/* Copies a string attribute (NUL-terminated by policy), cut to size. */
void ob_nl_attr_string(const struct nlattr *nla, char *buf, size_t size);
uint32_t ob_nl_attr_u32(const struct nlattr *nla, uint32_t absent);

/* Appends to the string in buf; cut to size. For the _format functions. */
void ob_nl_append(char *buf, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
