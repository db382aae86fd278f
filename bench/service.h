/* SPDX-License-Identifier: Apache-2.0 */
/* What a service address costs: from_pod on a packet to one, of a connection
 * under way and of a new one, beside the same packet to a global address. */
#pragma once

#include <cjson/cJSON.h>

/* objects: the directory of the programs; nop: the fd of an empty one. json: an
 * array. 0 or negative errno. */
int ob_service_bench(const char *objects, int nop, int trials, cJSON *json);
