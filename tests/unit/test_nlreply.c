// SPDX-License-Identifier: Apache-2.0
#include "base/nlreply.h"

#include <errno.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SEQ   7
#define THING 100 /* a message of some family */

/* What the kernel sends, message behind message. */
struct bytes {
	_Alignas(struct nlmsghdr) unsigned char b[512];
	size_t n;
};

static void add(struct bytes *s, uint16_t type, uint16_t flags, uint32_t seq,
		const void *payload, size_t size)
{
	struct nlmsghdr h = {
		.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + size),
		.nlmsg_type = type,
		.nlmsg_flags = flags,
		.nlmsg_seq = seq,
	};

	assert_true(s->n + NLMSG_SPACE(size) <= sizeof(s->b));
	memcpy(s->b + s->n, &h, sizeof(h));
	if (size)
		memcpy(s->b + s->n + NLMSG_HDRLEN, payload, size);
	s->n += NLMSG_SPACE(size);
}

static void add_thing(struct bytes *s)
{
	add(s, THING, NLM_F_MULTI, SEQ, "abc", 3);
}

static void add_end(struct bytes *s, uint16_t type, int error)
{
	add(s, type, 0, SEQ, &error, sizeof(error));
}

/* Counts the messages it gets; answers each with error. */
struct seen {
	int n;
	int error;
};

static int see(const struct nlmsghdr *msg, size_t size, void *arg)
{
	struct seen *seen = arg;

	assert_int_equal(msg->nlmsg_type, THING);
	assert_int_equal(size, msg->nlmsg_len);
	seen->n++;
	return seen->error;
}

static struct ob_nlreply reply_to(struct seen *seen)
{
	return (struct ob_nlreply){ .seq = SEQ, .fn = see, .arg = seen };
}

static void hands_over_messages_until_the_dump_ends(void **state)
{
	struct bytes first = { 0 }, second = { 0 };
	struct seen seen = { 0 };
	struct ob_nlreply r = reply_to(&seen);

	(void)state;
	add_thing(&first);
	add_thing(&first);
	add_thing(&second);
	add_end(&second, NLMSG_DONE, 0);
	assert_null(ob_nlreply_feed(&r, first.b, first.n));
	assert_false(r.done);
	assert_non_null(ob_nlreply_feed(&r, second.b, second.n));
	assert_true(r.done);
	assert_int_equal(ob_nlreply_result(&r), 0);
	assert_int_equal(seen.n, 3);
}

static void takes_nothing_after_the_end(void **state)
{
	struct bytes s = { 0 };
	struct seen seen = { 0 };
	struct ob_nlreply r = reply_to(&seen);
	const struct nlmsghdr *end;

	(void)state;
	add_end(&s, NLMSG_ERROR, 0);
	add_thing(&s);
	end = ob_nlreply_feed(&r, s.b, s.n);
	assert_ptr_equal(end, s.b);
	assert_null(ob_nlreply_feed(&r, s.b, s.n));
	assert_int_equal(seen.n, 0);
}

static void reports_the_kernel_s_error(void **state)
{
	struct bytes s = { 0 };
	struct ob_nlreply r = { .seq = SEQ };

	(void)state;
	add_end(&s, NLMSG_ERROR, -EPERM);
	assert_non_null(ob_nlreply_feed(&r, s.b, s.n));
	assert_int_equal(ob_nlreply_result(&r), -EPERM);
}

static void passes_over_leftovers_of_another_request(void **state)
{
	struct bytes s = { 0 };
	struct seen seen = { 0 };
	struct ob_nlreply r = reply_to(&seen);
	const int error = -EBUSY;

	(void)state;
	add(&s, THING, NLM_F_DUMP_INTR, SEQ - 1, NULL, 0);
	add(&s, NLMSG_ERROR, 0, SEQ - 1, &error, sizeof(error));
	add_end(&s, NLMSG_ERROR, 0);
	assert_non_null(ob_nlreply_feed(&r, s.b, s.n));
	assert_int_equal(ob_nlreply_result(&r), 0);
	assert_int_equal(seen.n, 0);
	assert_false(r.interrupted);
}

