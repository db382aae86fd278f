// SPDX-License-Identifier: Apache-2.0
#include "dns/query.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define WEB    "\3Web\4shop\0"
#define TAIL   "\0\1\0\1" /* A, IN */
#define L63(c) "\77" c c c c c c c c c
#define SEVEN  "aaaaaaa"
#define OPT(size, version, flags, len)                                         \
	"\0\0\51" size "\0" version flags "\0" len

/* Header fields, then what is behind the header; its last NUL is none. */
struct message {
	uint8_t bytes[1024];
	size_t size;
};

static struct message make(uint16_t flags, const uint16_t counts[4],
			   const char *rest, size_t size)
{
	struct message m = { .size = OB_DNS_HEADER + size };

	assert_true(m.size <= sizeof(m.bytes));
	ob_dns_put16(m.bytes, 0x1234);
	ob_dns_put16(m.bytes + 2, flags);
	for (size_t i = 0; i < 4; i++)
		ob_dns_put16(m.bytes + 4 + 2 * i, counts[i]);
	memcpy(m.bytes + OB_DNS_HEADER, rest, size);
	return m;
}

#define QUESTION(flags, text)                                                  \
	make(flags, (const uint16_t[]){ 1, 0, 0, 0 }, text, sizeof(text) - 1)
#define WITH_EXTRA(n, text)                                                    \
	make(0, (const uint16_t[]){ 1, 0, 0, n }, text, sizeof(text) - 1)

static struct ob_dns_query parse(const struct message *m)
{
	struct ob_dns_query q;

	/* What it leaves as it was must not pass for what it found. */
	memset(&q, 0xa5, sizeof(q));
	assert_int_equal(ob_dns_query_parse(m->bytes, m->size, &q), 0);
	return q;
}

static void assert_rcode(struct message m, enum ob_dns_rcode want)
{
	assert_int_equal(parse(&m).rcode, want);
}

static void reads_a_question(void **state)
{
	struct message m = QUESTION(0x0110, WEB TAIL);
	struct ob_dns_query q = parse(&m);

	(void)state;
	assert_int_equal(q.rcode, OB_DNS_NOERROR);
	assert_int_equal(q.id, 0x1234);
	assert_true(q.recursion_desired && q.checking_disabled);
	assert_false(q.edns || q.dnssec_ok);
	assert_int_equal(q.type, OB_DNS_A);
	assert_int_equal(q.class, OB_DNS_IN);
	assert_int_equal(q.udp_size, 512);
	assert_int_equal(q.question_len, sizeof(WEB TAIL) - 1);
	assert_int_equal(q.name_len, 10);
	assert_memory_equal(q.name, "\3web\4shop\0", 10);
	assert_int_equal(q.n_labels, 2);
	assert_int_equal(q.label[1], 4);
}

static void answers_only_queries(void **state)
{
	struct message m = QUESTION(0x8000, WEB TAIL);
	struct ob_dns_query q;

	(void)state;
	assert_int_equal(ob_dns_query_parse(m.bytes, m.size, &q), -EBADMSG);
	m = QUESTION(0, WEB TAIL);
	assert_int_equal(ob_dns_query_parse(m.bytes, 11, &q), -EBADMSG);
	assert_rcode(QUESTION(4 << 11, WEB TAIL), OB_DNS_NOTIMP);
}

static void has_exactly_one_question(void **state)
{
	static const uint16_t none[] = { 0, 0, 0, 0 }, two[] = { 2, 0, 0, 0 };
	static const uint16_t answer[] = { 1, 1, 0, 0 };
	static const uint16_t authority[] = { 1, 0, 1, 0 };

	(void)state;
	assert_rcode(make(0, none, "", 0), OB_DNS_FORMERR);
	assert_rcode(make(0, two, WEB TAIL WEB TAIL, 28), OB_DNS_FORMERR);
	assert_rcode(make(0, answer, WEB TAIL, 14), OB_DNS_FORMERR);
	assert_rcode(make(0, authority, WEB TAIL, 14), OB_DNS_FORMERR);
	assert_rcode(QUESTION(0, WEB TAIL "\0"), OB_DNS_FORMERR);
}

