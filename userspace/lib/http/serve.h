/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server of metrics and health as an sd-event source. */
#pragma once

#include <systemd/sd-event.h>

#include "base/cleanup.h"
#include "base/prefix.h"
#include "base/status.h"
#include "http/server.h"

struct ob_serve;

int ob_serve_new(sd_event *event, const struct ob_addr *addr, uint16_t port,
		 ob_http_handler handler, void *arg, struct ob_serve **ret,
		 struct ob_status *status);
void ob_serve_free(struct ob_serve *s);
OB_DEFINE_CLEANUP(struct ob_serve *, ob_serve_free)
