/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directories of pins. A lock is an flock(2) on a directory of bpffs itself:
 * it needs no other writable place and is the same one in every container and
 * mount namespace that sees these pins.
 */
#pragma once

#include "base/status.h"

/* Makes dir and its parents with mode 0700, on a bpffs which is mounted at
 * /sys/fs/bpf when dir lies below and there is none. -EPERM when others than
 * root and we could change what is in dir, or put another one in its place. */
int ob_bpffs_make(const char *dir, struct ob_status *status);

/* Waits for the lock on an existing directory. -ENOENT when it is gone. */
int ob_bpffs_lock(const char *dir, int *ret_fd);
/* -EBUSY when somebody has it. */
int ob_bpffs_trylock(const char *dir, int *ret_fd);

/* 0 when path is on a bpffs, -EXDEV when it is on something else. */
int ob_bpffs_check(const char *path);