static void every_cut_is_an_error(void **state)
{
	struct message m = QUESTION(0, WEB TAIL);

	(void)state;
	for (m.size--; m.size >= OB_DNS_HEADER; m.size--)
		assert_rcode(m, OB_DNS_FORMERR);
}

static void a_name_has_at_most_255_bytes(void **state)
{
	(void)state;
	assert_rcode(
		QUESTION(
			0,
			L63(SEVEN) L63(SEVEN) L63(
				SEVEN) "\75"
				       "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
				       "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\0" TAIL),
		OB_DNS_NOERROR);
	assert_rcode(
		QUESTION(0, L63(SEVEN) L63(SEVEN)
				    L63(SEVEN) "\76"
					       "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
					       "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
					       "\0" TAIL),
		OB_DNS_FORMERR);
	assert_rcode(QUESTION(0, "\100" SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN
					 SEVEN SEVEN SEVEN "a\0" TAIL),
		     OB_DNS_FORMERR);
}

static void holds_as_many_labels_as_a_name_can_have(void **state)
{
	/* The root's label, type A and class IN at the end. */
	uint8_t name[OB_DNS_NAME_MAX + 4] = { [256] = 1, [258] = 1 };
	struct message m;
	struct ob_dns_query q;

	(void)state;
	for (size_t i = 0; i < OB_DNS_LABELS_MAX; i++) {
		name[2 * i] = 1;
		name[2 * i + 1] = 'A';
	}
	m = make(0, (const uint16_t[]){ 1, 0, 0, 0 }, (const char *)name,
		 sizeof(name));
	q = parse(&m);
	assert_int_equal(q.rcode, OB_DNS_NOERROR);
	assert_int_equal(q.n_labels, OB_DNS_LABELS_MAX);
	assert_int_equal(q.name_len, OB_DNS_NAME_MAX);
	assert_int_equal(q.label[OB_DNS_LABELS_MAX - 1], 252);
}

static void a_question_has_no_compression_pointers(void **state)
{
	(void)state;
	/* To itself, to what comes behind it, behind a label. */
	assert_rcode(QUESTION(0, "\xc0\x0c" TAIL), OB_DNS_FORMERR);
	assert_rcode(QUESTION(0, "\xc0\x12" TAIL WEB), OB_DNS_FORMERR);
	assert_rcode(QUESTION(0, "\3web\xc0\x00" TAIL), OB_DNS_FORMERR);
	/* Kinds of labels that nobody uses: RFC 6891, 5. */
	assert_rcode(QUESTION(0, "\x41" WEB TAIL), OB_DNS_FORMERR);
	assert_rcode(QUESTION(0, "\x80" WEB TAIL), OB_DNS_FORMERR);
}

static void refuses_what_no_zone_answers(void **state)
{
	(void)state;
	assert_rcode(QUESTION(0, WEB "\0\1\0\3"), OB_DNS_REFUSED);
	assert_rcode(QUESTION(0, WEB "\0\1\0\xff"), OB_DNS_REFUSED);
	assert_rcode(QUESTION(0, WEB "\0\xf9\0\1"), OB_DNS_REFUSED);
	assert_rcode(QUESTION(0, WEB "\0\xfc\0\1"), OB_DNS_REFUSED);
	assert_rcode(QUESTION(0, WEB "\0\xfe\0\1"), OB_DNS_REFUSED);
	assert_rcode(QUESTION(0, WEB "\0\xff\0\1"), OB_DNS_NOERROR);
	assert_rcode(QUESTION(0, WEB "\0\51\0\1"), OB_DNS_FORMERR);
}

