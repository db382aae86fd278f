/* SPDX-License-Identifier: Apache-2.0 */
/* obbench datapath: nanoseconds of each program by itself. */
#pragma once

#include "options.h"

/* An exit status. */
int ob_datapath_main(const struct ob_options *o);
