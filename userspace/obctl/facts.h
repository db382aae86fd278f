/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything obctl diagnose judges by, as plain data: gather_*.c fill it,
 * check_*.c read it and nothing else. It lives in one arena.
 *
 * An error member is 0 or a negative errno: why the rest of its struct is
 * empty.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/prefix.h"
#include "model/key.h"
#include "netlink/link.h"
#include "netlink/route.h"
#include "obctl/view.h"
#include "wireguard/device.h"

struct ob_ctl_prefixes {
	struct ob_prefix *v;
	size_t n, room;
};

struct ob_ctl_texts {
	const char **v;
	size_t n, room;
};

struct ob_ctl_condition {
	const char *type; /* "" for those of octopus itself */
	const char *status;
	const char *reason;
	const char *message;
};

struct ob_ctl_conditions {
	struct ob_ctl_condition *v;
	size_t n, room;
};

/* Another cluster, as it should be connected. */
struct ob_ctl_want {
	const char *id;
	bool hub;
	bool used;	    /* false: octopus passes it over, for a reason */
	bool direct;	    /* a WireGuard peer of ours; else behind the hub */
	const char *reason; /* why it is not used, "" otherwise */
	const char *message;
	struct ob_ctl_prefixes cidrs;
	const char *host; /* endpoint, "": none, it dials us */
	uint16_t port;
	bool has_key;
	struct ob_key key;
	struct ob_ctl_conditions conditions; /* of its Peer */
};

struct ob_ctl_wants {
	struct ob_ctl_want *v;
	size_t n, room;
};

/* octopus.yaml, as far as it matters here. */
struct ob_ctl_file {
	const char *path;
	int error;
	const char *problem; /* a sentence; NULL: valid as far as we read it */
	const char *id;
	const char *device;
	bool hub, is_public;
	uint16_t port;
	uint32_t mtu; /* 0: auto */
	bool metrics;
	struct ob_addr metrics_addr;
	uint16_t metrics_port;
	bool hub_mode;
	const char *hub_url, *ca_file, *token_file, *kubeconfig, *namespace;
	struct ob_ctl_prefixes global, cidrs, pods;
	struct ob_ctl_texts interfaces;
	struct ob_ctl_wants peers;
};

/* octopus itself: GET /healthz and /status. */
struct ob_ctl_daemon {
	bool asked;
	int error;	 /* of asking */
	const char *url; /* whom we asked */
	long health;	 /* HTTP code */
	const char *health_text;
	bool has_status; /* below: what /status says */
	const char *id, *role, *config_path;
	bool hub_mode, config_valid, healthy;
	const char *waiting_reason, *waiting_message;
	const char *device;
	uint16_t port;
	struct ob_key key; /* zero: none */
	/* Of the hub's API. */
	const char *hub_url, *hub_namespace;
	bool hub_connected, hub_synced;
	const char *hub_reason, *hub_message;
	double hub_last_sync_s; /* 0: never */
	/* The leader of our CNF pods. */
	bool has_leader, leading;
	const char *holder;
	/* Our Peer, as the hub has it. */
	bool peer_exists, peer_accepted, peer_published;
	const char *peer_reason, *peer_message;
	struct ob_ctl_conditions peer_conditions;
	struct ob_ctl_prefixes peer_cidrs; /* accepted */
	struct ob_ctl_prefixes global, cidrs;
	struct ob_ctl_prefixes mapped; /* local prefixes that have a global */
	struct ob_ctl_wants peers;
	struct ob_ctl_conditions conditions;
};

enum ob_ctl_tls {
	OB_CTL_TLS_UNTRIED,
	OB_CTL_TLS_GOOD,
	OB_CTL_TLS_NONE, /* it speaks something else */
	OB_CTL_TLS_UNKNOWN_CA,
	OB_CTL_TLS_EXPIRED,
	OB_CTL_TLS_NOT_YET,
	OB_CTL_TLS_WRONG_NAME,
	OB_CTL_TLS_BAD,
};

