// SPDX-License-Identifier: Apache-2.0
#include "hub/convert.h"

#include <string.h>

/* Renamed from events.k8s.io/v1 to v1; what is not here has the same name. */
static const struct {
	const char *modern, *core;
} names[] = {
	{ "regarding", "involvedObject" },
	{ "note", "message" },
	{ "reportingController", "reportingComponent" },
	{ "deprecatedSource", "source" },
	{ "deprecatedFirstTimestamp", "firstTimestamp" },
	{ "deprecatedLastTimestamp", "lastTimestamp" },
	{ "deprecatedCount", "count" },
};

static bool is_modern_event(const struct ob_hub_kind *k)
{
	return strcmp(k->r->group, "events.k8s.io") == 0;
}

static void rename_field(struct ob_arena *a, cJSON *object, const char *from,
			 const char *to)
{
	cJSON *v = ob_json_get(object, from);

	if (!v)
		return;
	ob_json_set(a, object, to, ob_json_detach(object, v));
}

void ob_hub_convert_store(struct ob_arena *a, const struct ob_hub_kind *k,
			  cJSON *object)
{
	if (!is_modern_event(k))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		rename_field(a, object, names[i].modern, names[i].core);
}

void ob_hub_convert_load(struct ob_arena *a, const struct ob_hub_kind *k,
			 cJSON *object)
{
	if (!is_modern_event(k))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		rename_field(a, object, names[i].core, names[i].modern);
}
