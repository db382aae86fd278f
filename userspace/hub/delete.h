/* SPDX-License-Identifier: Apache-2.0 */
/* delete and deletecollection. */
#pragma once

#include "hub/call.h"

int ob_hub_delete(struct ob_hub_call *c);
int ob_hub_delete_collection(struct ob_hub_call *c);
