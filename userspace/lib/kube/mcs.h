/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Multi-Cluster Services API (KEP-1645) as API servers have it: its kinds
 * in the newest version that both know, and what an informer needs to keep
 * ServiceImports and the EndpointSlices of exported Services, by the Service
 * that they are of.
 */
#pragma once

#include "kube/client.h"
#include "model/endpoint_slice.h"
#include "model/service_import.h"
#include "ob/api/services.h"

/* Who has which versions: for ob_kube_raw_get(). */
#define OB_MCS_PATH    "/apis/" OB_MCS_GROUP
#define OB_MCS_KEY_LEN (2 * OB_SERVICE_NAME_LEN) /* NAMESPACE/NAME */

extern const struct ob_kube_resource ob_endpoint_slices;

/* Of the answer; NULL: none that we know. */
const char *ob_mcs_version(const cJSON *group);
struct ob_kube_resource ob_mcs_exports(const char *version);
struct ob_kube_resource ob_mcs_imports(const char *version);

/* Members of struct ob_kube_informer_ops; their arg is not used. Values are
 * struct ob_service_import and struct ob_endpoint_slice. */
int ob_mcs_import_decode(void *arg, const cJSON *object, void **ret,
			 struct ob_status *status);
void ob_mcs_import_free(void *value);
int ob_mcs_slice_decode(void *arg, const cJSON *object, void **ret,
			struct ob_status *status);
void ob_mcs_slice_free(void *value);
/* One index: NAMESPACE/NAME of the Service. */
void ob_mcs_slice_index(void *arg, size_t index, const void *value,
			void (*add)(void *to, const char *key), void *to);
/* Tells which Services a slice was and is of, when it is not as before; NULL:
 * it was not, or is not. */
void ob_mcs_slice_changed(const struct ob_endpoint_slice *before,
			  const struct ob_endpoint_slice *after,
			  void (*fn)(void *arg, const char *key), void *arg);
