/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client wants to have (Accept) and what it sends (Content-Type), as
 * far as API clients use them: the first acceptable media type wins.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"

enum ob_hub_media {
	OB_HUB_MEDIA_NONE, /* nothing that we can make */
	OB_HUB_MEDIA_JSON,
	OB_HUB_MEDIA_TABLE,   /* as=Table */
	OB_HUB_MEDIA_PARTIAL, /* as=PartialObjectMetadata[List] */
	OB_HUB_MEDIA_GROUPS,  /* as=APIGroupDiscoveryList */
	OB_HUB_MEDIA_OPENAPI, /* protobuf of /openapi/v2 */
};

struct ob_hub_accept {
	enum ob_hub_media media;
	char version[16]; /* v= of the above: "v1", "v2beta1" */
};

/*
 * accept may be NULL: JSON. Media types in can (bits 1 << enum) are taken,
 * JSON always.
 */
struct ob_hub_accept ob_hub_media_accept(struct ob_arena *a, const char *accept,
					 unsigned int can);

enum ob_hub_body {
	OB_HUB_BODY_UNKNOWN,
	OB_HUB_BODY_JSON,
	OB_HUB_BODY_YAML,
	OB_HUB_BODY_PROTOBUF,
	OB_HUB_BODY_JSON_PATCH,
	OB_HUB_BODY_MERGE_PATCH,
	OB_HUB_BODY_STRATEGIC_PATCH,
	OB_HUB_BODY_APPLY_PATCH,
};

/* NULL or "": JSON, as clients without manners mean it. */
enum ob_hub_body ob_hub_media_body(const char *content_type);
