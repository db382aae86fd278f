/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file (octopus(8), "CONFIGURATION FILE"): YAML in, a
 * validated network out; in hub mode, the part of it that a file can know.
 * Strict: an unknown field is an error, and every error is one line that an
 * editor can jump to:
 *
 *   FILE:LINE:COLUMN: FIELD: sentence
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/prefix.h"
#include "base/status.h"
#include "model/network.h"

#define OB_DEFAULT_METRICS_PORT 9797
#define OB_DEFAULT_SLICE_LEN	16 /* of what the hub allocates */
#define OB_DEFAULT_SLICE_LEN6	48

enum ob_kubernetes {
	OB_KUBERNETES_NONE,
	OB_KUBERNETES_IN_CLUSTER,
	OB_KUBERNETES_KUBECONFIG,
};

/* A local prefix that the clusters' prefixes must not overlap. */
struct ob_local_cidr {
	struct ob_prefix prefix;
	const char *what; /* the field it came from: "service_cidr" */
};

/* Which of the ready endpoints of a service get new connections. */
enum ob_service_policy {
	OB_SERVICE_SPREAD,
	OB_SERVICE_LOCAL_FIRST, /* our own, while there is one */
};

/* Hub mode: what the file says instead of who the others are. */
struct ob_hub_mode {
	const char *url, *ca_file, *token_file; /* NULL with kubeconfig; */
	const char *kubeconfig;			/* NULL with a url */
	const char *namespace;
	const char *endpoint;	   /* where others dial us; "": nowhere */
	struct ob_prefix *request; /* cluster_cidr; none: the hub decides */
	size_t n_request;
	struct ob_prefix *pods; /* none: from Nodes, with kubernetes */
	size_t n_pods;
	struct ob_local_cidr *locals; /* of services and nodes */
	size_t n_locals;
	struct ob_addr gateways[2]; /* wished for; family 0: none */
	enum ob_kubernetes kubernetes;
	const char *kubernetes_file;
	uint8_t slice_len, slice_len6;
	struct ob_prefix clusterset[2]; /* at most one per family */
	size_t n_clusterset;
	enum ob_service_policy service_policy;
};

struct ob_config_file {
	/* In hub mode without what Peers say: only the hub knows the global
	 * CIDR, nobody cluster CIDRs, mappings, gateways and clusters. */
	struct ob_network network;
	struct ob_hub_mode *hub; /* NULL: static mode */
	const char *key_file;	 /* NULL: a fresh key for each new device */
	bool has_metrics;
	struct ob_addr metrics_addr; /* family 0: all addresses */
	uint16_t metrics_port;
	struct ob_arena *arena; /* holds all of this, and itself */
};

/* name stands for the file in messages. -EINVAL with a status. */
int ob_config_parse(const char *name, const char *bytes, size_t size,
		    struct ob_config_file **ret, struct ob_status *status);
/* Reads and parses a file; -ENOENT, -EACCES, ... when it cannot be read. */
int ob_config_load(const char *path, struct ob_config_file **ret,
		   struct ob_status *status);
void ob_config_free(struct ob_config_file *file);
OB_DEFINE_CLEANUP(struct ob_config_file *, ob_config_free)
