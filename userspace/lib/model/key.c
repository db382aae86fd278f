// SPDX-License-Identifier: Apache-2.0
#include "model/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"

#define BASE64_LEN (OB_KEY_STRLEN - 1)

/*
 * Base64 without tables and without branches on the data: a private key
 * should not show in the cache or the branch predictor.
 */

/* All ones when lo <= c <= hi, else zero. */
static uint32_t in_range(uint32_t c, uint32_t lo, uint32_t hi)
{
	return (((c - lo) | (hi - c)) >> 31) - 1;
}

/* Value of a base64 character plus one; 0: none. */
static uint32_t decode_char(uint32_t c)
{
	return (in_range(c, 'A', 'Z') & (c - 'A' + 1)) |
	       (in_range(c, 'a', 'z') & (c - 'a' + 27)) |
	       (in_range(c, '0', '9') & (c - '0' + 53)) |
	       (in_range(c, '+', '+') & 63) | (in_range(c, '/', '/') & 64);
}

static char encode_char(uint32_t v)
{
	return (char)((in_range(v, 0, 25) & (v + 'A')) |
		      (in_range(v, 26, 51) & (v - 26 + 'a')) |
		      (in_range(v, 52, 61) & (v - 52 + '0')) |
		      (in_range(v, 62, 62) & '+') |
		      (in_range(v, 63, 63) & '/'));
}

/* s has BASE64_LEN characters. Four of them are three bytes. */
static int decode(const char *s, uint8_t out[32])
{
	uint32_t bad = 0, group;

	for (size_t i = 0; i < 32; i++) {
		size_t bit = i * 8, at = bit / 6;
		uint32_t a = decode_char((uint8_t)s[at]);
		uint32_t b = decode_char((uint8_t)s[at + 1]);

		bad |= (a - 1) >> 31 | (b - 1) >> 31;
		group = ((a - 1) & 63) << 6 | ((b - 1) & 63);
		out[i] = (uint8_t)(group >> (4 - bit % 6));
		/* The two bits that 256 do not fill must be zero. */
		if (i == 31)
			bad |= group & 3;
	}
	return bad || s[BASE64_LEN - 1] != '=' ? -EINVAL : 0;
}

static void encode(const uint8_t in[32], char out[OB_KEY_STRLEN])
{
	for (size_t i = 0; i < BASE64_LEN - 1; i++) {
		size_t bit = i * 6, at = bit / 8;
		uint32_t group = (uint32_t)in[at] << 8;

		if (at + 1 < 32)
			group |= in[at + 1];
		out[i] = encode_char(group >> (10 - bit % 8) & 63);
	}
	out[BASE64_LEN - 1] = '=';
	out[BASE64_LEN] = '\0';
}

int ob_key_parse(const char *s, struct ob_key *ret)
{
	struct ob_key k;
	int r;

	if (strnlen(s, OB_KEY_STRLEN) != BASE64_LEN)
		return -EINVAL;
	r = decode(s, k.b);
	if (r < 0)
		return r;
	*ret = k;
	return 0;
}

const char *ob_key_format(const struct ob_key *k, char *buf, size_t size)
{
	char text[OB_KEY_STRLEN];

	encode(k->b, text);
	snprintf(buf, size, "%s", text);
	return buf;
}

bool ob_key_equal(const struct ob_key *a, const struct ob_key *b)
{
	return !memcmp(a->b, b->b, sizeof(a->b));
}

static bool all_zero(const uint8_t b[32])
{
	uint8_t any = 0;

	for (size_t i = 0; i < 32; i++)
		any |= b[i];
	return any == 0;
}

bool ob_key_is_zero(const struct ob_key *k)
{
	return all_zero(k->b);
}

int ob_secret_key_new(struct ob_secret_key *ret)
{
	_secret_ struct ob_secret_key k = { { 0 } };
	ssize_t n;

	/* Up to 256 bytes come whole or not at all, see getrandom(2). */
	do
		n = getrandom(k.b, sizeof(k.b), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	k.b[0] &= 248;
	k.b[31] = (uint8_t)((k.b[31] & 127) | 64);
	*ret = k;
	return 0;
}

/* Opens without waiting for a writer, should it be a FIFO. */
static int open_private(const char *path, int *ret_fd)
{
	_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_mode & (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH))
		return -EPERM;
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return -EPERM;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int ob_secret_key_read(const char *path, struct ob_secret_key *ret)
{
	_secret_ struct ob_secret_key k = { { 0 } };
	char line[OB_KEY_STRLEN] = "";
	_close_ int fd = -1;
	ssize_t len;
	int r;

	r = open_private(path, &fd);
	if (r < 0)
		return r;
	len = ob_file_read(fd, line, sizeof(line));
	if (len < 0)
		return (int)len;
	r = -EINVAL;
	if (len == BASE64_LEN ||
	    (len == OB_KEY_STRLEN && line[len - 1] == '\n'))
		r = decode(line, k.b);
	explicit_bzero(line, sizeof(line));
	if (r < 0)
		return r;
	/* To the kernel a key of zeros means "no key". */
	if (all_zero(k.b))
		return -EINVAL;
	*ret = k;
	return 0;
}

/* link(2) makes the file appear whole, and fails when there is one. */
static int write_and_link(int fd, const char *temp, const char *path,
			  const struct ob_secret_key *k)
{
	char line[OB_KEY_STRLEN];
	int r;

	encode(k->b, line);
	line[BASE64_LEN] = '\n';
	r = ob_file_write(fd, line, sizeof(line));
	explicit_bzero(line, sizeof(line));
	if (r < 0)
		return r;
	if (fsync(fd) < 0)
		return -errno;
	return link(temp, path) < 0 ? -errno : 0;
}

int ob_secret_key_write(const char *path, const struct ob_secret_key *k)
{
	_free_ char *temp = NULL;
	_close_ int fd = -1;
	int r;

	if (asprintf(&temp, "%s.XXXXXX", path) < 0) {
		temp = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(temp, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return -errno;
	r = write_and_link(fd, temp, path, k);
	unlink(temp);
	return r;
}

void ob_secret_key_wipe(struct ob_secret_key *k)
{
	explicit_bzero(k->b, sizeof(k->b));
}
