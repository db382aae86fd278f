// SPDX-License-Identifier: Apache-2.0
/* The verbs of kube/client.h, as requests. */
#include "kube/client.h"

#include <errno.h>

#include "kube/path.h"
#include "kube/request.h"

#define JSON "application/json"

/* A verb on one object, or on a collection when named is false. */
static int send_verb(struct ob_kube *k, const struct ob_kube_ref *ref,
		     bool named, const struct ob_kube_parameter *parameters,
		     size_t n, struct ob_kube_request *request,
		     ob_kube_reply_fn fn, void *arg,
		     struct ob_kube_call **ret_call)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *path = NULL;
	int r = ob_kube_path(a, ref, named, &path, NULL);

	if (r < 0)
		return r;
	request->path = ob_kube_path_query(a, path, parameters, n);
	return ob_kube_request_send(k, request, fn, arg, ret_call);
}

int ob_kube_get(struct ob_kube *k, const struct ob_kube_ref *ref,
		ob_kube_reply_fn fn, void *arg, struct ob_kube_call **ret_call)
{
	struct ob_kube_request request = { .method = "GET", .object = true };

	return send_verb(k, ref, true, NULL, 0, &request, fn, arg, ret_call);
}

int ob_kube_list(struct ob_kube *k, const struct ob_kube_ref *ref,
		 const char *label_selector, ob_kube_reply_fn fn, void *arg,
		 struct ob_kube_call **ret_call)
{
	struct ob_kube_request request = { .method = "GET", .object = true };
	struct ob_kube_parameter selector = { "labelSelector", label_selector };

	return send_verb(k, ref, false, &selector, 1, &request, fn, arg,
			 ret_call);
}

int ob_kube_create(struct ob_kube *k, const struct ob_kube_ref *ref,
		   const cJSON *object, ob_kube_reply_fn fn, void *arg,
		   struct ob_kube_call **ret_call)
{
	struct ob_kube_parameter manager = { "fieldManager",
					     ob_kube_manager(k) };
	struct ob_kube_request request = {
		.method = "POST",
		.content_type = JSON,
		.body = object,
		.object = true,
	};

	if (ref->resource->namespaced && !ref->namespace)
		return -EINVAL;
	/* Below an object, only subresources are created. */
	return send_verb(k, ref, ref->subresource != NULL, &manager, 1,
			 &request, fn, arg, ret_call);
}

int ob_kube_update(struct ob_kube *k, const struct ob_kube_ref *ref,
		   const cJSON *object, ob_kube_reply_fn fn, void *arg,
		   struct ob_kube_call **ret_call)
{
	struct ob_kube_parameter manager = { "fieldManager",
					     ob_kube_manager(k) };
	struct ob_kube_request request = {
		.method = "PUT",
		.content_type = JSON,
		.body = object,
		.object = true,
	};

	return send_verb(k, ref, true, &manager, 1, &request, fn, arg,
			 ret_call);
}

static const char *patch_type(enum ob_kube_patch type)
{
	switch (type) {
	case OB_KUBE_PATCH_MERGE:
		return "application/merge-patch+json";
	case OB_KUBE_PATCH_JSON:
		return "application/json-patch+json";
	case OB_KUBE_PATCH_STRATEGIC:
		return "application/strategic-merge-patch+json";
	case OB_KUBE_PATCH_APPLY:
		return "application/apply-patch+yaml"; /* JSON is YAML */
	}
	return NULL;
}

int ob_kube_patch(struct ob_kube *k, const struct ob_kube_ref *ref,
		  enum ob_kube_patch type, const cJSON *patch,
		  ob_kube_reply_fn fn, void *arg,
		  struct ob_kube_call **ret_call)
{
	const struct ob_kube_parameter parameters[] = {
		{ "fieldManager", ob_kube_manager(k) },
		{ "force", type == OB_KUBE_PATCH_APPLY ? "true" : NULL },
	};
	struct ob_kube_request request = {
		.method = "PATCH",
		.content_type = patch_type(type),
		.body = patch,
		.object = true,
	};

	return send_verb(k, ref, true, parameters, ARRAY_SIZE(parameters),
			 &request, fn, arg, ret_call);
}

static cJSON *delete_options(struct ob_arena *a,
			     const struct ob_kube_preconditions *only_if)
{
	cJSON *options = ob_json_object(a), *conditions = ob_json_object(a);

	ob_json_set_string(a, options, "kind", "DeleteOptions");
	ob_json_set_string(a, options, "apiVersion", "v1");
	if (only_if && only_if->uid && only_if->uid[0])
		ob_json_set_string(a, conditions, "uid", only_if->uid);
	if (only_if && only_if->resource_version &&
	    only_if->resource_version[0])
		ob_json_set_string(a, conditions, "resourceVersion",
				   only_if->resource_version);
	if (conditions->child)
		ob_json_set(a, options, "preconditions", conditions);
	return options;
}

int ob_kube_delete(struct ob_kube *k, const struct ob_kube_ref *ref,
		   const struct ob_kube_preconditions *only_if,
		   ob_kube_reply_fn fn, void *arg,
		   struct ob_kube_call **ret_call)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_request request = {
		.method = "DELETE",
		.content_type = JSON,
		.body = delete_options(a, only_if),
	};

	return send_verb(k, ref, true, NULL, 0, &request, fn, arg, ret_call);
}

int ob_kube_raw_get(struct ob_kube *k, const char *path, ob_kube_reply_fn fn,
		    void *arg, struct ob_kube_call **ret_call)
{
	struct ob_kube_request request = { .method = "GET", .path = path };

	if (path[0] != '/')
		return -EINVAL;
	return ob_kube_request_send(k, &request, fn, arg, ret_call);
}
