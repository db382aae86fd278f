/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subresource "scale" (autoscaling/v1) of kinds that have spec.replicas and
 * spec.selector: another look at the object, with no more than the number in
 * it. What "kubectl scale" reads and writes. get, update and the patches that
 * rewrite; nobody applies a Scale.
 */
#pragma once

#include "hub/call.h"

int ob_hub_scale(struct ob_hub_call *c);
