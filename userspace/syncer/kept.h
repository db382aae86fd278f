/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An EndpointSlice as it is kept: without its labels, a few bytes for each
 * endpoint, in one piece of heap memory. There are thousands of them, and each
 * is looked at only now and then.
 */
#pragma once

#include "base/arena.h"
#include "model/endpoint_slice.h"

struct ob_kept_slice;

/* NULL: out of memory. */
struct ob_kept_slice *ob_kept_slice_new(const struct ob_endpoint_slice *s);
void ob_kept_slice_free(struct ob_kept_slice *k);
OB_DEFINE_CLEANUP(struct ob_kept_slice *, ob_kept_slice_free)

const char *ob_kept_slice_name(const struct ob_kept_slice *k);
size_t ob_kept_slice_endpoints(const struct ob_kept_slice *k);
bool ob_kept_slice_deleting(const struct ob_kept_slice *k);
/* As it was, in the arena, but labels are ""; its text is that of k. */
const struct ob_endpoint_slice *
ob_kept_slice_open(struct ob_arena *a, const struct ob_kept_slice *k);
