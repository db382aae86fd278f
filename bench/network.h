/* SPDX-License-Identifier: Apache-2.0 */
/* obbench network: a raw sender through a gateway, every way we know of. */
#pragma once

#include "options.h"

/* An exit status. */
int ob_network_main(const struct ob_options *o);
