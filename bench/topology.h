/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three network namespaces without names, gone with the process:
 *
 *   sender            gateway                sink
 *     s0 ------------- g0     g1 ------------ k0
 *    ..:01            ..:02  ..:03           ..:04
 *                            192.0.2.1       192.0.2.2
 *
 * Every sample gets a fresh one: no state of one mode outlives it. The
 * interface indexes are always the same, so maps may name them.
 */
#pragma once

#include "base/cleanup.h"

#define OB_INDEX_S0 10
#define OB_INDEX_G0 20
#define OB_INDEX_G1 21
#define OB_INDEX_K0 30

struct ob_topology {
	int home; /* the namespace we came from */
	int sender, gateway, sink;
};

#define OB_TOPOLOGY_INIT                                                       \
	{                                                                      \
		.home = -1, .sender = -1, .gateway = -1, .sink = -1            \
	}

extern const unsigned char ob_mac_s0[6], ob_mac_g0[6];

/* t holds OB_TOPOLOGY_INIT. */
int ob_topology_init(struct ob_topology *t);
void ob_topology_done(struct ob_topology *t);

/* Moves the calling thread; ob_topology_leave brings it back. */
int ob_topology_enter(const struct ob_topology *t, int netns);
void ob_topology_leave(const struct ob_topology *t);