static void reads_edns(void **state)
{
	struct message m =
		WITH_EXTRA(1, WEB TAIL OPT("\4\xd0", "\0", "\x80\0", "\0"));
	struct ob_dns_query q = parse(&m);

	(void)state;
	assert_int_equal(q.rcode, OB_DNS_NOERROR);
	assert_true(q.edns && q.dnssec_ok);
	assert_int_equal(q.udp_size, 1232);
	/* RFC 6891, 6.2.3: less than 512 means 512. */
	m = WITH_EXTRA(1, WEB TAIL OPT("\0\0", "\0", "\0\0", "\0"));
	q = parse(&m);
	assert_true(q.edns);
	assert_false(q.dnssec_ok);
	assert_int_equal(q.udp_size, 512);
}

static void other_versions_of_edns_are_told_so(void **state)
{
	struct message m =
		WITH_EXTRA(1, WEB TAIL OPT("\4\xd0", "\1", "\0\0", "\0"));
	struct ob_dns_query q = parse(&m);

	(void)state;
	/* With an OPT, where the upper bits of that code have to go. */
	assert_int_equal(q.rcode, OB_DNS_BADVERS);
	assert_true(q.edns);
	/* Whatever else there is no answer to. */
	assert_rcode(
		WITH_EXTRA(1, WEB "\0\1\0\3" OPT("\4\xd0", "\1", "\0\0", "\0")),
		OB_DNS_BADVERS);
}

static void options_of_edns_have_to_be_whole(void **state)
{
	(void)state;
	assert_rcode(WITH_EXTRA(1, WEB TAIL OPT("\4\xd0", "\0", "\0\0",
						"\5") "\0\12\0\1a"),
		     OB_DNS_NOERROR);
	assert_rcode(WITH_EXTRA(1, WEB TAIL OPT("\4\xd0", "\0", "\0\0",
						"\5") "\0\12\0\2a"),
		     OB_DNS_FORMERR);
	assert_rcode(WITH_EXTRA(1, WEB TAIL OPT("\4\xd0", "\0", "\0\0",
						"\6") "\0\12\0\1a"),
		     OB_DNS_FORMERR);
	assert_rcode(
		WITH_EXTRA(1, WEB TAIL OPT("\4\xd0", "\0", "\0\0", "\1") "a"),
		OB_DNS_FORMERR);
}

static void has_one_opt_of_the_root(void **state)
{
	(void)state;
	assert_rcode(WITH_EXTRA(2, WEB TAIL OPT("\4\xd0", "\0", "\0\0", "\0")
					   OPT("\4\xd0", "\0", "\0\0", "\0")),
		     OB_DNS_FORMERR);
	assert_rcode(
		WITH_EXTRA(1, WEB TAIL "\1a" OPT("\4\xd0", "\0", "\0\0", "\0")),
		OB_DNS_FORMERR);
	/* Others may have a name, also a compressed one. */
	assert_rcode(WITH_EXTRA(2, WEB TAIL "\xc0\x0c\0\1\0\1\0\0\0\0\0\1x" OPT(
					   "\4\xd0", "\0", "\0\0", "\0")),
		     OB_DNS_NOERROR);
	assert_rcode(WITH_EXTRA(5, WEB TAIL), OB_DNS_FORMERR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_question),
		cmocka_unit_test(answers_only_queries),
		cmocka_unit_test(has_exactly_one_question),
		cmocka_unit_test(every_cut_is_an_error),
		cmocka_unit_test(a_name_has_at_most_255_bytes),
		cmocka_unit_test(holds_as_many_labels_as_a_name_can_have),
		cmocka_unit_test(a_question_has_no_compression_pointers),
		cmocka_unit_test(refuses_what_no_zone_answers),
		cmocka_unit_test(reads_edns),
		cmocka_unit_test(other_versions_of_edns_are_told_so),
		cmocka_unit_test(options_of_edns_have_to_be_whole),
		cmocka_unit_test(has_one_opt_of_the_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
