// SPDX-License-Identifier: Apache-2.0
#include "dns/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"

#define NAME "\3www\7example\0"

/* A question for A, without EDNS. */
static const uint8_t question[] =
	"\x12\x34\1\0\0\1\0\0\0\0\0\0" NAME "\0\1\0\1";
static uint8_t records[10 * 16];
static uint8_t out[1024];

struct fixture {
	struct ob_dns_query q;
	struct ob_dns_answer a;
	struct ob_dns_rrset set;
};

/* Ten addresses that end in 0 to 9; the first three go first. */
static void begin(struct fixture *f, size_t size)
{
	for (uint8_t i = 0; i < 10; i++)
		ob_dns_record_head(records + (size_t)i * 16, OB_DNS_A, 5,
				   4)[3] = i;
	f->set = (struct ob_dns_rrset){ records, 10, 3, 16 };
	assert_int_equal(
		ob_dns_query_parse(question, sizeof(question) - 1, &f->q), 0);
	assert_int_equal(f->q.rcode, OB_DNS_NOERROR);
	ob_dns_answer_begin(&f->a, out, size, question, &f->q);
}

/* The last digits of the addresses in the answer. */
static const char *digits(const struct fixture *f, char *buf)
{
	const uint8_t *at = out + OB_DNS_HEADER + f->q.question_len;
	size_t n = f->a.n_answers;

	for (size_t i = 0; i < n; i++)
		buf[i] = (char)('0' + at[i * 16 + 15]);
	buf[n] = '\0';
	return buf;
}

static void rotates_by_turn(void **state)
{
	const struct ob_dns_pick pick = { .turn = 3, .max = 20 };
	struct fixture f;
	char buf[32];

	(void)state;
	begin(&f, sizeof(out));
	ob_dns_answer_add(&f.a, &f.set, &pick);
	assert_string_equal(digits(&f, buf), "3456789012");
}

static void window_chooses_the_same_records_in_any_order(void **state)
{
	struct ob_dns_pick pick = { .turn = 0, .window = 3, .max = 4 };
	struct fixture f;
	char buf[32];

	(void)state;
	begin(&f, sizeof(out));
	ob_dns_answer_add(&f.a, &f.set, &pick);
	assert_string_equal(digits(&f, buf), "2345");
	pick.turn = 1;
	begin(&f, sizeof(out));
	ob_dns_answer_add(&f.a, &f.set, &pick);
	assert_string_equal(digits(&f, buf), "3452");
	pick.window = 2;
	begin(&f, sizeof(out));
	ob_dns_answer_add(&f.a, &f.set, &pick);
	assert_string_equal(digits(&f, buf), "9018");
}

static void first_ones_stay_first(void **state)
{
	struct ob_dns_pick pick = { .turn = 1, .max = 20, .first_first = true };
	struct fixture f;
	char buf[32];

	(void)state;
	begin(&f, sizeof(out));
	ob_dns_answer_add(&f.a, &f.set, &pick);
	assert_string_equal(digits(&f, buf), "1204567893");
	pick.max = 2;
	begin(&f, sizeof(out));
	ob_dns_answer_add(&f.a, &f.set, &pick);
	assert_string_equal(digits(&f, buf), "10");
}

static void says_when_records_do_not_fit(void **state)
{
	const struct ob_dns_pick pick = { .max = 20 };
	struct fixture f;
	char buf[32];

	(void)state;
	begin(&f, OB_DNS_HEADER + 17 + 4 * 16 + 15);
	ob_dns_answer_add(&f.a, &f.set, &pick);
	assert_string_equal(digits(&f, buf), "0123");
	assert_true(f.a.truncated);
	assert_int_equal(ob_dns_answer_end(&f.a, &f.q, OB_DNS_NOERROR, 1232),
			 OB_DNS_HEADER + 17 + 4 * 16);
	assert_int_equal(out[2], 0x83); /* QR, TC, RD */
}

static void extra_records_get_another_owner(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, sizeof(out));
	assert_true(ob_dns_answer_add_extra(&f.a, &f.set, 2, 0xc010));
	assert_int_equal(f.a.n_additional, 2);
	assert_int_equal(ob_dns_get16(out + OB_DNS_HEADER + 17), 0xc010);
	assert_int_equal(ob_dns_get16(out + OB_DNS_HEADER + 17 + 16), 0xc010);
	f.a.limit = f.a.size + 16;
	assert_false(ob_dns_answer_add_extra(&f.a, &f.set, 2, 0xc010));
	assert_int_equal(f.a.n_additional, 2);
	assert_false(f.a.truncated);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rotates_by_turn),
		cmocka_unit_test(window_chooses_the_same_records_in_any_order),
		cmocka_unit_test(first_ones_stay_first),
		cmocka_unit_test(says_when_records_do_not_fit),
		cmocka_unit_test(extra_records_get_another_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
