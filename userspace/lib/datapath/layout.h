/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every map looks like to this version: the other side of
 * bpf/lib/maps.bpf.h. The kernel copies a value as large as the map says to
 * wherever it is told, so a pinned map of another size must never be read.
 */
#pragma once

#include "base/status.h"
#include "datapath/datapath.h"

/* -EINVAL, with a status that says what differs, unless the map fits. */
int ob_layout_check(enum ob_map map, int fd, const char *path,
		    struct ob_status *status);
