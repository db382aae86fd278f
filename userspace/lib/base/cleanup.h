/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ownership, one function at a time: every owning local is declared with a
 * cleanup attribute and a neutral value, and leaves the function only through
 * TAKE_PTR or TAKE_FD. See docs/style.md.
 */
#pragma once

#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _free_	     _cleanup_(ob_freep)
#define _close_	     _cleanup_(ob_closep)

/* Defines void NAMEp(type *p): calls free_fn(*p) when *p is not NULL. */
#define OB_DEFINE_CLEANUP(type, free_fn)                                       \
	static inline void free_fn##p(type *p)                                 \
	{                                                                      \
		if (*p)                                                        \
			free_fn(*p);                                           \
	}

#define TAKE_PTR(p)                                                            \
	({                                                                     \
		__typeof__(p) *_pp = &(p);                                     \
		__typeof__(p) _v = *_pp;                                       \
		*_pp = NULL;                                                   \
		_v;                                                            \
	})

#define TAKE_FD(fd)                                                            \
	({                                                                     \
		int *_pfd = &(fd);                                             \
		int _v = *_pfd;                                                \
		*_pfd = -1;                                                    \
		_v;                                                            \
	})

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline void ob_freep(void *p)
{
	free(*(void **)p);
}

static inline void ob_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
