/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions that look like objects and are stored nowhere: may I, who am I,
 * who is that. kubectl auth can-i and whoami ask them.
 */
#pragma once

#include "hub/call.h"

/* The call is such a question (it has no kind then). */
bool ob_hub_review_is(const struct ob_hub_route *route);
int ob_hub_review(struct ob_hub_call *c);
