// SPDX-License-Identifier: Apache-2.0
#include "model/key.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char example[] = "KOqRYgcZdXIBP+SP8zgOXSrdz5HvQw8WvhimPqJoH0s=";

/* A directory of its own for each test, with the path of a key file. */
struct place {
	char dir[64];
	char path[80];
};

static int setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	if (!p)
		return -1;
	snprintf(p->dir, sizeof(p->dir), "/tmp/ob-test-key.XXXXXX");
	if (!mkdtemp(p->dir))
		return -1;
	snprintf(p->path, sizeof(p->path), "%s/key", p->dir);
	*state = p;
	return 0;
}

/* rmdir fails when a test left another file behind, and so does the test. */
static int teardown(void **state)
{
	struct place *p = *state;
	int r;

	unlink(p->path);
	r = rmdir(p->dir);
	free(p);
	return r;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t len = (ssize_t)strlen(text);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, (size_t)len), len);
	assert_int_equal(fchmod(fd, mode), 0);
}

static int read_text(const struct place *p, const char *text)
{
	_secret_ struct ob_secret_key k = { { 0 } };

	write_file(p->path, text, 0600);
	return ob_secret_key_read(p->path, &k);
}

/* Vectors of another implementation; together they hold all 64 digits. */
static void decodes_every_base64_digit(void **state)
{
	static const struct {
		const char *text;
		struct ob_key key;
	} cases[] = {
		{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopE=",
		  { { 0x00, 0x10, 0x83, 0x10, 0x51, 0x87, 0x20, 0x92,
		      0x8b, 0x30, 0xd3, 0x8f, 0x41, 0x14, 0x93, 0x51,
		      0x55, 0x97, 0x61, 0x96, 0x9b, 0x71, 0xd7, 0x9f,
		      0x82, 0x18, 0xa3, 0x92, 0x59, 0xa7, 0xa2, 0x91 } } },
		{ "qrstuvwxyz0123456789+/AAAAAAAAAAAAAAAAAAAAA=",
		  { { 0xaa, 0xbb, 0x2d, 0xba, 0xfc, 0x31, 0xcb, 0x3d, 0x35,
		      0xdb, 0x7e, 0x39, 0xeb, 0xbf, 0x3d, 0xfb, 0xf0 } } },
	};
	struct ob_key k;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(ob_key_parse(cases[i].text, &k), 0);
		assert_true(ob_key_equal(&k, &cases[i].key));
	}
}

static void formats_what_it_parsed(void **state)
{
	char buf[OB_KEY_STRLEN];
	struct ob_key k;

	(void)state;
	assert_int_equal(ob_key_parse(example, &k), 0);
	assert_string_equal(ob_key_format(&k, buf, sizeof(buf)), example);
}

/* Each byte value in each place survives, so no digit is wrong both ways. */
static void formats_and_parses_all_bytes(void **state)
{
	struct ob_key k, back;
	char buf[OB_KEY_STRLEN];

	(void)state;
	for (unsigned int i = 0; i < 256; i++) {
		for (unsigned int j = 0; j < 32; j++)
			k.b[j] = (uint8_t)(i + j * 37);
		ob_key_format(&k, buf, sizeof(buf));
		assert_int_equal(ob_key_parse(buf, &back), 0);
		assert_true(ob_key_equal(&k, &back));
	}
}

static void refuses_a_wrong_length(void **state)
{
	struct ob_key k;

	(void)state;
	assert_int_equal(ob_key_parse("", &k), -EINVAL);
	assert_int_equal(ob_key_parse("=", &k), -EINVAL);
	assert_int_equal(ob_key_parse(example + 1, &k), -EINVAL);
	assert_int_equal(ob_key_parse("AKOqRYgcZdXIBP+SP8zgOXSrdz5HvQw8WvhimP"
				      "qJoH0s=",
				      &k),
			 -EINVAL);
}

/* 43 digits carry 258 bits: the two beyond the key must be zero. */
static void refuses_base64_that_is_not_canonical(void **state)
{
	static const char canonical[] = "AEIMQUYcgkosw048";
	char text[OB_KEY_STRLEN];
	struct ob_key k;

	(void)state;
	memcpy(text, example, sizeof(text));
	for (const char *c = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
			     "qrstuvwxyz0123456789+/";
	     *c; c++) {
		text[42] = *c;
		assert_int_equal(ob_key_parse(text, &k),
				 strchr(canonical, *c) ? 0 : -EINVAL);
	}
}

static void refuses_other_bytes_everywhere(void **state)
{
	char text[OB_KEY_STRLEN];
	struct ob_key k;

	(void)state;
	for (size_t i = 0; i < 44; i++) {
		for (const char *c = "-_ \n=.@[`{:\x7f\x80\xff"; *c; c++) {
			memcpy(text, example, sizeof(text));
			text[i] = *c;
			assert_int_equal(ob_key_parse(text, &k),
					 i == 43 && *c == '=' ? 0 : -EINVAL);
		}
	}
}

static void fresh_keys_are_clamped_and_differ(void **state)
{
	_secret_ struct ob_secret_key a = { { 0 } }, b = { { 0 } };

	(void)state;
	assert_int_equal(ob_secret_key_new(&a), 0);
	assert_int_equal(ob_secret_key_new(&b), 0);
	assert_int_equal(a.b[0] & 7, 0);
	assert_int_equal(a.b[31] & 0xc0, 0x40);
	assert_memory_not_equal(a.b, b.b, sizeof(a.b));
}

