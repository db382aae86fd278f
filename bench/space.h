/* SPDX-License-Identifier: Apache-2.0 */
/* Network namespaces without names, gone with the last fd. */
#pragma once

/* The one of the calling thread: a new fd, or negative errno. */
int ob_space_here(void);
/* A new one, without IPv6 until asked for; the thread returns to home. */
int ob_space_new(int home, int *ret);
int ob_space_enter(int space);
