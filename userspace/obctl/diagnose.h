/* SPDX-License-Identifier: Apache-2.0 */
/* obctl diagnose: what is broken first between the configuration and the
 * packets, and what mends it. */
#pragma once

#include "obctl/verb.h"

extern const struct ob_ctl_verb ob_ctl_diagnose;
