// SPDX-License-Identifier: Apache-2.0
#include "kube/digest.h"

#include <string.h>

static uint64_t combine(const struct ob_kube_seed *seed, uint64_t x, uint64_t y)
{
	uint64_t both[2] = { x, y };

	return ob_kube_hash(seed, both, sizeof(both));
}

static uint64_t digest_text(const struct ob_kube_seed *seed, const char *s)
{
	return ob_kube_hash(seed, s, strlen(s));
}

static uint64_t digest(const struct ob_kube_seed *seed, const cJSON *v,
		       bool top);

static uint64_t digest_members(const struct ob_kube_seed *seed, const cJSON *v,
			       bool top)
{
	uint64_t sum = 0;

	for (const cJSON *c = v->child; c; c = c->next) {
		if (top && (!strcmp(c->string, "kind") ||
			    !strcmp(c->string, "apiVersion")))
			continue;
		sum += combine(seed, digest_text(seed, c->string),
			       digest(seed, c, false));
	}
	return sum;
}

static uint64_t digest_elements(const struct ob_kube_seed *seed, const cJSON *v)
{
	uint64_t all = 0;

	for (const cJSON *c = v->child; c; c = c->next)
		all = combine(seed, all, digest(seed, c, false));
	return all;
}

/* As deep as a document may be: OB_JSON_MAX_DEPTH. */
static uint64_t digest(const struct ob_kube_seed *seed, const cJSON *v,
		       bool top)
{
	uint64_t inside = 0;

	if (cJSON_IsObject(v))
		inside = digest_members(seed, v, top);
	else if (cJSON_IsArray(v))
		inside = digest_elements(seed, v);
	else if (cJSON_IsString(v))
		inside = digest_text(seed, v->valuestring);
	else if (cJSON_IsNumber(v))
		inside = ob_kube_hash(seed, &v->valuedouble,
				      sizeof(v->valuedouble));
	return combine(seed, (uint64_t)(v->type & 0xff), inside);
}

uint64_t ob_kube_digest(const struct ob_kube_seed *seed, const cJSON *object)
{
	return digest(seed, object, true);
}

static bool is_empty(const cJSON *v)
{
	return !v || cJSON_IsNull(v) ||
	       ((cJSON_IsObject(v) || cJSON_IsArray(v)) && !v->child);
}

static uint64_t digest_member(const struct ob_kube_seed *seed, const char *key,
			      const cJSON *v)
{
	if (is_empty(v))
		return 0;
	return combine(seed, digest_text(seed, key), digest(seed, v, false));
}

uint64_t ob_kube_digest_managed(const struct ob_kube_seed *seed,
				const cJSON *object)
{
	static const char *const metadata[] = { "labels", "annotations",
						"ownerReferences" };
	const cJSON *meta = ob_json_get(object, "metadata");
	uint64_t sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(metadata); i++)
		sum += digest_member(seed, metadata[i],
				     ob_json_get(meta, metadata[i]));
	for (const cJSON *c = object ? object->child : NULL; c; c = c->next)
		if (strcmp(c->string, "kind") != 0 &&
		    strcmp(c->string, "apiVersion") != 0 &&
		    strcmp(c->string, "metadata") != 0 &&
		    strcmp(c->string, "status") != 0)
			sum += digest_member(seed, c->string, c);
	return sum;
}
