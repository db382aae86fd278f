/* SPDX-License-Identifier: Apache-2.0 */
/* obbench wireguard: one tunnel, with our programs and without. */
#pragma once

#include "options.h"

/* An exit status. */
int ob_wireguard_main(const struct ob_options *o);
