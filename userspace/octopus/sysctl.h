/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers below /proc/sys. Those of net/ are of the network namespace of the
 * calling thread (net/sysctl_net.c), whichever mount they are seen through.
 */
#pragma once

/* -ENOENT when it does not exist. */
int ob_sysctl_read(const char *name, unsigned int *ret);
/* -EROFS in a container whose /proc/sys is read-only. */
int ob_sysctl_write(const char *name, unsigned int value);
