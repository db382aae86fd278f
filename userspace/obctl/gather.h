/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathers what obctl diagnose judges: reads, asks and probes, in this order,
 * and changes nothing. Takes a few seconds when something does not answer.
 */
#pragma once

#include "obctl/facts.h"
#include "obctl/verb.h"

/*
 * What octopus says in /status, soon: NULL when it does not, or is another
 * cluster's. By --config, the usual file, or where octopus serves by default.
 */
const struct ob_ctl_daemon *ob_ctl_gather_status(struct ob_ctl *ctl,
						 const char *cluster);

void ob_ctl_gather(struct ob_ctl *ctl, struct ob_ctl_facts *f);
