/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two clusters with the same pod CIDR and kernel WireGuard between them:
 *
 *   pod 0            gateway 0                gateway 1            pod 1
 *   eth0 ----------- pod      wg0 ~~~~~~ wg0      pod ----------- eth0
 *   10.244.1.2            u0 ----------- u0                 10.244.1.2
 *   10.113.1.2                                              10.114.1.2
 *
 * Pods have their global address too, so that the very same tunnel can also
 * carry the same bytes by plain routing, without our programs.
 */
#pragma once

#include <stdbool.h>

#include "gateway.h"

#define OB_TUNNEL_MTU 1420

/* Global addresses of the pods, host order. */
#define OB_TUNNEL_GLOBAL(i) (0x0a710000u + (uint32_t)(i)*0x10000u + 0x102u)
/* Their local address, the same in both clusters. */
#define OB_TUNNEL_LOCAL	    0x0af40102u

struct ob_tunnel {
	int home;
	int pods[2], gateways[2];
	struct ob_gateway *programs[2];
	struct bpf_link *links[2][3];
};

/* -EOPNOTSUPP: this kernel has no WireGuard. */
int ob_tunnel_new(const char *objects, struct ob_tunnel **ret);
void ob_tunnel_free(struct ob_tunnel *t);
OB_DEFINE_CLEANUP(struct ob_tunnel *, ob_tunnel_free)

/* Attaches our programs to both gateways, or takes them away. */
int ob_tunnel_attach(struct ob_tunnel *t);
void ob_tunnel_detach(struct ob_tunnel *t);
