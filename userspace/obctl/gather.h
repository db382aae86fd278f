/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathers what obctl diagnose judges: reads, asks and probes, in this order,
 * and changes nothing. Takes a few seconds when something does not answer.
 */
#pragma once

#include "obctl/facts.h"
#include "obctl/verb.h"

void ob_ctl_gather(struct ob_ctl *ctl, struct ob_ctl_facts *ret);
