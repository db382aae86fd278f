/* SPDX-License-Identifier: Apache-2.0 */
/* What the gateway namespace does with a packet, one mode a way. */
#pragma once

#include "flow.h"
#include "frame.h"
#include "gateway.h"
#include "options.h"
#include "topology.h"

enum ob_mode_kind {
	OB_MODE_BASELINE,     /* no gateway: the first veth ends in the sink */
	OB_MODE_REDIRECT,     /* a program that is one bpf_redirect() */
	OB_MODE_REDIRECT_MAC, /* and writes both MAC addresses */
	OB_MODE_REDIRECT_EGRESS, /* and an empty program where it leaves */
	OB_MODE_OURS,		 /* from_pod and to_tunnel */
	OB_MODE_ROUTE,		 /* the kernel, nothing loaded netfilter */
	OB_MODE_NFT_MASQ,	 /* the kernel and nft masquerade */
	OB_MODE_NFT_MAP,	 /* snat/dnat prefix map: the same mapping */
	OB_MODE_IPT_MASQ,	 /* iptables-legacy MASQUERADE */
	OB_MODE_IPTNFT_MASQ,	 /* iptables-nft MASQUERADE */
	OB_MODE_IPT_NETMAP,	 /* iptables-legacy NETMAP: the same mapping */
	OB_MODE_KINDS
};

struct ob_mode {
	enum ob_mode_kind kind;
	enum ob_flow_kind flows;
	unsigned int n_prefixes;
	const char *objects; /* of OB_MODE_OURS: a variant; NULL: the tree's */
};

#define OB_MODE_NAMELEN 48
#define OB_MODE_ENTRIES 3 /* 1, 1,000 and 100,000 */

/* What lives as long as the run: maps, filled at their first use. */
struct ob_programs {
	const char *objects; /* directory of the .bpf.o files */
	struct ob_gateway *gateways[OB_MODE_ENTRIES * (1 + OB_MAX_VARIANTS)];
};

void ob_programs_done(struct ob_programs *p);

/*
 * What lives as long as one sample. Programs too: where the JIT puts them
 * makes a difference, which must not stick to a mode for a whole run.
 */
struct ob_setup {
	struct bpf_object *bench;
	struct ob_gateway *gateway;
	struct bpf_link *links[2];
};

/* "ours-1000/many", "ours-1000@variant/many" */
const char *ob_mode_name(const struct ob_mode *m, char buf[OB_MODE_NAMELEN]);
/* For people, without flows. */
const char *ob_mode_title(enum ob_mode_kind kind);

/*
 * Makes the gateway namespace of a fresh topology work this way. -ENOENT when
 * the machine has no such tool.
 */
int ob_mode_setup(const struct ob_mode *m, struct ob_programs *p,
		  const struct ob_topology *t, struct ob_setup *s);
void ob_setup_done(struct ob_setup *s);

/* What must come out of the gateway for a flow that went in. */
struct ob_frame_expect ob_mode_expect(const struct ob_mode *m,
				      const struct ob_bench_flow *in);
