/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the operator (through a file, or through Peers on the hub) wants:
 * this cluster and the clusters it talks to. Plain data, already validated:
 * every prefix has host bits zero, every cluster ID is a DNS label, CIDRs of
 * different clusters do not overlap and lie inside the global CIDR.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "model/key.h"
#include "ob/abi/maps.h"

#define OB_DEFAULT_PORT	  31820
#define OB_DEFAULT_DEVICE "ob0"
#define OB_HOST_LEN	  256 /* a DNS name and its NUL */

/* A local prefix and the global prefix of the same length it appears as. */
struct ob_mapping {
	struct ob_prefix local;
	struct ob_prefix global;
};

/* Another cluster. Arrays are owned by whoever owns the network. */
struct ob_cluster_spec {
	char id[OB_CLUSTER_LEN];
	struct ob_key public_key;
	bool has_key;		 /* false: reachable through the hub only */
	char host[OB_HOST_LEN];	 /* endpoint, IP literal or name; "": none */
	uint16_t port;		 /* UDP */
	struct ob_prefix *cidrs; /* global prefixes it owns */
	size_t n_cidrs;
	bool hub;
	uint16_t keepalive_s; /* 0: off */
};

/* This cluster and its peers. */
struct ob_network {
	char id[OB_CLUSTER_LEN];
	bool hub;		    /* we relay between the others */
	bool is_public;		    /* others can dial us */
	char device[16];	    /* WireGuard device, IFNAMSIZ */
	uint16_t port;		    /* UDP listen port */
	uint32_t mtu;		    /* 0: from the underlay */
	struct ob_prefix global[2]; /* at most one per family */
	size_t n_global;
	struct ob_prefix *cidrs; /* our cluster CIDRs */
	size_t n_cidrs;
	struct ob_prefix blocks[2];  /* of service addresses: at most one per */
	size_t n_blocks;	     /* family, inside our cluster CIDRs */
	struct ob_mapping *mappings; /* in the order of the file */
	size_t n_mappings;
	struct ob_addr gateway4; /* our own global addresses; family 0: */
	struct ob_addr gateway6; /* none of that family */
	char **interfaces;	 /* pod-facing, fnmatch(3) patterns */
	size_t n_interfaces;
	struct ob_cluster_spec *clusters;
	size_t n_clusters;
};

/* The order of everything counts. */
bool ob_network_equal(const struct ob_network *a, const struct ob_network *b);
