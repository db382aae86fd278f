/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects as trees, in and out of the store: apiVersion and kind first, the
 * resourceVersion inside, owners indexed. For requests and for the janitor.
 */
#pragma once

#include "hub/hub.h"

/* -ENOENT. ret in version v; NULL: that of storage. */
int ob_hub_persist_get(struct ob_hub *hub, const struct ob_hub_kind *k,
		       const struct ob_api_version *v, const char *namespace,
		       const char *name, struct ob_arena *a, cJSON **ret);
/*
 * live: what it replaces, NULL: nothing. Sets apiVersion (that of storage),
 * kind and resourceVersion of object. ret_text: what was stored.
 */
int ob_hub_persist_put(struct ob_hub *hub, const struct ob_hub_kind *k,
		       struct ob_arena *a, const cJSON *live, cJSON *object,
		       const char **ret_text);
/* object: its last state; gets the resourceVersion of the deletion. */
int ob_hub_persist_drop(struct ob_hub *hub, const struct ob_hub_kind *k,
			struct ob_arena *a, cJSON *object);
/* apiVersion and kind first, as they are asked for. */
void ob_hub_persist_head(struct ob_arena *a, cJSON *object,
			 const char *api_version, const char *kind);
/* The text of a stored object in version v; text itself if it is. Defaults that
 * came after it was written are in it. */
const char *ob_hub_persist_in_version(struct ob_arena *a,
				      const struct ob_hub_kind *k,
				      const struct ob_api_version *v,
				      const struct ob_hub_object *o);
/* A stored object as a tree, in version v, with the defaults of now. NULL:
 * damaged. */
cJSON *ob_hub_persist_tree(struct ob_arena *a, const struct ob_hub_kind *k,
			   const struct ob_api_version *v, const char *text,
			   size_t size);
