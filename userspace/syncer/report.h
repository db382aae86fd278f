/* SPDX-License-Identifier: Apache-2.0 */
/* What /status says: JSON, for people and for obctl. */
#pragma once

#include "base/json.h"
#include "syncer/control.h"

cJSON *ob_syncer_report(struct ob_arena *a, const struct ob_syncer_view *v);