/* What is left unread would answer the next request. */
static void reads_on_after_a_message_was_refused(void **state)
{
	struct bytes s = { 0 };
	struct seen seen = { .error = -E2BIG };
	struct ob_nlreply r = reply_to(&seen);

	(void)state;
	add_thing(&s);
	add_thing(&s);
	assert_null(ob_nlreply_feed(&r, s.b, s.n));
	assert_int_equal(seen.n, 1);
	s.n = 0;
	add_end(&s, NLMSG_DONE, 0);
	assert_non_null(ob_nlreply_feed(&r, s.b, s.n));
	assert_int_equal(ob_nlreply_result(&r), -E2BIG);
}

static void goes_on_when_a_message_is_of_no_interest(void **state)
{
	struct bytes s = { 0 };
	struct seen seen = { .error = -ENOMSG };
	struct ob_nlreply r = reply_to(&seen);

	(void)state;
	add_thing(&s);
	add(&s, NLMSG_NOOP, 0, SEQ, NULL, 0);
	add_thing(&s);
	add_end(&s, NLMSG_DONE, 0);
	assert_non_null(ob_nlreply_feed(&r, s.b, s.n));
	assert_int_equal(ob_nlreply_result(&r), 0);
	assert_int_equal(seen.n, 2);
}

static void notices_a_dump_that_was_disturbed(void **state)
{
	struct bytes s = { 0 };
	struct ob_nlreply r = { .seq = SEQ };

	(void)state;
	add(&s, THING, NLM_F_MULTI | NLM_F_DUMP_INTR, SEQ, NULL, 0);
	add(&s, NLMSG_DONE, 0, SEQ, NULL, 0);
	assert_non_null(ob_nlreply_feed(&r, s.b, s.n));
	assert_true(r.interrupted);
	assert_int_equal(ob_nlreply_result(&r), 0);
}

static void ends_on_an_overrun_and_on_an_error_cut_short(void **state)
{
	struct bytes overrun = { 0 }, cut = { 0 };
	struct ob_nlreply r = { .seq = SEQ }, q = { .seq = SEQ };

	(void)state;
	add(&overrun, NLMSG_OVERRUN, 0, SEQ, NULL, 0);
	assert_non_null(ob_nlreply_feed(&r, overrun.b, overrun.n));
	assert_int_equal(ob_nlreply_result(&r), -ENOBUFS);
	add(&cut, NLMSG_ERROR, 0, SEQ, "ab", 2);
	assert_non_null(ob_nlreply_feed(&q, cut.b, cut.n));
	assert_int_equal(ob_nlreply_result(&q), -EBADMSG);
}

static void stops_at_a_length_that_cannot_be(void **state)
{
	static const uint32_t lengths[] = { 0, NLMSG_HDRLEN - 1, 400,
					    UINT32_MAX };
	struct seen seen = { 0 };
	struct ob_nlreply r = reply_to(&seen);

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct bytes s = { 0 };

		add_thing(&s);
		memcpy(s.b, &lengths[i], sizeof(lengths[i]));
		assert_null(ob_nlreply_feed(&r, s.b, s.n));
		assert_null(ob_nlreply_feed(&r, s.b, NLMSG_HDRLEN - 1));
	}
	assert_int_equal(seen.n, 0);
	assert_false(r.done);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_over_messages_until_the_dump_ends),
		cmocka_unit_test(takes_nothing_after_the_end),
		cmocka_unit_test(reports_the_kernel_s_error),
		cmocka_unit_test(passes_over_leftovers_of_another_request),
		cmocka_unit_test(reads_on_after_a_message_was_refused),
		cmocka_unit_test(goes_on_when_a_message_is_of_no_interest),
		cmocka_unit_test(notices_a_dump_that_was_disturbed),
		cmocka_unit_test(ends_on_an_overrun_and_on_an_error_cut_short),
		cmocka_unit_test(stops_at_a_length_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
