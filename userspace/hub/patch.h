/* SPDX-License-Identifier: Apache-2.0 */
/* patch: the three that rewrite, and server-side apply. */
#pragma once

#include "hub/call.h"

int ob_hub_patch(struct ob_hub_call *c);
/* One of the three, of any tree; the reply says what is wrong. */
int ob_hub_patch_rewrite(struct ob_hub_call *c, enum ob_hub_body type,
			 cJSON **object, const cJSON *patch);
