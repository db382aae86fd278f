// SPDX-License-Identifier: Apache-2.0
#include "syncer/value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "kube/digest.h"
#include "ob/api/services.h"
#include "syncer/names.h"
#include "syncer/slice.h"
#include "syncer/status.h"

#define MANAGER "syncer" /* up to the '/' of what we call ourselves */

static int no_memory(struct ob_status *status)
{
	return ob_status_set(status, ENOMEM, "OutOfMemory", "out of memory");
}

void ob_actual_of(const struct ob_kube_seed *seed, const cJSON *object,
		  struct ob_actual *ret)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *version =
		ob_json_string(object, "metadata.resourceVersion") ?: "";

	ret->digest = ob_kube_digest_managed(seed, object);
	ret->status = ob_kube_digest(seed, ob_status_ours(a, object));
	ret->version[0] = '\0';
	if (strlen(version) < sizeof(ret->version))
		snprintf(ret->version, sizeof(ret->version), "%s", version);
}

static int64_t created_s(const cJSON *object)
{
	const char *text = ob_json_string(object, "metadata.creationTimestamp");
	int64_t s = 0;

	return text && ob_timestamp_parse(text, &s) == 0 ? s : 0;
}

/* No longer than one that counts. */
static size_t uid_size(const cJSON *object)
{
	const char *uid = ob_json_string(object, "metadata.uid") ?: "";

	return strnlen(uid, OB_READER_UID_LEN - 1) + 1;
}

static void copy_uid(const cJSON *object, char *to)
{
	snprintf(to, uid_size(object), "%s",
		 ob_json_string(object, "metadata.uid") ?: "");
}

/* ServiceExports. */

int ob_value_export_new(const struct ob_value_context *c, const cJSON *object,
			struct ob_value_export **ret, struct ob_status *status)
{
	_cleanup_(ob_value_export_freep) struct ob_value_export *v =
		calloc(1, sizeof(*v));
	int r;

	if (!v)
		return no_memory(status);
	r = ob_service_export_decode(object, &v->x, status);
	if (r < 0)
		return r;
	ob_actual_of(c->seed, object, &v->actual);
	*ret = TAKE_PTR(v);
	return 0;
}

void ob_value_export_free(struct ob_value_export *v)
{
	ob_service_export_free(v->x);
	free(v);
}

/* ServiceImports. */

/* Who manages more than its status: we, others. */
static void find_managers(const cJSON *object, bool *ret_we, bool *ret_others)
{
	const cJSON *item;

	*ret_we = *ret_others = false;
	cJSON_ArrayForEach(item, ob_json_at(object, "metadata.managedFields"))
	{
		const char *manager = ob_json_string(item, "manager");
		const char *sub = ob_json_string(item, "subresource");

		if (!manager || (sub && *sub))
			continue;
		if (!strcmp(manager, MANAGER))
			*ret_we = true;
		else
			*ret_others = true;
	}
}

bool ob_value_is_ours(const cJSON *object)
{
	bool we, others;

	find_managers(object, &we, &others);
	return we;
}

static void read_ready(const cJSON *object, struct ob_value_import *v)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, ob_json_at(object, "status.conditions"))
	{
		const char *type = ob_json_string(item, "type");
		const char *status = ob_json_string(item, "status");
		const char *since = ob_json_string(item, "lastTransitionTime");

		if (!type || !status || strcmp(type, "Ready") != 0)
			continue;
		snprintf(v->ready, sizeof(v->ready), "%s", status);
		if (!since || ob_timestamp_parse(since, &v->ready_since_s) < 0)
			v->ready_since_s = 0;
	}
}

/* What others may have made of it is of no interest but for addresses. */
int ob_value_import_new(const struct ob_value_context *c, const cJSON *object,
			struct ob_value_import **ret, struct ob_status *status)
{
	_free_ struct ob_value_import *v =
		calloc(1, sizeof(*v) + uid_size(object));
	const cJSON *item;
	bool others;

	if (!v)
		return no_memory(status);
	ob_actual_of(c->seed, object, &v->actual);
	find_managers(object, &v->ours, &others);
	v->foreign = others && !v->ours;
	copy_uid(object, v->uid);
	(void)ob_json_int(object, "metadata.generation", &v->generation);
	cJSON_ArrayForEach(item, ob_json_at(object, "spec.ips"))
	{
		if (cJSON_IsString(item) && v->n_ips < OB_SERVICE_MAX_IPS &&
		    ob_addr_parse(item->valuestring, &v->ips[v->n_ips]) == 0)
			v->n_ips++;
	}
	read_ready(object, v);
	*ret = TAKE_PTR(v);
	return 0;
}

/* EndpointSlices of our own. */

static char *key_of(const char *namespace, const char *name)
{
	char *key = NULL;

	return asprintf(&key, "%s/%s", namespace, name) < 0 ? NULL : key;
}

