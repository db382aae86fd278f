/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /metrics and /healthz. What the kernel counts is read when it is asked for.
 * Names: docs/operations.md; those that begin with wireguard_ are the ones
 * that existing dashboards use.
 */
#pragma once

#include "http/server.h"
#include "octopus/pass.h"

/* An ob_http_handler; arg is a struct ob_octopus. */
void ob_exposition_handle(void *arg, struct ob_arena *a, const char *path,
			  struct ob_http_reply *reply);
