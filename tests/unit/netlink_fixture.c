// SPDX-License-Identifier: Apache-2.0
#include "netlink_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int write_file(const char *path, const char *text)
{
	_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t size = (ssize_t)strlen(text);

	return fd >= 0 && write(fd, text, (size_t)size) == size ? 0 : -1;
}

/* Who is not root becomes root of a user namespace, once. */
static int become_root(void)
{
	char uids[32], gids[32];

	snprintf(uids, sizeof(uids), "0 %u 1", geteuid());
	snprintf(gids, sizeof(gids), "0 %u 1", getegid());
	if (unshare(CLONE_NEWUSER) < 0 ||
	    write_file("/proc/self/uid_map", uids) < 0 ||
	    write_file("/proc/self/setgroups", "deny") < 0)
		return -1;
	return write_file("/proc/self/gid_map", gids);
}

static int enter_namespace(void)
{
	if (unshare(CLONE_NEWNET) == 0)
		return 0;
	if (errno == EPERM && become_root() == 0 && unshare(CLONE_NEWNET) == 0)
		return 0;
	fprintf(stderr, "no network namespace: %s (are you root?)\n",
		strerror(errno));
	return -1;
}

int netlink_setup(void **state)
{
	struct ob_nl *nl = NULL;

	if (enter_namespace() < 0 || ob_nl_new(&nl) < 0)
		return -1;

	struct netlink_fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->nl = nl;
	f->arena = ob_arena_new();
	*state = f;
	return 0;
}

int netlink_teardown(void **state)
{
	struct netlink_fixture *f = *state;

	ob_arena_free(f->arena);
	ob_nl_free(f->nl);
	free(f);
	return 0;
}

int netlink_bridge(struct netlink_fixture *f, const char *name)
{
	struct ob_link l;

	assert_int_equal(ob_link_add(f->nl, name, "bridge"), 0);
	assert_int_equal(ob_link_get(f->nl, name, &l), 0);
	l.up = true;
	assert_int_equal(ob_link_change(f->nl, &l), 0);
	return l.ifindex;
}

struct ob_addr netlink_addr(const char *s)
{
	struct ob_addr a = {};

	assert_int_equal(ob_addr_parse(s, &a), 0);
	return a;
}

struct ob_prefix netlink_prefix(const char *s)
{
	struct ob_prefix p = {};

	assert_int_equal(ob_prefix_parse(s, &p), 0);
	return p;
}

static void close_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

struct recording read_recording(struct ob_arena *a, const char *path)
{
	const char *source = getenv("OB_SOURCE_DIR");
	const char *name = ob_arena_printf(a, "%s/tests/fuzz/corpus/%s",
					   source ? source : ".", path);
	_cleanup_(close_file) FILE *file = fopen(name, "rb");
	const size_t max = 65536;
	uint8_t *bytes = ob_arena_alloc(a, max);

	if (!file)
		fail_msg("%s: %s", name, strerror(errno));

	size_t size = fread(bytes, 1, max, file);

	assert_true(size > 0 && size < max);
	return (struct recording){ bytes, size };
}

const struct nlmsghdr *next_message(const struct recording *r, size_t *offset)
{
	const struct nlmsghdr *h = (const void *)(r->bytes + *offset);

	if (*offset + sizeof(*h) > r->size || h->nlmsg_len < sizeof(*h) ||
	    h->nlmsg_len > r->size - *offset)
		return NULL;
	*offset += NLMSG_ALIGN(h->nlmsg_len);
	return h;
}