static enum ob_slice_kind kind_of(const cJSON *object, const char **ret_service)
{
	const cJSON *labels = ob_json_at(object, "metadata.labels");
	const char *managed =
		cJSON_GetStringValue(ob_json_get(labels, OB_LABEL_MANAGED_BY));
	const char *import = cJSON_GetStringValue(
		ob_json_get(labels, OB_LABEL_SERVICE_NAME));
	const char *service = cJSON_GetStringValue(
		ob_json_get(labels, OB_LABEL_KUBE_SERVICE));

	if (managed && !strcmp(managed, OB_MANAGED_BY)) {
		*ret_service = import ?: "";
		return OB_SLICE_OURS;
	}
	if (import || !service || !*service)
		return OB_SLICE_OTHER;
	*ret_service = service;
	return OB_SLICE_SOURCE;
}

static int read_source(const cJSON *object, struct ob_value_slice *v,
		       struct ob_status *status)
{
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *s = NULL;
	int r = ob_endpoint_slice_decode(object, &s, status);

	if (r < 0)
		return r;
	v->slice = ob_kept_slice_new(s);
	return v->slice ? 0 : no_memory(status);
}

int ob_value_slice_new(const struct ob_value_context *c, const cJSON *object,
		       struct ob_value_slice **ret, struct ob_status *status)
{
	_cleanup_(ob_value_slice_freep) struct ob_value_slice *v =
		calloc(1, sizeof(*v));
	const char *namespace = ob_json_string(object, "metadata.namespace");
	const char *service = NULL;
	int r = 0;

	if (!v)
		return no_memory(status);
	v->kind = kind_of(object, &service);
	if (v->kind == OB_SLICE_OURS)
		ob_actual_of(c->seed, object, &v->actual);
	if (v->kind == OB_SLICE_SOURCE)
		r = read_source(object, v, status);
	if (r < 0)
		return r;
	if (v->kind != OB_SLICE_OTHER) {
		v->key = key_of(namespace ?: "", service);
		if (!v->key)
			return no_memory(status);
	}
	*ret = TAKE_PTR(v);
	return 0;
}

void ob_value_slice_free(struct ob_value_slice *v)
{
	ob_kept_slice_freep(&v->slice);
	free(v->key);
	free(v);
}

/* On the hub. */

int ob_value_exported_new(const struct ob_value_context *c, const cJSON *object,
			  struct ob_value_exported **ret,
			  struct ob_status *status)
{
	_cleanup_(ob_value_exported_freep) struct ob_value_exported *v =
		calloc(1, sizeof(*v) + uid_size(object));
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *name = ob_json_string(object, "metadata.name");
	struct ob_status ignored = OB_STATUS_INIT;
	struct ob_exported_name parts;

	if (!v)
		return no_memory(status);
	copy_uid(object, v->uid);
	v->created_s = created_s(object);
	if (name && ob_exported_name_parse(a, name, &parts)) {
		v->own = !strcmp(parts.cluster, c->cluster);
		v->key = key_of(parts.namespace, parts.rest);
		if (!v->key)
			return no_memory(status);
	}
	if (v->own)
		ob_actual_of(c->seed, object, &v->actual);
	if (ob_exported_service_decode(object, &v->e, &ignored) == -ENOMEM)
		return no_memory(status);
	*ret = TAKE_PTR(v);
	return 0;
}

void ob_value_exported_free(struct ob_value_exported *v)
{
	ob_exported_service_freep(&v->e);
	free(v->key);
	free(v);
}

/* -ENOMEM, or 0: without content when it makes no sense. */
static int read_hub_slice(struct ob_arena *a, const cJSON *object,
			  struct ob_value_hub_slice *v)
{
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *s = NULL;
	struct ob_status ignored = OB_STATUS_INIT;
	struct ob_slice_of of = { "", "", "" };
	int r = ob_endpoint_slice_decode(object, &s, &ignored);

	if (r == 0)
		r = ob_slice_check(a, object, s, &of, &ignored);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	v->key = key_of(of.namespace, of.service);
	if (!v->key)
		return -ENOMEM;
	v->slice = ob_kept_slice_new(s);
	return v->slice ? 0 : -ENOMEM;
}

int ob_value_hub_slice_new(const struct ob_value_context *c,
			   const cJSON *object, struct ob_value_hub_slice **ret,
			   struct ob_status *status)
{
	_cleanup_(ob_value_hub_slice_freep) struct ob_value_hub_slice *v =
		calloc(1, sizeof(*v));
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const char *name = ob_json_string(object, "metadata.name");
	struct ob_exported_name parts = { .cluster = "" };

	if (!v)
		return no_memory(status);
	if (name && !ob_exported_name_parse(a, name, &parts))
		parts.cluster = "";
	v->own = !strcmp(parts.cluster, c->cluster);
	v->created_s = created_s(object);
	v->cluster = strdup(parts.cluster);
	if (!v->cluster || read_hub_slice(a, object, v) < 0)
		return no_memory(status);
	if (v->own)
		ob_actual_of(c->seed, object, &v->actual);
	*ret = TAKE_PTR(v);
	return 0;
}

void ob_value_hub_slice_free(struct ob_value_hub_slice *v)
{
	ob_kept_slice_freep(&v->slice);
	free(v->cluster);
	free(v->key);
	free(v);
}
