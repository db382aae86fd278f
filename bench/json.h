/* SPDX-License-Identifier: Apache-2.0 */
/* Result files: what was measured, where, and when. */
#pragma once

#include <cjson/cJSON.h>

#include "base/cleanup.h"
#include "options.h"
#include "stats.h"

OB_DEFINE_CLEANUP(cJSON *, cJSON_Delete)

/* An object with kernel, processor, time: what every result file tells. */
cJSON *ob_json_new(const char *benchmark);
/* NAN becomes null; rounded to three digits. */
void ob_json_number(cJSON *object, const char *name, double v);
void ob_json_spread(cJSON *object, const char *name, struct ob_spread s);
/* Writes o->json, or RESULTS/BENCHMARK.json, and says where. */
int ob_json_write(const struct ob_options *o, const char *benchmark,
		  const cJSON *json);
