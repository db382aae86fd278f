/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract between clusters, and between the parts of one cluster, about
 * exported Services: kinds, labels, annotations. docs/services.md says who
 * writes what. KEP-1645 (Multi-Cluster Services API), EndpointSlices
 * (discovery.k8s.io/v1).
 */
#pragma once

/* Multi-Cluster Services API: ServiceExport, ServiceImport in each cluster. */
#define OB_MCS_GROUP	"multicluster.x-k8s.io"
#define OB_MCS_V1BETA1	"v1beta1"
#define OB_MCS_V1ALPHA1 "v1alpha1"

/*
 * What a cluster says on the hub of one Service that it exports:
 * octopus.io/v1alpha1 ExportedService, named CLUSTER.NAMESPACE.SERVICE, in the
 * namespace of the Peers. Owned by the cluster's Peer; owns its EndpointSlices
 * there, which are named CLUSTER.NAMESPACE.SLICE.
 */
#define OB_EXPORTED_GROUP   "octopus.io"
#define OB_EXPORTED_VERSION "v1alpha1"
#define OB_EXPORTED_PLURAL  "exportedservices"
#define OB_EXPORTED_KIND    "ExportedService"

/* On EndpointSlices of exported Services, on the hub and in clusters. */
#define OB_LABEL_SERVICE_NAME	"multicluster.kubernetes.io/service-name"
#define OB_LABEL_SOURCE_CLUSTER "multicluster.kubernetes.io/source-cluster"
/* The same in the words of ovn-builder's documents; besides, the namespace. */
#define OB_LABEL_REF_NAME	"services.clusternet.io/multi-cluster-service-name"
#define OB_LABEL_REF_NAMESPACE                                                 \
	"services.clusternet.io/multi-cluster-service-LocalNamespace"
#define OB_LABEL_REF_CLUSTER  "services.clusternet.io/multi-cluster-cluster-ID"
/* Never the Service's own name: kube-proxy would take the slice for its. */
#define OB_LABEL_KUBE_SERVICE "kubernetes.io/service-name"
#define OB_LABEL_MANAGED_BY   "endpointslice.kubernetes.io/managed-by"
#define OB_MANAGED_BY	      "syncer.octopus.io"

/*
 * On the same slices: the ports of the exporting cluster's own Service, so
 * that a port of the import goes only to those who expose it. Comma-separated
 * NAME:PROTOCOL/PORT, the name may be empty: "http:TCP/80,:UDP/53". The slice's
 * own ports have the same names and the target ports.
 */
#define OB_ANNOTATION_SERVICE_PORTS "services.octopus.io/ports"

/* On a ServiceImport, KEP-1645: the name that a derived Service would have. */
#define OB_ANNOTATION_DERIVED "multicluster.kubernetes.io/derived-service"

/* On the hub: a Lease CLUSTER-syncer, renewed while the cluster's syncer is
 * alive. Carries this label, so that others can watch those alone. */
#define OB_LABEL_HEARTBEAT   "octopus.io/heartbeat"
#define OB_HEARTBEAT_SYNCER  "syncer"
#define OB_HEARTBEAT_SUFFIX  "-syncer"
#define OB_HEARTBEAT_RENEW_S 10
#define OB_HEARTBEAT_EXPIRED_S                                                 \
	120 /* without a renewal, while we could see it */

/* DNS zones (crossdns). */
#define OB_ZONE_CLUSTERSET "clusterset.local"
#define OB_ZONE_HYPEROS	   "hyperos.local"
