/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structured logs on stderr, one line an event:
 *
 *   level=info msg="route added" prefix=10.114.0.0/16 dev=ob0
 *
 * With a journal or a terminal the time is somebody else's; otherwise the line
 * begins with time=<RFC 3339>. Libraries log at debug only. Each call site is
 * limited to OB_LOG_BURST lines per 10 s; the first line after that says how
 * many were suppressed. Secrets have no conversion: see model/key.h.
 */
#pragma once

#include <stdbool.h>

#define OB_LOG_BURST 50

/* "" is how a call says that it has no fields. */
#pragma GCC diagnostic ignored "-Wformat-zero-length"

enum ob_log_level {
	OB_LOG_ERROR,
	OB_LOG_WARNING,
	OB_LOG_INFO,
	OB_LOG_DEBUG,
};

struct ob_log_site {
	unsigned long long window_ms;
	unsigned int sent;
	unsigned int suppressed;
};

/* Lines above this level are not written. Default: info. */
void ob_log_set_level(enum ob_log_level level);
/* "error", "warning", "info" or "debug"; -EINVAL otherwise. */
int ob_log_level_parse(const char *s, enum ob_log_level *ret);

/*
 * msg is a constant sentence; fields is a printf format of space-separated
 * key=value pairs, "" for none. Values that may hold spaces or foreign bytes
 * are quoted by the caller with %s of ob_log_quote().
 */
void ob_log_write(struct ob_log_site *site, enum ob_log_level level,
		  const char *msg, const char *fields, ...)
	__attribute__((format(printf, 4, 5)));
/* "..." with quotes, backslashes and control bytes escaped; cut to size. */
const char *ob_log_quote(const char *s, char *buf, unsigned long size);

#define ob_log(level, msg, ...)                                                \
	do {                                                                   \
		static struct ob_log_site _site;                               \
		ob_log_write(&_site, (level), (msg), __VA_ARGS__);             \
	} while (0)

#define ob_error(msg, ...)   ob_log(OB_LOG_ERROR, msg, __VA_ARGS__)
#define ob_warning(msg, ...) ob_log(OB_LOG_WARNING, msg, __VA_ARGS__)
#define ob_info(msg, ...)    ob_log(OB_LOG_INFO, msg, __VA_ARGS__)
#define ob_debug(msg, ...)   ob_log(OB_LOG_DEBUG, msg, __VA_ARGS__)