/* A Peer object. */
struct ob_ctl_peer_object {
	const char *name;
	struct ob_ctl_want want; /* by its status */
	bool has_status;
	bool observed; /* the hub has seen its newest spec */
	const char *role;
	struct ob_ctl_prefixes global; /* of the hub's */
	int64_t handshake_s;	       /* as the hub sees it; 0: never */
	bool spec_has_key;
	struct ob_key spec_key;
};

struct ob_ctl_peer_objects {
	struct ob_ctl_peer_object *v;
	size_t n, room;
};

/* The hub's API, layer by layer; what is behind a broken one was not tried. */
struct ob_ctl_api {
	bool tried;
	const char *server;	    /* "https://192.0.2.1:6443" */
	int config_error;	    /* of reading what the file names */
	const char *config_problem; /* NULL: none */
	const char *host;
	uint16_t port;
	const char *namespace;
	const char *resolve_problem; /* NULL: it has addresses */
	struct ob_addr addrs[8];
	size_t n_addrs;
	bool connected;
	int connect_error; /* of the last address tried */
	enum ob_ctl_tls tls;
	const char *tls_detail;
	bool listed;	/* asked for the Peers */
	long code;	/* of HTTP; 0: no answer */
	int list_error; /* as ob_kube_reply_fn has it */
	const char *list_message;
	bool namespace_missing;
	struct ob_ctl_peer_objects peers;
};

/* Where the kernel would send a packet. */
struct ob_ctl_way {
	int error;
	struct ob_rtroute route;
	uint32_t mtu; /* of the route or its device; 0: unknown */
};

/* To one directly connected cluster. */
struct ob_ctl_path {
	const struct ob_ctl_want *want;
	const char *resolve_problem; /* NULL: resolved, or nothing to */
	struct ob_addr addrs[8];     /* of the endpoint */
	size_t n_addrs;
	struct ob_addr to; /* where packets go; family 0: nowhere yet */
	struct ob_ctl_way underlay;
	/* The gateway on the far side, asked by echo through the tunnel. */
	bool probed;
	int probe_error;
	struct ob_addr gateway;
	bool answered;	      /* a small one */
	uint32_t probe_size;  /* the largest that was sent, an IP packet */
	uint32_t answer_size; /* the largest that was answered */
};

struct ob_ctl_paths {
	struct ob_ctl_path *v;
	size_t n, room;
};

/* What the kernel's routing says of one accepted prefix. */
struct ob_ctl_destination {
	const struct ob_ctl_want *want;
	struct ob_prefix prefix;
	struct ob_ctl_way way; /* to its last address */
};

struct ob_ctl_destinations {
	struct ob_ctl_destination *v;
	size_t n, room;
};

#define OB_CTL_SYSCTL_UNKNOWN (-1)

struct ob_ctl_facts {
	const char *pin_root;
	const char *asked_cluster; /* NULL: all */
	int64_t now_s;
	struct ob_ctl_file file;
	struct ob_ctl_daemon daemon;
	struct ob_ctl_api api;

	/* What should be: by octopus, else the Peers, else the file. */
	const char *id;	    /* of this cluster, "" when nobody says */
	const char *device; /* never NULL */
	uint16_t port;
	bool hub_mode, relay, wants_known;
	bool standby;		/* another CNF pod leads and has the datapath */
	const char *wants_from; /* a phrase */
	struct ob_ctl_wants wants;

	/* What is. */
	int wireguard_error; /* -EOPNOTSUPP: the kernel has none */
	int links_error;
	struct ob_links links;
	const struct ob_link *link; /* the device, NULL: none */
	int wg_error;
	struct ob_wg_device wg;	     /* before the probes */
	struct ob_wg_device wg_then; /* and after */
	bool listened; /* long enough that a peer had to say something */
	int maps_error;
	const char *maps_problem;
	struct ob_ctl_view view;      /* before the probes */
	struct ob_ctl_view view_then; /* and after: config and drops only */
	int routes_error;
	struct ob_rtroutes routes; /* all of the main table */
	struct ob_ctl_destinations destinations;
	struct ob_ctl_paths paths;
	int ip_forward, ip6_forward; /* or OB_CTL_SYSCTL_UNKNOWN */
	int rp_filter;		     /* the stricter of all's and ours */
};
