/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics of hub mode: the connection, Peers, the Lease, allocation. */
#pragma once

#include "octopus/exposition_kernel.h"

void ob_exposition_hub(const struct ob_scrape *s);
