/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An EndpointSlice (discovery.k8s.io/v1): a cluster's own, or one of an
 * exported Service with the labels and the annotation of ob/api/services.h.
 * FQDN slices are refused. Limits on everything.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/prefix.h"
#include "base/status.h"
#include "model/service_import.h"

#define OB_SLICE_MAX_ENDPOINTS 1000 /* of the API */
#define OB_SLICE_MAX_PORTS     100

struct ob_endpoint {
	struct ob_addr addr; /* the first of its addresses: they are fungible */
	bool ready;	     /* missing: true */
	bool serving;	     /* missing: as ready */
	bool terminating;    /* missing: false */
	const char *hostname; /* all text: "" when missing */
	const char *zone;
};

struct ob_slice_port {
	const char *name; /* "": none */
	uint8_t protocol;
	uint16_t port; /* 0: all ports (headless without ports) */
};

struct ob_endpoint_slice {
	const char *namespace;
	const char *name;
	/* Labels; "" when missing. */
	const char *kube_service; /* kubernetes.io/service-name */
	const char *managed_by;
	const char *service;	    /* multicluster...service-name */
	const char *source_cluster; /* multicluster...source-cluster */
	uint8_t family;		    /* AF_INET, AF_INET6 */
	struct ob_slice_port *ports;
	size_t n_ports;
	/* The annotation with the ports of the exporter's Service. */
	struct ob_service_port *service_ports;
	size_t n_service_ports;
	struct ob_endpoint *endpoints;
	size_t n_endpoints;
	bool deleting;
};

/* All of it in one piece of heap memory. -EINVAL with a status that names
 * object and field. */
int ob_endpoint_slice_decode(const cJSON *object,
			     struct ob_endpoint_slice **ret,
			     struct ob_status *status);
void ob_endpoint_slice_free(struct ob_endpoint_slice *s);
OB_DEFINE_CLEANUP(struct ob_endpoint_slice *, ob_endpoint_slice_free)
bool ob_endpoint_slice_equal(const struct ob_endpoint_slice *a,
			     const struct ob_endpoint_slice *b);

/*
 * The target port that the exporting cluster has behind a port of the import:
 * it must expose that very protocol and port number in its own Service, and
 * its slice says by the name of that port which target port it is. 0: it does
 * not.
 */
uint16_t ob_endpoint_slice_target(const struct ob_endpoint_slice *s,
				  uint8_t protocol, uint16_t port);