static void wiping_leaves_zeros(void **state)
{
	static const struct ob_secret_key zero;
	struct ob_secret_key k;

	(void)state;
	memset(&k, 0xff, sizeof(k));
	ob_secret_key_wipe(&k);
	assert_memory_equal(&k, &zero, sizeof(k));
}

static void zero_is_told_from_a_key(void **state)
{
	struct ob_key k = { { 0 } };

	(void)state;
	assert_true(ob_key_is_zero(&k));
	k.b[31] = 1;
	assert_false(ob_key_is_zero(&k));
}

static void a_written_key_is_private_and_reads_back(void **state)
{
	_secret_ struct ob_secret_key k = { { 0 } }, back = { { 0 } };
	const struct place *p = *state;
	struct stat st;

	assert_int_equal(ob_secret_key_new(&k), 0);
	assert_int_equal(ob_secret_key_write(p->path, &k), 0);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, 45);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(ob_secret_key_read(p->path, &back), 0);
	assert_memory_equal(k.b, back.b, sizeof(k.b));
}

static void writing_never_replaces_a_file(void **state)
{
	_secret_ struct ob_secret_key k = { { 0 } };
	const struct place *p = *state;

	write_file(p->path, "precious", 0600);
	assert_int_equal(ob_secret_key_new(&k), 0);
	assert_int_equal(ob_secret_key_write(p->path, &k), -EEXIST);
	assert_int_equal(ob_secret_key_read(p->path, &k), -EINVAL);
}

static void writing_into_no_directory_says_so(void **state)
{
	_secret_ struct ob_secret_key k = { { 1 } };

	(void)state;
	assert_int_equal(ob_secret_key_write("/nonexistent/dir/key", &k),
			 -ENOENT);
	assert_int_equal(ob_secret_key_read("/nonexistent/dir/key", &k),
			 -ENOENT);
}

static void refuses_files_others_may_touch(void **state)
{
	static const mode_t bad[] = { 0640, 0604, 0620, 0602, 0644, 0666 };
	_secret_ struct ob_secret_key k = { { 0 } };
	const struct place *p = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		write_file(p->path, example, bad[i]);
		assert_int_equal(ob_secret_key_read(p->path, &k), -EPERM);
	}
	write_file(p->path, example, 0400);
	assert_int_equal(ob_secret_key_read(p->path, &k), 0);
}

static void refuses_files_of_somebody_else(void **state)
{
	_secret_ struct ob_secret_key k = { { 0 } };
	const struct place *p = *state;
	const uid_t nobody = 65534;

	write_file(p->path, example, 0600);
	/* Only root can give a file away, and read it then. */
	if (geteuid() != 0 || chown(p->path, nobody, (gid_t)-1) < 0)
		skip();
	assert_int_equal(ob_secret_key_read(p->path, &k), -EPERM);
}

static void reads_the_first_line_only(void **state)
{
	const struct place *p = *state;
	char text[200];

	assert_int_equal(read_text(p, example), 0);
	snprintf(text, sizeof(text), "%s\n", example);
	assert_int_equal(read_text(p, text), 0);
	snprintf(text, sizeof(text), "%s\nanything\n", example);
	assert_int_equal(read_text(p, text), 0);
	snprintf(text, sizeof(text), "%sA\n", example);
	assert_int_equal(read_text(p, text), -EINVAL);
	snprintf(text, sizeof(text), "\n%s\n", example);
	assert_int_equal(read_text(p, text), -EINVAL);
}

static void refuses_files_that_hold_no_key(void **state)
{
	const struct place *p = *state;

	assert_int_equal(read_text(p, ""), -EINVAL);
	assert_int_equal(read_text(p, "\n"), -EINVAL);
	assert_int_equal(read_text(p, "KOqRYgcZ\n"), -EINVAL);
	/* To the kernel 32 zero bytes mean "no key". */
	assert_int_equal(read_text(p, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
				      "AAA=\n"),
			 -EINVAL);
}

static void does_not_wait_at_a_fifo(void **state)
{
	_secret_ struct ob_secret_key k = { { 0 } };
	const struct place *p = *state;

	assert_int_equal(mkfifo(p->path, 0600), 0);
	assert_int_equal(ob_secret_key_read(p->path, &k), -EINVAL);
	assert_int_equal(ob_secret_key_read(p->dir, &k), -EINVAL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_every_base64_digit),
		cmocka_unit_test(formats_what_it_parsed),
		cmocka_unit_test(formats_and_parses_all_bytes),
		cmocka_unit_test(refuses_a_wrong_length),
		cmocka_unit_test(refuses_base64_that_is_not_canonical),
		cmocka_unit_test(refuses_other_bytes_everywhere),
		cmocka_unit_test(fresh_keys_are_clamped_and_differ),
		cmocka_unit_test(wiping_leaves_zeros),
		cmocka_unit_test(zero_is_told_from_a_key),
		T(a_written_key_is_private_and_reads_back),
		T(writing_never_replaces_a_file),
		cmocka_unit_test(writing_into_no_directory_says_so),
		T(refuses_files_others_may_touch),
		T(refuses_files_of_somebody_else),
		T(reads_the_first_line_only),
		T(refuses_files_that_hold_no_key),
		T(does_not_wait_at_a_fifo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
