/* SPDX-License-Identifier: Apache-2.0 */
/* obctl nat: which local prefix appears as which global one. */
#pragma once

#include <stdio.h>

#include "obctl/json.h"
#include "obctl/verb.h"
#include "obctl/view.h"

extern const struct ob_ctl_verb ob_ctl_nat;

/* An entry of ob_out, of ob_in, or of both when they say the same. */
struct ob_ctl_mapping {
	struct ob_prefix local, global;
	enum ob_nat_kind kind;
	bool out, in;
};

struct ob_ctl_mappings {
	struct ob_ctl_mapping *v;
	size_t n, room;
};

/* In the order of the global prefixes. Pure. */
struct ob_ctl_mappings ob_ctl_nat_list(const struct ob_ctl_view *view,
				       struct ob_arena *a);
void ob_ctl_nat_print(const struct ob_ctl_view *view, struct ob_arena *a,
		      FILE *out);
cJSON *ob_ctl_nat_json(const struct ob_ctl_view *view, struct ob_arena *a);
