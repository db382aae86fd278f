// SPDX-License-Identifier: Apache-2.0
#include "kube/mcs.h"

#include <stdio.h>
#include <string.h>

const struct ob_kube_resource ob_endpoint_slices = {
	.group = "discovery.k8s.io",
	.version = "v1",
	.plural = "endpointslices",
	.kind = "EndpointSlice",
	.namespaced = true,
};

static bool serves(const cJSON *group, const char *version)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, ob_json_get(group, "versions"))
	{
		const char *v = ob_json_string(item, "version");

		if (v && !strcmp(v, version))
			return true;
	}
	return false;
}

const char *ob_mcs_version(const cJSON *group)
{
	if (serves(group, OB_MCS_V1BETA1))
		return OB_MCS_V1BETA1;
	return serves(group, OB_MCS_V1ALPHA1) ? OB_MCS_V1ALPHA1 : NULL;
}

struct ob_kube_resource ob_mcs_exports(const char *version)
{
	return (struct ob_kube_resource){ OB_MCS_GROUP, version,
					  "serviceexports", "ServiceExport",
					  true };
}

struct ob_kube_resource ob_mcs_imports(const char *version)
{
	return (struct ob_kube_resource){ OB_MCS_GROUP, version,
					  "serviceimports", "ServiceImport",
					  true };
}

int ob_mcs_import_decode(void *arg, const cJSON *object, void **ret,
			 struct ob_status *status)
{
	struct ob_service_import *s;
	int r = ob_service_import_decode(object, &s, status);

	(void)arg;
	if (r == 0)
		*ret = s;
	return r;
}

void ob_mcs_import_free(void *value)
{
	ob_service_import_free(value);
}

int ob_mcs_slice_decode(void *arg, const cJSON *object, void **ret,
			struct ob_status *status)
{
	struct ob_endpoint_slice *s;
	int r = ob_endpoint_slice_decode(object, &s, status);

	(void)arg;
	if (r == 0)
		*ret = s;
	return r;
}

void ob_mcs_slice_free(void *value)
{
	ob_endpoint_slice_free(value);
}

static const char *service_key(const struct ob_endpoint_slice *s,
			       char buf[OB_MCS_KEY_LEN])
{
	snprintf(buf, OB_MCS_KEY_LEN, "%s/%s", s->namespace, s->service);
	return buf;
}

void ob_mcs_slice_index(void *arg, size_t index, const void *value,
			void (*add)(void *to, const char *key), void *to)
{
	char key[OB_MCS_KEY_LEN];

	(void)arg;
	(void)index;
	add(to, service_key(value, key));
}

void ob_mcs_slice_changed(const struct ob_endpoint_slice *before,
			  const struct ob_endpoint_slice *after,
			  void (*fn)(void *arg, const char *key), void *arg)
{
	char key[OB_MCS_KEY_LEN];

	if (before && after && ob_endpoint_slice_equal(before, after))
		return;
	if (before)
		fn(arg, service_key(before, key));
	if (after)
		fn(arg, service_key(after, key));
}
