/* SPDX-License-Identifier: Apache-2.0 */
/* patch: the three that rewrite, and server-side apply. */
#pragma once

#include "hub/call.h"

int ob_hub_patch(struct ob_hub_call *c);
