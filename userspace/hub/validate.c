// SPDX-License-Identifier: Apache-2.0
#include "hub/validate.h"

#include <inttypes.h>
#include <string.h>

#include "apimachinery/causes.h"
#include "apimachinery/selector.h"

static void at_least(struct ob_arena *a, const cJSON *spec, const char *key,
		     int64_t least, const char *detail,
		     struct ob_api_causes *causes)
{
	int64_t value;

	if (ob_json_int(spec, key, &value) == 0 && value < least)
		ob_api_causes_invalid(
			a, causes, ob_arena_printf(a, "spec.%s", key),
			ob_arena_printf(a, "%" PRId64, value), detail);
}

static void check_lease(struct ob_arena *a, const cJSON *lease,
			struct ob_api_causes *causes)
{
	const cJSON *spec = ob_json_get(lease, "spec");

	at_least(a, spec, "leaseDurationSeconds", 1, "must be greater than 0",
		 causes);
	at_least(a, spec, "leaseTransitions", 0,
		 "must be greater than or equal to 0", causes);
}

/* A map that is empty is as good as none. */
static bool same_map(const cJSON *x, const cJSON *y)
{
	bool no_x = !x || !x->child, no_y = !y || !y->child;

	return no_x || no_y ? no_x && no_y : ob_json_equal(x, y);
}

/* A ConfigMap or a Secret: once it is immutable it stays so. */
static void check_immutable(struct ob_arena *a, const cJSON *live,
			    const cJSON *object, struct ob_api_causes *causes)
{
	static const char *const maps[] = { "data", "binaryData" };
	const char *why = "Forbidden: field is immutable when `immutable` is "
			  "set";

	if (!ob_json_bool(live, "immutable", false))
		return;
	if (!ob_json_bool(object, "immutable", false))
		ob_api_causes_add(a, causes, "FieldValueForbidden", "immutable",
				  "%s", why);
	for (size_t i = 0; i < ARRAY_SIZE(maps); i++)
		if (!same_map(ob_json_get(live, maps[i]),
			      ob_json_get(object, maps[i])))
			ob_api_causes_add(a, causes, "FieldValueForbidden",
					  maps[i], "%s", why);
}

static void check_type(struct ob_arena *a, const cJSON *live,
		       const cJSON *object, struct ob_api_causes *causes)
{
	const char *was = ob_json_string(live, "type");
	const char *is = ob_json_string(object, "type");

	if (was && is && strcmp(was, is) != 0)
		ob_api_causes_invalid(a, causes, "type", ob_api_quote(a, is),
				      "field is immutable");
}

/* Of the Pods that it makes it must find every one, and always those. */
static void check_deployment(struct ob_arena *a, const cJSON *live,
			     const cJSON *object, struct ob_api_causes *causes)
{
	const cJSON *was = ob_json_at(live, "spec.selector");
	const cJSON *is = ob_json_at(object, "spec.selector");
	const cJSON *labels =
		ob_json_at(object, "spec.template.metadata.labels");
	const char *text = ob_api_label_selector_text(a, is);
	struct ob_api_selector *s;

	at_least(a, ob_json_get(object, "spec"), "replicas", 0,
		 "must be greater than or equal to 0", causes);
	if (!text || !*text ||
	    ob_api_label_selector_parse(a, text, &s, NULL) < 0)
		ob_api_causes_invalid(a, causes, "spec.selector",
				      ob_json_print(a, is),
				      "not a selector, or one of everything");
	else if (!ob_api_label_selector_matches(s, labels))
		ob_api_causes_invalid(
			a, causes, "spec.template.metadata.labels",
			labels ? ob_json_print(a, labels) : "null",
			"`selector` does not match template `labels`");
	if (live && !ob_json_equal(was, is))
		ob_api_causes_invalid(a, causes, "spec.selector",
				      ob_json_print(a, is),
				      "field is immutable");
}

void ob_hub_validate(struct ob_arena *a, const struct ob_hub_kind *k,
		     const cJSON *live, const cJSON *object,
		     struct ob_api_causes *causes)
{
	bool secret = strcmp(k->id, "secrets") == 0;

	if (strcmp(k->id, "leases.coordination.k8s.io") == 0)
		check_lease(a, object, causes);
	if (strcmp(k->id, OB_HUB_DEPLOYMENTS) == 0)
		check_deployment(a, live, object, causes);
	if (secret)
		check_type(a, live, object, causes);
	if (secret || strcmp(k->id, "configmaps") == 0)
		check_immutable(a, live, object, causes);
}
