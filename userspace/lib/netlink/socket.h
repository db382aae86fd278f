/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A routing netlink socket over libnl, in the network namespace the calling
 * thread had when it was opened. Blocking, one request at a time; kernel
 * errors come back as negative errno.
 *
 * Each kind of object beside this file (link, addr, route, rule, neigh) has
 * the same verbs: _dump (all of them into an arena), _add, _change, _del,
 * _equal (what we would change), _format (one line, as ip(8) prints it) and
 * _parse (one kernel message: foreign bytes, the fuzz target; 0, or -EINVAL
 * for a malformed one, or -ENOMSG for a message of another type).
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/cleanup.h"

struct ob_nl;
struct nlmsghdr;

int ob_nl_new(struct ob_nl **ret);
void ob_nl_free(struct ob_nl *nl);
OB_DEFINE_CLEANUP(struct ob_nl *, ob_nl_free)

/*
 * What the kernel said about the last request (its extended acknowledgement),
 * "" when nothing. Valid until the next request.
 */
const char *ob_nl_error_message(const struct ob_nl *nl);
