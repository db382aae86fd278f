// SPDX-License-Identifier: Apache-2.0
/* The pure parts of a watch: lines, events, pages, digests, back-off. */
#include "kube/watch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "kube/backoff.h"
#include "kube/base64.h"
#include "kube/digest.h"
#include "kube/lines.h"

struct heard {
	char text[256];
	int n, stop_after;
};

static int on_line(void *arg, const char *line, size_t size)
{
	struct heard *h = arg;
	size_t len = strlen(h->text);

	snprintf(h->text + len, sizeof(h->text) - len, "%.*s|", (int)size,
		 line);
	return ++h->n == h->stop_after ? -ECANCELED : 0;
}

static void cuts_lines_wherever_the_pieces_end(void **state)
{
	static const char text[] = "one\ntwo\r\n\n\r\nthree\nrest";
	size_t size = strlen(text);

	(void)state;
	for (size_t i = 0; i <= size; i++) {
		for (size_t j = i; j <= size; j++) {
			struct ob_kube_lines l = { .max = 5 };
			struct heard h = { 0 };

			ob_kube_lines_feed(&l, text, i, on_line, &h);
			ob_kube_lines_feed(&l, text + i, j - i, on_line, &h);
			ob_kube_lines_feed(&l, text + j, size - j, on_line, &h);
			assert_string_equal(h.text, "one|two|three|");
			ob_kube_lines_done(&l);
		}
	}
}

static void refuses_a_line_that_is_too_long(void **state)
{
	static const char text[] = "123456\n";
	struct heard h = { 0 };

	(void)state;
	for (size_t i = 0; i <= strlen(text); i++) {
		struct ob_kube_lines l = { .max = 5 };
		int r = ob_kube_lines_feed(&l, text, i, on_line, &h);

		if (r == 0)
			r = ob_kube_lines_feed(&l, text + i, strlen(text) - i,
					       on_line, &h);
		assert_int_equal(r, -EMSGSIZE);
		ob_kube_lines_done(&l);
	}
	assert_int_equal(h.n, 0);
}

static void stops_when_it_is_told(void **state)
{
	struct ob_kube_lines l = { .max = 5 };
	struct heard h = { .stop_after = 2 };

	(void)state;
	assert_int_equal(ob_kube_lines_feed(&l, "a\nb\nc\n", 6, on_line, &h),
			 -ECANCELED);
	assert_string_equal(h.text, "a|b|");
	ob_kube_lines_done(&l);
}

static int decode(struct ob_arena *a, const char *line,
		  struct ob_kube_watch_event *ret, struct ob_status *status)
{
	return ob_kube_watch_decode(a, line, strlen(line), ret, status);
}

#define OBJECT(meta) "\"object\":{\"metadata\":{" meta "}}}"
#define NAMED	     "\"name\":\"x\",\"resourceVersion\":\"7\""

static void decodes_events(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_watch_event e = { 0 };

	(void)state;
	assert_int_equal(
		decode(a, "{\"type\":\"ADDED\"," OBJECT(NAMED), &e, NULL), 0);
	assert_int_equal(e.type, OB_KUBE_EVENT_SET);
	assert_string_equal(e.key, "x");
	assert_string_equal(e.version, "7");
	assert_int_equal(decode(a,
				"{\"type\":\"DELETED\"," OBJECT(
					"\"namespace\":\"ns\"," NAMED),
				&e, NULL),
			 0);
	assert_int_equal(e.type, OB_KUBE_EVENT_DELETED);
	assert_string_equal(e.key, "ns/x");
	assert_int_equal(decode(a,
				"{\"type\":\"BOOKMARK\"," OBJECT(
					"\"resourceVersion\":\"9\""),
				&e, NULL),
			 0);
	assert_string_equal(e.version, "9");
}

static void refuses_events_that_make_no_sense(void **state)
{
	static const char *const lines[] = {
		"",
		"x",
		"[]",
		"{}",
		"{\"type\":\"ADDED\"}",
		"{\"type\":7,\"object\":{}}",
		"{\"type\":\"ADDED\",\"object\":[]}",
		"{\"type\":\"GONE\"," OBJECT(NAMED),
		"{\"type\":\"ADDED\"," OBJECT("\"name\":\"x\""),
		"{\"type\":\"ADDED\"," OBJECT("\"resourceVersion\":\"7\""),
		"{\"type\":\"ADDED\"," OBJECT(
			"\"name\":\"a/b\",\"resourceVersion\":\"7\""),
		"{\"type\":\"ADDED\"," OBJECT(
			"\"name\":\"a b\",\"resourceVersion\":\"7\""),
		"{\"type\":\"ADDED\"," OBJECT(
			"\"name\":\"x\",\"resourceVersion\":7"),
		"{\"type\":\"ADDED\"," OBJECT(
			"\"name\":\"x\",\"resourceVersion\":\"\""),
		"{\"type\":\"ADDED\"," OBJECT("\"namespace\":\"/\"," NAMED),
		"{\"type\":\"BOOKMARK\"," OBJECT(""),
		"{\"type\":\"ADDED\"," OBJECT(NAMED) "{}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
		struct ob_status status = OB_STATUS_INIT;
		struct ob_kube_watch_event e = { 0 };

		assert_int_equal(decode(a, lines[i], &e, &status), -EPROTO);
		assert_non_null(status.reason);
	}
}

static cJSON *json(struct ob_arena *a, const char *text)
{
	cJSON *root = NULL;

	assert_int_equal(
		ob_json_parse(a, text, strlen(text), 4096, &root, NULL), 0);
	return root;
}

