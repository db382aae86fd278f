/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that are no objects: discovery, OpenAPI, version, health, metrics. */
#pragma once

#include "hub/call.h"

int ob_hub_plain(struct ob_hub_call *c);
