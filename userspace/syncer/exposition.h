/* SPDX-License-Identifier: Apache-2.0 */
/* Prometheus metrics, syncer(8), "METRICS". */
#pragma once

#include "http/server.h"
#include "syncer/control.h"

void ob_syncer_exposition(struct ob_arena *a, const struct ob_syncer_view *v,
			  struct ob_http_reply *reply);
