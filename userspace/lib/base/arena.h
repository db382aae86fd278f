/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory with the lifetime of one reconcile pass or one event: allocated
 * piecemeal, freed at once. Allocation never fails: a daemon that cannot get
 * the few kilobytes of one pass aborts with a message. Zeroed, aligned to 16.
 */
#pragma once

#include <stddef.h>

#include "base/cleanup.h"

struct ob_arena;

struct ob_arena *ob_arena_new(void);
void ob_arena_free(struct ob_arena *a);
OB_DEFINE_CLEANUP(struct ob_arena *, ob_arena_free)

/* Frees everything allocated so far; the arena stays usable. */
void ob_arena_reset(struct ob_arena *a);
void *ob_arena_alloc(struct ob_arena *a, size_t size);
/* n elements of size bytes; aborts on overflow. */
void *ob_arena_array(struct ob_arena *a, size_t n, size_t size);
char *ob_arena_strdup(struct ob_arena *a, const char *s);
char *ob_arena_printf(struct ob_arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Growable array in an arena: struct { T *v; size_t n, room; } and
 * OB_PUSH(arena, &list) which returns a zeroed T * to fill in.
 */
#define OB_LIST(T)                                                             \
	struct {                                                               \
		T *v;                                                          \
		size_t n, room;                                                \
	}
#define OB_PUSH(arena, list)                                                   \
	((__typeof__((list)->v))ob_arena_push((arena), (void **)&(list)->v,    \
					      &(list)->n, &(list)->room,       \
					      sizeof(*(list)->v)))
void *ob_arena_push(struct ob_arena *a, void **v, size_t *n, size_t *room,
		    size_t size);
