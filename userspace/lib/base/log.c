// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define LINE_LEN  4096
#define WINDOW_MS 10000

static const char *const levels[] = {
	[OB_LOG_ERROR] = "error",
	[OB_LOG_WARNING] = "warning",
	[OB_LOG_INFO] = "info",
	[OB_LOG_DEBUG] = "debug",
};

static enum ob_log_level max_level = OB_LOG_INFO;

void ob_log_set_level(enum ob_log_level level)
{
	max_level = level;
}

int ob_log_level_parse(const char *s, enum ob_log_level *ret)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (!strcmp(s, levels[i])) {
			*ret = (enum ob_log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

/* One line being put together; what does not fit is cut off. */
struct line {
	char buf[LINE_LEN];
	size_t len;
};

static void line_addv(struct line *l, const char *format, va_list args)
{
	/* One byte stays free for the newline. */
	size_t room = sizeof(l->buf) - 1 - l->len;
	int n = vsnprintf(l->buf + l->len, room, format, args);

	if (n > 0)
		l->len += (size_t)n < room ? (size_t)n : room - 1;
}

__attribute__((format(printf, 2, 3))) static void
line_add(struct line *l, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line_addv(l, format, args);
	va_end(args);
}

/* systemd.exec(5): device and inode of the socket that is the journal. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;
	char *end;

	if (!stream || fstat(STDERR_FILENO, &st) < 0)
		return false;
	dev = strtoull(stream, &end, 10);
	if (*end != ':')
		return false;
	ino = strtoull(end + 1, &end, 10);
	return *end == '\0' && st.st_dev == dev && st.st_ino == ino;
}

static void line_add_time(struct line *l)
{
	struct timespec ts = { 0 };
	char text[32];
	struct tm tm;

	if (isatty(STDERR_FILENO) || stderr_is_journal())
		return;
	clock_gettime(CLOCK_REALTIME, &ts);
	if (!gmtime_r(&ts.tv_sec, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		return;
	line_add(l, "time=%s.%03ldZ ", text, ts.tv_nsec / 1000000);
}

/* One event is one line, whatever a value that was not quoted holds. */
static void line_end(struct line *l)
{
	for (size_t i = 0; i < l->len; i++)
		if ((unsigned char)l->buf[i] < ' ' || l->buf[i] == 0x7f)
			l->buf[i] = '?';
	l->buf[l->len++] = '\n';
}

/* May this call site write now? *ret_suppressed: lines lost before. */
static bool site_admit(struct ob_log_site *site, unsigned long long now_ms,
		       unsigned int *ret_suppressed)
{
	*ret_suppressed = 0;
	if (site->sent == 0 || now_ms - site->window_ms >= WINDOW_MS) {
		*ret_suppressed = site->suppressed;
		*site = (struct ob_log_site){ .window_ms = now_ms };
	}
	if (site->sent >= OB_LOG_BURST) {
		site->suppressed++;
		return false;
	}
	site->sent++;
	return true;
}

static void line_write(const struct line *l)
{
	ssize_t n;

	do
		n = write(STDERR_FILENO, l->buf, l->len);
	while (n < 0 && errno == EINTR);
}

void ob_log_write(struct ob_log_site *site, enum ob_log_level level,
		  const char *msg, const char *fields, ...)
{
	struct line l = { .len = 0 };
	unsigned int suppressed;
	int saved = errno;
	va_list args;
	size_t bare;

	if (level > max_level ||
	    !site_admit(site, ob_clock_monotonic_ms(), &suppressed))
		return;
	line_add_time(&l);
	line_add(&l, "level=%s msg=\"%s\"", levels[level], msg);
	if (suppressed)
		line_add(&l, " suppressed=%u", suppressed);
	line_add(&l, " ");
	bare = l.len;
	va_start(args, fields);
	line_addv(&l, fields, args);
	va_end(args);
	if (l.len == bare) /* no fields: no space before them */
		l.len--;
	line_end(&l);
	line_write(&l);
	errno = saved;
}

/* The escaped form of one byte in out; returns its length. */
static size_t escape(unsigned char c, char out[5])
{
	static const char named[] = "\"\\\n\r\t", as[] = "\"\\nrt";
	const char *at = memchr(named, c, sizeof(named) - 1);

	if (at) {
		out[0] = '\\';
		out[1] = as[at - named];
		return 2;
	}
	/* Not only control bytes: 0x9b starts a sequence on some terminals. */
	if (c < ' ' || c > '~')
		return (size_t)snprintf(out, 5, "\\x%02x", c);
	out[0] = (char)c;
	return 1;
}

const char *ob_log_quote(const char *s, char *buf, unsigned long size)
{
	size_t len = 0;

	if (size < 3) {
		if (size)
			buf[0] = '\0';
		return buf;
	}
	buf[len++] = '"';
	for (; *s; s++) {
		char one[5];
		size_t n = escape((unsigned char)*s, one);

		if (len + n + 2 > size)
			break;
		memcpy(buf + len, one, n);
		len += n;
	}
	buf[len++] = '"';
	buf[len] = '\0';
	return buf;
}
