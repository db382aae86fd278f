/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one service answers, in every zone: a pure function of its ServiceImport
 * and of its EndpointSlices. Made once per change, then read by all threads;
 * never changed. Addresses are complete records (dns/answer.h); names are kept
 * without their zone, so that zones share them.
 *
 * Of a service's endpoints those count that are ready, and whose slice names a
 * source cluster that is a DNS label. Two that agree in cluster and address are
 * one address; a host is a (cluster, hostname), and without a hostname its
 * address with dashes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "dns/answer.h"
#include "model/endpoint_slice.h"
#include "model/service_import.h"

/* What one exporter can make us keep for one service; what is more is left
 * out. */
#define OB_RECORDS_MAX_ENDPOINTS 16384
#define OB_RECORDS_MAX_SRV	 65536

enum {
	OB_RECORDS_V4,
	OB_RECORDS_V6,
	OB_RECORDS_FAMILIES
};

struct ob_records_cluster {
	uint32_t label; /* in labels */
	uint32_t first_host, n_hosts;
	uint32_t first[OB_RECORDS_FAMILIES]; /* in all */
	uint32_t n[OB_RECORDS_FAMILIES];
};

struct ob_records_host {
	uint32_t label; /* in labels */
	uint32_t cluster;
	uint32_t first[OB_RECORDS_FAMILIES]; /* in by_host */
	uint32_t n[OB_RECORDS_FAMILIES];
};

/* A named port, of the import or of its endpoints. */
struct ob_records_port {
	uint32_t label; /* in labels, without the '_' */
	uint8_t protocol;
	bool repeated;		   /* of the import: as is one before */
	uint16_t number;	   /* of the import */
	uint32_t first_srv, n_srv; /* of endpoints */
};

struct ob_records_srv {
	uint32_t host;
	uint16_t number;
	uint16_t port; /* in host_ports */
};

struct ob_records {
	uint8_t key_len;
	bool headless;
	bool own_first; /* cluster 0 is our own */
	bool cut;	/* limits left something out */
	uint32_t n_clusters, n_hosts, n_ports, n_host_ports, n_srv, n_srv_all;
	/* In wire form; the first are SERVICE.NAMESPACE, key_len bytes. */
	const uint8_t *labels;
	struct ob_dns_rrset virtual[OB_RECORDS_FAMILIES];
	struct ob_dns_rrset all[OB_RECORDS_FAMILIES];
	struct ob_dns_rrset by_host[OB_RECORDS_FAMILIES];
	const struct ob_records_cluster *clusters; /* own first, then by name */
	const struct ob_records_host *hosts;	   /* by cluster and label */
	const struct ob_records_port *ports;	   /* of the import */
	const struct ob_records_port *host_ports;  /* of its endpoints */
	const struct ob_records_srv *srv;	   /* by port, then host */
	const struct ob_records_srv *srv_all; /* each (host, number) once */
};

struct ob_records_options {
	uint32_t ttl_s;
	const char *cluster_id; /* our own; "": not known */
};

struct ob_records_input {
	const struct ob_service_import *import;
	const struct ob_endpoint_slice *const *slices;
	size_t n_slices;
};

/* -EINVAL: namespace or name is no DNS label. */
int ob_records_new(const struct ob_records_options *options,
		   const struct ob_records_input *in, struct ob_records **ret);
void ob_records_free(struct ob_records *r);
OB_DEFINE_CLEANUP(struct ob_records *, ob_records_free)

/* How a zone sees services. */
enum ob_view {
	OB_VIEW_STANDARD,  /* as KEP-1645 has it */
	OB_VIEW_VIRTUAL,   /* virtual addresses; without any, endpoints */
	OB_VIEW_ENDPOINTS, /* endpoints */
	OB_VIEWS,
};

/* The service's own name means its endpoints. */
bool ob_records_is_headless(const struct ob_records *r, enum ob_view view);
/* Its name exists. */
bool ob_records_exists(const struct ob_records *r, enum ob_view view);

/* NULL: no such cluster, or it has no endpoints. Labels are in wire form and
 * lower case. */
const struct ob_records_cluster *
ob_records_cluster_find(const struct ob_records *r, const uint8_t *label);
const struct ob_records_host *
ob_records_host_find(const struct ob_records *r,
		     const struct ob_records_cluster *cluster,
		     const uint8_t *label);
struct ob_dns_rrset
ob_records_cluster_addrs(const struct ob_records *r,
			 const struct ob_records_cluster *cluster,
			 unsigned int family);
struct ob_dns_rrset ob_records_host_addrs(const struct ob_records *r,
					  const struct ob_records_host *host,
					  unsigned int family);
/* protocol: the label "_tcp". True when a port of it has a name. */
bool ob_records_has_protocol(const struct ob_records_port *ports, size_t n,
			     const uint8_t *protocol);
/* port: the label "_http". */
const struct ob_records_port *
ob_records_port_find(const struct ob_records *r,
		     const struct ob_records_port *ports, size_t n,
		     const uint8_t *port, const uint8_t *protocol);
