/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network namespace for each test: nothing is seen of the machine's, nothing
 * is left behind. Needs root, or user namespaces for everybody.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/prefix.h"
#include "netlink/link.h"
#include "netlink/socket.h"

struct netlink_fixture {
	struct ob_nl *nl;
	struct ob_arena *arena;
};

/* cmocka setup and teardown; *state is a struct netlink_fixture. */
int netlink_setup(void **state);
int netlink_teardown(void **state);

/* A test in a namespace of its own. */
#define netlink_test(f)                                                        \
	cmocka_unit_test_setup_teardown(f, netlink_setup, netlink_teardown)

/* Creates a bridge, up, without IPv6 link-local address; its index. */
int netlink_bridge(struct netlink_fixture *f, const char *name);

struct ob_addr netlink_addr(const char *s);
struct ob_prefix netlink_prefix(const char *s);

/* A file of kernel replies recorded below tests/fuzz/corpus; the arena's. */
struct recording {
	const uint8_t *bytes;
	size_t size;
};

struct recording read_recording(struct ob_arena *a, const char *path);

/* The next whole message, or NULL at the end. *offset starts at 0. */
const struct nlmsghdr *next_message(const struct recording *r, size_t *offset);
