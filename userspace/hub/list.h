/* SPDX-License-Identifier: Apache-2.0 */
/* get and list. A list is sent while it is read, in pages of the store. */
#pragma once

#include "hub/call.h"

int ob_hub_get(struct ob_hub_call *c);
int ob_hub_list(struct ob_hub_call *c);
