/* SPDX-License-Identifier: Apache-2.0 */
/* What both kinds of load share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "../../tests/hub/crash/https.h"
#include "load.h"

#define OB_LOAD_NAMESPACE "ob-bench"
#define OB_LOAD_PATH	  "/api/v1/namespaces/" OB_LOAD_NAMESPACE "/configmaps"

/* Creates (number 0) or updates "NAME"; its data has the number. */
bool ob_load_put(struct ob_https *h, const char *name, uint64_t number);
