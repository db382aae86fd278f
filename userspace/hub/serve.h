/* SPDX-License-Identifier: Apache-2.0 */
/* hub serve: opens everything, and runs until SIGTERM or SIGINT. */
#pragma once

#include "base/status.h"
#include "hub/options.h"

int ob_hub_serve(const struct ob_hub_options *o, struct ob_status *status);
/* hub init: the same without the serving. */
int ob_hub_serve_init(const struct ob_hub_options *o, struct ob_status *status);
