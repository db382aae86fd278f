/* SPDX-License-Identifier: Apache-2.0 */
/* Named network namespaces, as ip-netns(8) keeps them in /run/netns. */
#pragma once

/*
 * Moves the calling thread into the namespace: a path, or a name below
 * /run/netns. The mount namespace stays (unlike "ip netns exec", which hides
 * /sys/fs/bpf). -ENOENT, -EPERM.
 */
int ob_netns_enter(const char *name_or_path);
