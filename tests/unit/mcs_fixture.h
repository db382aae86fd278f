/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clusters that export one Service, demo/hello, without any server: what each
 * exports goes through JSON to all others, as over the hub.
 */
#pragma once

#include "model/service_import.h"
#include "syncer/export.h"
#include "syncer/import.h"
#include "syncer/merge.h"
#include "syncer/status.h"

#define MCS_CLUSTERS 3

struct mcs_cluster {
	char name[16];
	struct ob_service *service;
	struct ob_service_export *export;
	struct ob_endpoint_slice *slice;
	struct ob_export_output out;
	struct ob_exported_service *claim; /* on the hub; NULL: none */
};

struct mcs_world {
	struct ob_arena *arena;
	struct mcs_cluster c[MCS_CLUSTERS];
	struct ob_merged merged;
	size_t n_claims;
};

int mcs_setup(void **state);
int mcs_teardown(void **state);
/* The members of a Service's spec, in quotes of the kind '. NULL: none. */
void mcs_service(struct mcs_world *w, int i, const char *spec);
/* Created at this second; the members of the ServiceExport's spec. */
void mcs_export(struct mcs_world *w, int i, int second, const char *spec);
void mcs_unexport(struct mcs_world *w, int i);
/* Endpoints: members of the EndpointSlice. */
void mcs_slice(struct mcs_world *w, int i, const char *members);
/* Everybody sees what everybody says. */
void mcs_sync(struct mcs_world *w);
/* The ServiceImport of all clusters but for its addresses; NULL: none. In the
 * arena of the world. */
const cJSON *mcs_import(struct mcs_world *w);
/* "True NoService" */
const char *mcs_condition(struct mcs_world *w, int i,
			  enum ob_export_condition which);
/* ' becomes ". In the arena. */
cJSON *mcs_json(struct ob_arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void mcs_equal(struct mcs_world *w, const cJSON *is, const char *want);

/* A Service as the conformance suite has it. */
#define MCS_TCP "{'name':'tcp','protocol':'TCP','port':42}"
#define MCS_UDP "{'name':'udp','protocol':'UDP','port':42}"
#define MCS_SPEC                                                               \
	"'type':'ClusterIP','clusterIP':'10.96.0.9','ipFamilies':['IPv4'],"    \
	"'sessionAffinity':'ClientIP','sessionAffinityConfig':{'clientIP':{"   \
	"'timeoutSeconds':10}},'internalTrafficPolicy':'Cluster','ports':"
