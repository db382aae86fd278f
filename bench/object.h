/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BPF objects by file, so that the same harness measures the tree's programs
 * and any variant of them (--objects DIR).
 */
#pragma once

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

OB_DEFINE_CLEANUP(struct bpf_object *, bpf_object__close)
OB_DEFINE_CLEANUP(struct bpf_link *, bpf_link__destroy)

/* Detaches at once, whichever child process holds a copy of the fd. */
static inline void ob_link_drop(struct bpf_link **link)
{
	if (*link)
		bpf_link__detach(*link);
	bpf_link__destroyp(link);
	*link = NULL;
}

/* Opens DIR/NAME.bpf.o. */
int ob_object_open(const char *dir, const char *name, struct bpf_object **ret);
/* Sets a __u32 of .rodata before the load. False when there is none. */
bool ob_object_set(struct bpf_object *obj, const char *variable,
		   unsigned int v);
/* A __u64 of .bss, after the load. Not atomic with other variables. */
int ob_object_bss_get(struct bpf_object *obj, const char *variable,
		      uint64_t *ret);
int ob_object_bss_set(struct bpf_object *obj, const char *variable, uint64_t v);
/* Maps of the same name in an object already loaded are shared. */
int ob_object_share_maps(struct bpf_object *obj, struct bpf_object *loaded);
/* Attaches in the namespace of the calling thread. */
int ob_object_attach(struct bpf_object *obj, const char *program, int ifindex,
		     struct bpf_link **ret);
/* Runs of a program the kernel counted: not 0 means bpf_stats is on. */
unsigned long long ob_object_run_count(struct bpf_object *obj,
				       const char *program);
