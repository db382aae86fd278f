/* SPDX-License-Identifier: Apache-2.0 */
/* What crossdns serves over HTTP: /metrics, /healthz, /readyz, /status. */
#pragma once

#include "crossdns/crossdns.h"
#include "http/server.h"

/* arg: struct ob_crossdns. */
void ob_crossdns_exposition(void *arg, struct ob_arena *a, const char *path,
			    struct ob_http_reply *reply);
