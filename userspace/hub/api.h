/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests from beginning to end: who, may they, what, and the end of a turn,
 * when everything written becomes known.
 */
#pragma once

#include "hub/hub.h"

extern const struct ob_hub_http_ops ob_hub_api_ops; /* arg: struct ob_hub */
