/* SPDX-License-Identifier: Apache-2.0 */
/* The table, the ratios against their targets, and the JSON file. */
#pragma once

#include "options.h"
#include "result.h"

/* EXIT_SUCCESS unless a sample was refused or nothing could be written. */
int ob_network_report(const struct ob_options *o,
		      const struct ob_results *results, int cpu);
