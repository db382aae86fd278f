// SPDX-License-Identifier: Apache-2.0
#include "kube/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* So that one long line does not hold its memory for ever. */
#define KEEP_ROOM ((size_t)64 * 1024)

void ob_kube_lines_done(struct ob_kube_lines *l)
{
	free(l->rest);
	l->rest = NULL;
	l->size = l->room = 0;
}

static int keep(struct ob_kube_lines *l, const char *bytes, size_t size)
{
	size_t need = l->size + size;

	if (need > l->max + 1) /* a '\r' may be the last */
		return -EMSGSIZE;
	if (need > l->room) {
		size_t room = need < 2048 ? 4096 : need * 2;
		char *bigger = realloc(l->rest, room);

		if (!bigger)
			return -ENOMEM;
		l->rest = bigger;
		l->room = room;
	}
	if (size)
		memcpy(l->rest + l->size, bytes, size);
	l->size = need;
	return 0;
}

static int emit(struct ob_kube_lines *l, const char *line, size_t size,
		int (*fn)(void *arg, const char *line, size_t size), void *arg)
{
	if (size && line[size - 1] == '\r')
		size--;
	if (size > l->max)
		return -EMSGSIZE;
	return size ? fn(arg, line, size) : 0;
}

/* The piece ends the line that was kept. */
static int complete(struct ob_kube_lines *l, const char *piece, size_t size,
		    int (*fn)(void *arg, const char *line, size_t size),
		    void *arg)
{
	int r;

	if (!l->size)
		return emit(l, piece, size, fn, arg);
	r = keep(l, piece, size);
	if (r == 0)
		r = emit(l, l->rest, l->size, fn, arg);
	l->size = 0;
	if (l->room > KEEP_ROOM)
		ob_kube_lines_done(l);
	return r;
}

int ob_kube_lines_feed(struct ob_kube_lines *l, const char *bytes, size_t size,
		       int (*fn)(void *arg, const char *line, size_t size),
		       void *arg)
{
	const char *end = bytes + size, *newline;
	int r = 0;

	while (r == 0 && bytes < end) {
		newline = memchr(bytes, '\n', (size_t)(end - bytes));
		if (!newline)
			return keep(l, bytes, (size_t)(end - bytes));
		r = complete(l, bytes, (size_t)(newline - bytes), fn, arg);
		bytes = newline + 1;
	}
	return r;
}