static void reads_pages(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_page page = { 0 };

	(void)state;
	assert_int_equal(
		ob_kube_watch_page(
			json(a, "{\"metadata\":{\"resourceVersion\":\"5\","
				"\"continue\":\"t\"},\"items\":[{},{}]}"),
			&page, NULL),
		0);
	assert_string_equal(page.version, "5");
	assert_string_equal(page.continue_from, "t");
	assert_int_equal(cJSON_GetArraySize(page.items), 2);
	assert_int_equal(
		ob_kube_watch_page(
			json(a, "{\"metadata\":{\"resourceVersion\":\"5\","
				"\"continue\":\"\"},\"items\":null}"),
			&page, NULL),
		0);
	assert_null(page.continue_from);
	assert_null(page.items);
}

static void refuses_what_is_no_list(void **state)
{
	static const char *const bodies[] = {
		"{}",
		"[]",
		"{\"items\":[]}",
		"{\"metadata\":{},\"items\":[]}",
		"{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":{}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
		struct ob_kube_page page = { 0 };

		assert_int_equal(
			ob_kube_watch_page(json(a, bodies[i]), &page, NULL),
			-EPROTO);
	}
}

static void digests_what_counts(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_seed seed = { { 1, 2 } };
	uint64_t of = ob_kube_digest(
		&seed, json(a, "{\"a\":[1,\"x\"],\"b\":{\"c\":null}}"));

	(void)state;
	assert_true(of ==
		    ob_kube_digest(&seed,
				   json(a, "{\"kind\":\"K\",\"b\":{\"c\":null},"
					   "\"apiVersion\":\"v1\","
					   "\"a\":[1,\"x\"]}")));
	assert_false(of ==
		     ob_kube_digest(&seed, json(a, "{\"a\":[\"x\",1],"
						   "\"b\":{\"c\":null}}")));
	assert_false(of ==
		     ob_kube_digest(&seed, json(a, "{\"a\":[1,\"x\"],"
						   "\"b\":{\"c\":false}}")));
	assert_false(of ==
		     ob_kube_digest(&seed, json(a, "{\"a\":[1,\"x\"],\"b\":{"
						   "\"kind\":1,\"c\":null}}")));
}

/* The vector of the paper: key 00..0f, message 00..0e. */
static void hashes_as_the_paper_does(void **state)
{
	struct ob_kube_seed seed = { { 0x0706050403020100ULL,
				       0x0f0e0d0c0b0a0908ULL } };
	unsigned char message[15];

	(void)state;
	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (unsigned char)i;
	assert_true(ob_kube_hash(&seed, message, sizeof(message)) ==
		    0xa129ca6149be45e5ULL);
}

static void backs_off_further_and_further(void **state)
{
	struct ob_kube_backoff b = { 0 };
	uint32_t most = OB_KUBE_BACKOFF_MIN_MS;

	(void)state;
	for (int i = 0; i < 100; i++) {
		struct ob_kube_backoff high = b;
		uint32_t least = ob_kube_backoff_next(&b, 0, 0);

		assert_int_equal(least, most / 2);
		assert_int_equal(ob_kube_backoff_next(&high, most / 2, 0),
				 most);
		most = most * 2 > OB_KUBE_BACKOFF_MAX_MS
			       ? OB_KUBE_BACKOFF_MAX_MS
			       : most * 2;
	}
}

static void waits_as_long_as_the_server_asks(void **state)
{
	struct ob_kube_backoff b = { 0 };

	(void)state;
	for (uint32_t random = 0; random < 5000; random += 7) {
		b.failures = 0;
		assert_in_range(ob_kube_backoff_next(&b, random, 7000), 7000,
				7000 + OB_KUBE_BACKOFF_MIN_MS);
		assert_in_range(ob_kube_backoff_next(&b, random, UINT32_MAX),
				OB_KUBE_RETRY_AFTER_MAX_MS,
				OB_KUBE_RETRY_AFTER_MAX_MS +
					OB_KUBE_BACKOFF_MIN_MS);
	}
}

static void expect_base64(const char *text, const char *expected)
{
	_free_ char *bytes = NULL;
	size_t size = 0;
	int r = ob_kube_base64_decode(text, &bytes, &size);

	assert_int_equal(r, expected ? 0 : -EINVAL);
	if (expected)
		assert_string_equal(bytes, expected);
	if (expected)
		assert_int_equal(size, strlen(expected));
}

static void decodes_base64(void **state)
{
	static const char *const bad[] = { "A",	   "AA",       "AAA",	"AA=A",
					   "A===", "====",     "AA==A", "AB==",
					   "AAB=", "AA==AAAA", "*AAA" };

	(void)state;
	expect_base64("", "");
	expect_base64("Zg==", "f");
	expect_base64("Zm8=", "fo");
	expect_base64("Zm9v\nYmFy\r\n", "foobar");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		expect_base64(bad[i], NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_lines_wherever_the_pieces_end),
		cmocka_unit_test(refuses_a_line_that_is_too_long),
		cmocka_unit_test(stops_when_it_is_told),
		cmocka_unit_test(decodes_events),
		cmocka_unit_test(refuses_events_that_make_no_sense),
		cmocka_unit_test(reads_pages),
		cmocka_unit_test(refuses_what_is_no_list),
		cmocka_unit_test(digests_what_counts),
		cmocka_unit_test(hashes_as_the_paper_does),
		cmocka_unit_test(backs_off_further_and_further),
		cmocka_unit_test(waits_as_long_as_the_server_asks),
		cmocka_unit_test(decodes_base64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
