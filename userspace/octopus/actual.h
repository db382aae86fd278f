/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel has now, as far as it concerns us: read anew in each pass,
 * never remembered.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"
#include "datapath/pins.h"
#include "datapath/tables.h"
#include "netlink/addr.h"
#include "netlink/link.h"
#include "netlink/route.h"
#include "octopus/kernel.h"
#include "wireguard/device.h"

#define OB_ALIAS "ovn-builder" /* marks our device */

/* A number below /proc/sys. */
struct ob_sysctl {
	char name[64]; /* "net/ipv4/conf/ob0/forwarding" */
	unsigned int value;
};

struct ob_sysctls {
	struct ob_sysctl *v;
	size_t n, room;
};

struct ob_actual {
	struct ob_pins pins;
	struct ob_links links;	   /* all of the network namespace */
	struct ob_ifaddrs addrs;   /* of our device, no link-local ones */
	struct ob_rtroutes routes; /* with our protocol */
	struct ob_wg_device wg; /* name "" when it is not there or not ours */
	struct ob_sysctls sysctls; /* those we set; absent ones missing */
	bool forwarding4;	   /* net.ipv4.ip_forward */
	bool forwarding6;	   /* net.ipv6.conf.all.forwarding */
	struct ob_attachments attachments;
	struct ob_config config;
	struct ob_route_entries destinations; /* ob_route4/6 */
	struct ob_nat_entries nats;	      /* ob_out4/6, ob_in4/6 */
	struct ob_cluster_entries clusters;   /* ob_cluster */
};

/* Everything lives in the arena. The status says what could not be read. */
int ob_actual_dump(const struct ob_kernel *k, struct ob_arena *a,
		   const char *device, struct ob_actual *ret,
		   struct ob_status *status);
/* The link of that name, or NULL. */
const struct ob_link *ob_actual_link(const struct ob_actual *actual,
				     const char *name);
/* Is this link, which may be NULL, the device we made? */
bool ob_link_is_ours(const struct ob_link *link);
