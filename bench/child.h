/* SPDX-License-Identifier: Apache-2.0 */
/* Tools of the system, run in a network namespace of ours. */
#pragma once

#include <stdbool.h>

/*
 * Runs argv in the namespace with input on its standard input and its output
 * discarded (errors stay visible unless quiet). 0, -ENOENT when there is no
 * such program, -EIO when it failed, or another negative errno.
 */
int ob_child_run(int netns, const char *const argv[], const char *input,
		 bool quiet);

/* Runs lines of ip(8) commands. */
int ob_child_ip(int netns, const char *commands);

/* Writes a sysctl (path below /proc/sys) in the namespace. */
int ob_child_sysctl(int netns, const char *path, const char *value);
