/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Service addresses: keys and values of the maps that balance connections to
 * a virtual address over the endpoints of all clusters.
 */
#pragma once

#include "ob/abi/types.h"

#define OB_SERVICE_LABEL_LEN 64 /* a DNS label (63) and its NUL */
