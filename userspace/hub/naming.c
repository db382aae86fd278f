// SPDX-License-Identifier: Apache-2.0
#include "hub/naming.h"

#include <string.h>

#include "apimachinery/crd_status.h"
#include "apimachinery/meta.h"
#include "base/clock.h"
#include "hub/persist.h"

struct definitions {
	cJSON **v;
	size_t n, room;
};

static const char *text(const cJSON *object, const char *path)
{
	const char *s = cJSON_GetStringValue(ob_json_at(object, path));

	return s ? s : "";
}

/* Those of a group; NULL: of all. */
static int load(struct ob_hub *hub, struct ob_arena *a, const char *group,
		struct definitions *ret)
{
	const struct ob_hub_kind *k =
		ob_hub_catalog_by_id(hub->catalog, OB_HUB_CRDS);
	const struct ob_hub_range range = { .resource = k->id,
					    .max = INT32_MAX };
	struct ob_hub_objects list = { 0 };
	int r = ob_hub_store_list(hub->store, &range, a, &list);

	for (size_t i = 0; r == 0 && i < list.n; i++) {
		cJSON *crd =
			ob_hub_persist_tree(a, k, ob_hub_kind_storage(k),
					    list.v[i].text, list.v[i].size);

		if (crd && (!group || !strcmp(text(crd, "spec.group"), group)))
			*OB_PUSH(a, ret) = crd;
	}
	return r;
}

int ob_hub_naming_establish(struct ob_hub *hub, struct ob_arena *a, cJSON *crd,
			    const char *now)
{
	const char *name = text(crd, "metadata.name");
	struct ob_api_crd_taken taken = { 0 };
	struct definitions others = { 0 };
	int r = load(hub, a, text(crd, "spec.group"), &others);

	if (r < 0)
		return r;
	for (size_t i = 0; i < others.n; i++)
		if (strcmp(text(others.v[i], "metadata.name"), name) != 0)
			ob_api_crd_take(a, &taken, others.v[i]);
	ob_api_crd_establish(a, crd, &taken, now);
	return 0;
}

static int retry_one(struct ob_hub *hub, struct ob_arena *a, cJSON *live)
{
	const struct ob_hub_kind *k =
		ob_hub_catalog_by_id(hub->catalog, OB_HUB_CRDS);
	const char *now = ob_api_time(a, (int64_t)ob_clock_realtime_s());
	cJSON *crd = ob_json_copy(a, live);
	const char *stored;
	int r = ob_hub_naming_establish(hub, a, crd, now);

	if (r < 0 || ob_json_equal(crd, live))
		return r;
	return ob_hub_persist_put(hub, k, a, live, crd, &stored);
}

int ob_hub_naming_retry(struct ob_hub *hub)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct definitions all = { 0 };
	int r = load(hub, a, NULL, &all);

	for (size_t i = 0; r == 0 && i < all.n; i++)
		if (!ob_api_crd_is_accepted(all.v[i]))
			r = retry_one(hub, a, all.v[i]);
	return r;
}
