/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cuts a stream into lines, of any pieces it may come in. Pure, for foreign
 * bytes. Private to this folder.
 */
#pragma once

#include <stddef.h>

struct ob_kube_lines {
	size_t max; /* of a line, without its end */
	char *rest; /* a line that is not complete yet */
	size_t size, room;
};

/*
 * Calls fn for each complete line that is not empty, without its "\n" or
 * "\r\n". Stops at a result that is not 0 and returns it: the rest of the
 * bytes is lost then. -EMSGSIZE: a line is longer than max. -ENOMEM.
 */
int ob_kube_lines_feed(struct ob_kube_lines *l, const char *bytes, size_t size,
		       int (*fn)(void *arg, const char *line, size_t size),
		       void *arg);
/* Forgets what is not complete; it can be used again. */
void ob_kube_lines_done(struct ob_kube_lines *l);
