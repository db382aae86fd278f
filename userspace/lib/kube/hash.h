/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SipHash-2-4 (Aumasson, Bernstein: SipHash, a fast short-input PRF): names of
 * objects are chosen by others, who must not be able to make them collide.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct ob_kube_seed {
	uint64_t k[2];
};

/* From the kernel's generator. */
void ob_kube_seed_init(struct ob_kube_seed *seed);
uint64_t ob_kube_hash(const struct ob_kube_seed *seed, const void *bytes,
		      size_t size);
/* Not for secrets: jitter. */
uint32_t ob_kube_random(void);
