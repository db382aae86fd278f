// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ALIGN	  16
#define FIRST_LEN 4096
#define MOST_LEN  (1024 * 1024)

/* Chunks double up to MOST_LEN; what does not fit one gets its own. */
struct chunk {
	struct chunk *next;
	size_t size, used;
	_Alignas(ALIGN) unsigned char data[];
};

struct ob_arena {
	struct chunk *chunks; /* the first is the one being filled */
};

static _Noreturn void out_of_memory(void)
{
	static const char text[] = "out of memory\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		abort();
	abort();
}

struct ob_arena *ob_arena_new(void)
{
	struct ob_arena *a = calloc(1, sizeof(*a));

	if (!a)
		out_of_memory();
	return a;
}

static void chunks_free(struct chunk *c)
{
	while (c) {
		struct chunk *next = c->next;

		free(c);
		c = next;
	}
}

void ob_arena_free(struct ob_arena *a)
{
	if (!a)
		return;
	chunks_free(a->chunks);
	free(a);
}

void ob_arena_reset(struct ob_arena *a)
{
	struct chunk *c = a->chunks;

	if (!c)
		return;
	chunks_free(c->next);
	c->next = NULL;
	c->used = 0;
	ASAN_POISON_MEMORY_REGION(c->data, c->size);
}

static struct chunk *chunk_new(size_t size)
{
	struct chunk *c = malloc(sizeof(*c) + size);

	if (!c)
		out_of_memory();
	c->next = NULL;
	c->size = size;
	c->used = 0;
	ASAN_POISON_MEMORY_REGION(c->data, c->size);
	return c;
}

/* A chunk with room for size bytes, linked in. */
static struct chunk *chunk_add(struct ob_arena *a, size_t size)
{
	size_t len = a->chunks ? a->chunks->size * 2 : FIRST_LEN;
	struct chunk *c;

	if (len > MOST_LEN)
		len = MOST_LEN;
	if (size > len && a->chunks) {
		/* A big one goes behind: the first still has room. */
		c = chunk_new(size);
		c->next = a->chunks->next;
		a->chunks->next = c;
		return c;
	}
	c = chunk_new(size > len ? size : len);
	c->next = a->chunks;
	a->chunks = c;
	return c;
}

void *ob_arena_alloc(struct ob_arena *a, size_t size)
{
	struct chunk *c = a->chunks;
	size_t need;
	void *p;

	if (size > SIZE_MAX / 4)
		out_of_memory();
	/* At least one byte between two allocations, poisoned under ASan. */
	need = (size + ALIGN) & ~(size_t)(ALIGN - 1);
	if (!c || c->size - c->used < need)
		c = chunk_add(a, need);
	p = c->data + c->used;
	c->used += need;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	memset(p, 0, size);
	return p;
}

void *ob_arena_array(struct ob_arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		out_of_memory();
	return ob_arena_alloc(a, total);
}

char *ob_arena_strdup(struct ob_arena *a, const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(ob_arena_alloc(a, size), s, size);
}

char *ob_arena_printf(struct ob_arena *a, const char *format, ...)
{
	va_list args;
	char *s;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		out_of_memory();
	s = ob_arena_alloc(a, (size_t)len + 1);
	va_start(args, format);
	vsnprintf(s, (size_t)len + 1, format, args);
	va_end(args);
	return s;
}

void *ob_arena_push(struct ob_arena *a, void **v, size_t *n, size_t *room,
		    size_t size)
{
	if (*n == *room) {
		size_t more = *room ? *room * 2 : 8;
		void *bigger = ob_arena_array(a, more, size);

		if (*n)
			memcpy(bigger, *v, *n * size);
		*v = bigger;
		*room = more;
	}
	return (char *)*v + (*n)++ * size;
}
