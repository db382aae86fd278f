/* SPDX-License-Identifier: Apache-2.0 */
/* GET /status: what octopus knows, as JSON; octopus(8) has its shape. */
#pragma once

#include "octopus/pass.h"

/* Text in the arena. */
const char *ob_report(const struct ob_octopus *o, struct ob_arena *a);
