/* SPDX-License-Identifier: Apache-2.0 */
/* The cells of a Deployment's row, for cells.c. */
#pragma once

#include "base/json.h"

/* name: "deployment.ready", ...; NULL: no such cell. */
cJSON *ob_api_cell_deployment(struct ob_arena *a, const char *name,
			      const cJSON *object);
