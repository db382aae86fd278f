/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Desired against actual: the operations that make the second the first. Pure.
 *
 * The order mistreats no packet: the maps know about a cluster before a program
 * or a route leads to it, and forget it after nothing does any more.
 */
#pragma once

#include "octopus/actual.h"
#include "octopus/desired.h"
#include "reconcile/plan.h"

/* args of a "device" operation. */
struct ob_device_change {
	const char *name;
	uint16_t port;
	bool set_key; /* ours, which the applier knows */
};

typedef int ob_op_fn(void *context, const struct ob_op *op,
		     struct ob_status *status);

/*
 * Who does the work. op->args is the desired object, or for OB_VERB_DEL the
 * actual one; an interface index OB_IFINDEX_DEVICE in it means our device.
 */
struct ob_appliers {
	ob_op_fn *pin;	       /* struct ob_pin */
	ob_op_fn *link;	       /* struct ob_link */
	ob_op_fn *device;      /* struct ob_device_change */
	ob_op_fn *cluster;     /* struct ob_cluster_entry */
	ob_op_fn *nat;	       /* struct ob_nat_entry */
	ob_op_fn *destination; /* struct ob_route_entry */
	ob_op_fn *config;      /* struct ob_config */
	ob_op_fn *attachment;  /* struct ob_attachment */
	ob_op_fn *sysctl;      /* struct ob_sysctl */
	ob_op_fn *address;     /* struct ob_ifaddr */
	ob_op_fn *peer;	       /* struct ob_peer_item */
	ob_op_fn *route;       /* struct ob_rtroute */
};

/* Fills the plan; sorts the lists of both sides in place. */
void ob_diff(struct ob_desired *desired, struct ob_actual *actual,
	     const struct ob_appliers *appliers, struct ob_plan *plan);
