/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Peer (octopus.io/v1alpha1): a cluster as it describes itself, and what the
 * hub has made of it. charts/octopus/crds says what each field means.
 *
 * The spec is what somebody claims: text that octopus/accept.h judges. The
 * status is what the hub wrote, so it has to make sense: one that does not
 * counts as none, and bad_status says why.
 *
 * Everything that somebody else can size is limited here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/prefix.h"
#include "base/status.h"
#include "model/key.h"

#define OB_PEER_GROUP	  "octopus.io"
#define OB_PEER_VERSION	  "v1alpha1"
#define OB_PEER_PLURAL	  "peers"
#define OB_PEER_KIND	  "Peer"
/* Where Peers are on the hub. */
#define OB_PEER_NAMESPACE "syncer-operator"

#define OB_PEER_MAX_CIDRS      16 /* in one list */
#define OB_PEER_MAX_CONDITIONS 16

/* Types of conditions. */
#define OB_PEER_ACCEPTED "Accepted" /* the spec is what others act on */
#define OB_PEER_CONFLICT "Conflict" /* it claims what is somebody else's */
#define OB_PEER_DEGRADED "Degraded" /* works, but not as its spec says */
#define OB_PEER_READY	 "Ready"    /* accepted, and its tunnel is alive */

struct ob_peer_spec {
	const char *cluster_id; /* all text: "" when missing */
	const char **cluster_cidr;
	size_t n_cluster_cidr;
	const char **own_cidr;
	size_t n_own_cidr;
	const char *endpoint;
	int64_t port; /* 0: missing */
	const char *public_key;
	bool ishub, is_public;
};

enum ob_peer_role {
	OB_PEER_UNDECIDED,
	OB_PEER_HUB,
	OB_PEER_PUBLIC,
	OB_PEER_PRIVATE,
};

struct ob_peer_condition {
	const char *type;
	const char *status; /* "True", "False" or "Unknown" */
	const char *reason;
	const char *message;
	int64_t changed_s;  /* lastTransitionTime */
	int64_t generation; /* observedGeneration */
};

/* The hub's end of the tunnel. */
struct ob_peer_tunnel {
	bool there;
	int64_t handshake_s;  /* since 1970; 0: never */
	const char *endpoint; /* where its packets come from; "": unknown */
	uint32_t mtu;	      /* 0: unknown */
	uint64_t received_bytes, sent_bytes;
};

struct ob_peer_status {
	int64_t observed_generation;
	enum ob_peer_role role;
	struct ob_prefix *cidrs; /* cluster_cidr */
	size_t n_cidrs;
	struct ob_prefix global[2]; /* global_cidr, of the hub's only */
	size_t n_global;
	const char *endpoint; /* "": nobody dials it */
	uint16_t port;	      /* 0: none */
	struct ob_key public_key;
	bool has_key;
	struct ob_peer_condition *conditions;
	size_t n_conditions;
	struct ob_peer_tunnel tunnel;
};

struct ob_peer {
	const char *name;
	const char *uid;
	const char *resource_version;
	int64_t generation;
	int64_t created_s;
	bool deleting; /* has a deletionTimestamp */
	struct ob_peer_spec spec;
	struct ob_peer_status status;
	const char *bad_status; /* a sentence; NULL: it is well */
	struct ob_arena *arena; /* holds all of this, and itself */
};

/* From an object of the API. -EINVAL with a status that names the field. */
int ob_peer_decode(const cJSON *object, struct ob_peer **ret,
		   struct ob_status *status);
void ob_peer_free(struct ob_peer *p);
OB_DEFINE_CLEANUP(struct ob_peer *, ob_peer_free)

/* NULL when there is none of that type. */
const struct ob_peer_condition *
ob_peer_condition_get(const struct ob_peer_status *s, const char *type);
/* The condition is there and "True". */
bool ob_peer_condition_is_true(const struct ob_peer_status *s,
			       const char *type);
/* "hub", "public", "private", or "". */
const char *ob_peer_role_name(enum ob_peer_role role);

/* Orders resourceVersions: decimal numbers of any length. */
int ob_peer_version_compare(const char *a, const char *b);
bool ob_peer_spec_equal(const struct ob_peer_spec *a,
			const struct ob_peer_spec *b);
/* Without the tunnel, and without when conditions changed. */
bool ob_peer_status_equal(const struct ob_peer_status *a,
			  const struct ob_peer_status *b);
/* The same prefixes in the same order. */
bool ob_peer_same_cidrs(const struct ob_peer_status *a,
			const struct ob_peer_status *b);

/* A whole object for server-side apply: metadata and spec, no status. */
cJSON *ob_peer_encode(struct ob_arena *a, const char *namespace,
		      const char *name, const struct ob_peer_spec *spec);
/*
 * A merge patch that makes the status exactly this one, if the object still
 * has this resourceVersion.
 */
cJSON *ob_peer_encode_status(struct ob_arena *a, const char *resource_version,
			     const struct ob_peer_status *status);
