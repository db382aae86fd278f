// SPDX-License-Identifier: Apache-2.0
#include "hub/body.h"

#include <errno.h>
#include <string.h>

#include "hub/decode.h"
#include "hub/protobuf.h"

static int decode(struct ob_hub_call *c, enum ob_hub_body type, cJSON **ret,
		  struct ob_status *status)
{
	switch (type) {
	case OB_HUB_BODY_UNKNOWN:
		return -ENOTSUP;
	case OB_HUB_BODY_PROTOBUF:
		return ob_hub_protobuf_decode(c->a, c->x->body, c->x->body_size,
					      ret, status);
	case OB_HUB_BODY_YAML:
	case OB_HUB_BODY_APPLY_PATCH:
		return ob_hub_decode_yaml(c->a, c->x->body, c->x->body_size,
					  ret, status);
	case OB_HUB_BODY_JSON:
	case OB_HUB_BODY_JSON_PATCH:
	case OB_HUB_BODY_MERGE_PATCH:
	case OB_HUB_BODY_STRATEGIC_PATCH:
		break;
	}
	return ob_hub_decode_json(c->a, c->x->body, c->x->body_size, ret,
				  status);
}

static int compare(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* The first key that an object has twice, anywhere; NULL. The depth is bounded
 * by the parser. */
static const char *duplicate(struct ob_arena *a, const cJSON *v)
{
	OB_LIST(const char *) keys = { 0 };
	const cJSON *m;

	cJSON_ArrayForEach(m, v)
	{
		const char *inside = duplicate(a, m);

		if (inside)
			return inside;
		if (cJSON_IsObject(v))
			*OB_PUSH(a, &keys) = m->string;
	}
	if (keys.n > 1)
		qsort(keys.v, keys.n, sizeof(*keys.v), compare);
	for (size_t i = 1; i < keys.n; i++)
		if (strcmp(keys.v[i - 1], keys.v[i]) == 0)
			return keys.v[i];
	return NULL;
}

int ob_hub_body_decode(struct ob_hub_call *c, const char *what, cJSON **ret)
{
	enum ob_hub_body type = ob_hub_media_body(c->x->content_type);
	struct ob_status status = OB_STATUS_INIT;
	const char *twice;
	int r = decode(c, type, ret, &status);

	if (r == -ENOTSUP)
		return ob_hub_call_fail(
			c, 415, "UnsupportedMediaType",
			"the body of the request was in an unknown format - "
			"accepted media types include: application/json, "
			"application/yaml");
	if (r < 0)
		return ob_hub_call_fail(c, 400, "BadRequest",
					"the object provided is unrecognized "
					"(must be of type %s): %s",
					what, status.message);
	twice = duplicate(c->a, *ret);
	if (twice)
		return ob_hub_call_fail(c, 400, "BadRequest",
					"the object provided is unrecognized "
					"(must be of type %s): it has the key "
					"\"%s\" twice",
					what, twice);
	if (type != OB_HUB_BODY_JSON_PATCH && !cJSON_IsObject(*ret))
		return ob_hub_call_fail(c, 400, "BadRequest",
					"the object provided is unrecognized "
					"(must be of type %s): it is no object",
					what);
	return 0;
}
