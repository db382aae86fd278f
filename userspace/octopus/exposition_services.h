/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics of services across clusters. */
#pragma once

#include "octopus/exposition_kernel.h"

void ob_exposition_services(const struct ob_scrape *s);
