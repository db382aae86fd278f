/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the desired state that lives in the datapath's maps. Pure. */
#pragma once

#include "octopus/desired.h"

/* Fills config, clusters, destinations and nats; d->link is known. */
void ob_desired_maps(struct ob_arena *a, const struct ob_network *net,
		     const struct ob_facts *facts, struct ob_desired *d);
