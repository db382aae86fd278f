/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection to an API server, used by one thread, which waits for every
 * answer: what a writer in a benchmark or a crash test is. Plain HTTP/1.1, so
 * that all servers are asked in the same way.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "kube/config.h"

struct ob_https;

/* One per process, before threads are made. */
void ob_https_global(void);
/* c is kept, and not changed. Aborts when out of memory. */
struct ob_https *ob_https_new(const struct ob_kube_config *c);
void ob_https_free(struct ob_https *h);
OB_DEFINE_CLEANUP(struct ob_https *, ob_https_free)

struct ob_https_reply {
	long code;	  /* 0: there was no answer, or not all of it */
	const char *body; /* NUL-terminated, until the next call */
	size_t size;
};
/* body may be NULL; it is JSON unless type says otherwise. */
void ob_https_call(struct ob_https *h, const char *method, const char *path,
		   const char *type, const char *body,
		   struct ob_https_reply *ret);

/*
 * GETs path and calls line for each line of the answer, without its newline,
 * until that or go says false or the connection ends. The code, 0: none.
 */
struct ob_https_lines {
	bool (*line)(void *arg, const char *line, size_t size);
	bool (*go)(void *arg); /* asked at least once a second */
	void *arg;
};
long ob_https_stream(struct ob_https *h, const char *path,
		     const struct ob_https_lines *lines);
