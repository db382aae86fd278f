/* SPDX-License-Identifier: Apache-2.0 */
/* obctl status: everything at a glance. */
#pragma once

#include <stdio.h>

#include "obctl/json.h"
#include "obctl/verb.h"
#include "obctl/view.h"

extern const struct ob_ctl_verb ob_ctl_status;

void ob_ctl_status_print(const struct ob_ctl_view *view, struct ob_arena *a,
			 FILE *out);
cJSON *ob_ctl_status_json(const struct ob_ctl_view *view, struct ob_arena *a);
