// SPDX-License-Identifier: Apache-2.0
#include "octopus/apply.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <time.h>

#include "datapath/counters.h"
#include "datapath/pins.h"
#include "datapath/tables.h"
#include "netlink/addr.h"
#include "netlink/link.h"
#include "netlink/route.h"
#include "octopus/sysctl.h"

#define MAX_WAITS 200
#define WAIT_NS	  (5 * 1000 * 1000)

/*
 * Since 6.13 prefix maps take their entries from a small reserve that the
 * kernel refills a moment later (kernel/bpf/memalloc.c); many in a row may
 * find it empty. All waits of a plan together take a second at most.
 */
static bool worth_waiting(struct ob_apply *c, int r)
{
	const struct timespec moment = { .tv_nsec = WAIT_NS };

	if (r != -ENOMEM || c->waits >= MAX_WAITS)
		return false;
	c->waits++;
	nanosleep(&moment, NULL);
	return true;
}

/* What "already gone" looks like, from each corner of the kernel. */
static int gone_is_fine(int r)
{
	if (r == -ENOENT || r == -ESRCH || r == -ENODEV || r == -EADDRNOTAVAIL)
		return 0;
	return r;
}

static int ifindex_of(const struct ob_apply *c, int ifindex)
{
	return ifindex == OB_IFINDEX_DEVICE ? c->ifindex : ifindex;
}

/* The kernel's own words, where it has some. */
static int netlink_result(const struct ob_apply *c, const struct ob_op *op,
			  int r, struct ob_status *status)
{
	const char *why;

	if (r >= 0)
		return r;
	why = ob_nl_error_message(c->kernel->nl);
	if (!why[0])
		return r;
	return ob_status_set(status, -r, "ApplyFailed",
			     "cannot %s %s %s: %s (%s)", ob_verb_name(op->verb),
			     op->kind, op->key, strerror(-r), why);
}

static int apply_pin(void *context, const struct ob_op *op,
		     struct ob_status *status)
{
	struct ob_apply *c = context;

	(void)status;
	return ob_pin_add(c->kernel->dp, op->args);
}

/* Without its alias the device would not be ours: all or nothing. */
static int make_link(struct ob_apply *c, const struct ob_link *want)
{
	struct ob_nl *nl = c->kernel->nl;
	struct ob_link link = *want, made;
	int r = ob_link_add(nl, want->name, want->kind);

	if (r < 0)
		return r;
	r = ob_link_get(nl, want->name, &made);
	if (r < 0)
		return r;
	link.ifindex = made.ifindex;
	r = ob_link_change(nl, &link);
	if (r < 0) {
		(void)ob_link_del(nl, link.ifindex);
		return r;
	}
	c->ifindex = link.ifindex;
	return 0;
}

static int apply_link(void *context, const struct ob_op *op,
		      struct ob_status *status)
{
	struct ob_apply *c = context;
	struct ob_link link = *(const struct ob_link *)op->args;
	int r;

	if (op->verb == OB_VERB_ADD) {
		r = make_link(c, &link);
		return netlink_result(c, op, r, status);
	}
	link.ifindex = ifindex_of(c, link.ifindex);
	r = ob_link_change(c->kernel->nl, &link);
	if (r == -EADDRINUSE)
		return ob_status_set(status, -r, "PortInUse",
				     "cannot bring up %s: its UDP port is in "
				     "use",
				     link.name);
	return netlink_result(c, op, r, status);
}

static int apply_device(void *context, const struct ob_op *op,
			struct ob_status *status)
{
	struct ob_apply *c = context;
	const struct ob_device_change *d = op->args;
	int r;

	if (d->set_key)
		r = ob_identity_apply(c->identity, c->kernel->wg, d->name,
				      d->port);
	else
		r = ob_wg_device_change(c->kernel->wg, d->name, NULL, d->port);
	if (r == -EADDRINUSE)
		return ob_status_set(status, -r, "PortInUse",
				     "UDP port %u of %s is in use", d->port,
				     d->name);
	return r;
}

/* A slot starts counting at zero for whoever gets it. */
static int apply_cluster(void *context, const struct ob_op *op,
			 struct ob_status *status)
{
	struct ob_apply *c = context;
	const struct ob_cluster_entry *e = op->args;
	int r;

	(void)status;
	if (op->verb == OB_VERB_DEL)
		return gone_is_fine(
			ob_cluster_table_del(c->kernel->dp, &e->key));
	r = ob_traffic_reset(c->kernel->dp, e->value.slot);
	return r < 0 ? r : ob_cluster_table_set(c->kernel->dp, e);
}

static int apply_nat(void *context, const struct ob_op *op,
		     struct ob_status *status)
{
	struct ob_apply *c = context;
	const struct ob_nat_entry *e = op->args;
	int r;

	(void)status;
	if (op->verb == OB_VERB_DEL)
		return gone_is_fine(
			ob_nat_table_del(c->kernel->dp, e->dir, &e->from));
	do
		r = ob_nat_table_set(c->kernel->dp, e);
	while (worth_waiting(c, r));
	return r;
}

static int apply_destination(void *context, const struct ob_op *op,
			     struct ob_status *status)
{
	struct ob_apply *c = context;
	struct ob_route_entry e = *(const struct ob_route_entry *)op->args;
	int r;

	(void)status;
	if (op->verb == OB_VERB_DEL)
		return gone_is_fine(ob_route_table_del(c->kernel->dp, &e.dst));
	e.value.ifindex = (__u32)ifindex_of(c, (int)e.value.ifindex);
	/* The device could not be made: its packets have no way to go. */
	if (!e.value.ifindex)
		return -ENODEV;
	do
		r = ob_route_table_set(c->kernel->dp, &e);
	while (worth_waiting(c, r));
	return r;
}

static int apply_config(void *context, const struct ob_op *op,
			struct ob_status *status)
{
	struct ob_apply *c = context;

	(void)status;
	return ob_config_table_set(c->kernel->dp, op->args);
}

static int apply_attachment(void *context, const struct ob_op *op,
			    struct ob_status *status)
{
	struct ob_apply *c = context;
	const struct ob_attachment *a = op->args;
	int ifindex = ifindex_of(c, a->ifindex);
	int r;

	(void)status;
	if (op->verb == OB_VERB_DEL)
		return gone_is_fine(ob_attachment_del(c->kernel->dp, a));
	if (!ifindex)
		return -ENODEV;
	r = ob_attachment_add(c->kernel->dp, a->hook, ifindex);
	/* A pod's interface went away since the links were read. */
	return a->hook == OB_HOOK_FROM_POD ? gone_is_fine(r) : r;
}

static int apply_sysctl(void *context, const struct ob_op *op,
			struct ob_status *status)
{
	const struct ob_sysctl *s = op->args;

	(void)context;
	(void)status;
	return ob_sysctl_write(s->name, s->value);
}

static int apply_address(void *context, const struct ob_op *op,
			 struct ob_status *status)
{
	struct ob_apply *c = context;
	struct ob_ifaddr addr = *(const struct ob_ifaddr *)op->args;
	struct ob_nl *nl = c->kernel->nl;
	int r;

	addr.ifindex = ifindex_of(c, addr.ifindex);
	if (op->verb == OB_VERB_DEL)
		r = gone_is_fine(ob_ifaddr_del(nl, &addr));
	else
		r = ob_ifaddr_add(nl, &addr);
	return netlink_result(c, op, r, status);
}

static int apply_peer(void *context, const struct ob_op *op,
		      struct ob_status *status)
{
	struct ob_apply *c = context;
	const struct ob_wg_peer *wg =
		&((const struct ob_peer_item *)op->args)->wg;
	int r;

	(void)status;
	if (op->verb == OB_VERB_DEL) {
		ob_told_del(c->told, &wg->public_key);
		return gone_is_fine(ob_wg_peer_del(c->kernel->wg, c->device,
						   &wg->public_key));
	}
	r = ob_wg_peer_change(c->kernel->wg, c->device, wg);
	if (r < 0 || !wg->endpoint.addr.family)
		return r;
	return ob_told_set(c->told, &wg->public_key, &wg->endpoint);
}

static int apply_route(void *context, const struct ob_op *op,
		       struct ob_status *status)
{
	struct ob_apply *c = context;
	struct ob_rtroute route = *(const struct ob_rtroute *)op->args;
	struct ob_nl *nl = c->kernel->nl;
	int r = -EINVAL;

	/* An unreachable route has no device, ours or any. */
	if (route.type == RTN_UNICAST)
		route.ifindex = ifindex_of(c, route.ifindex);
	switch (op->verb) {
	case OB_VERB_ADD:
		r = ob_rtroute_add(nl, &route);
		break;
	case OB_VERB_CHANGE:
		r = ob_rtroute_change(nl, &route);
		break;
	case OB_VERB_DEL:
		r = gone_is_fine(ob_rtroute_del(nl, &route));
		break;
	}
	if (r == -EEXIST)
		return ob_status_set(status, -r, "RouteConflict",
				     "cannot add route %s: somebody else has "
				     "one to the same prefix with the same "
				     "metric",
				     op->key);
	return netlink_result(c, op, r, status);
}

const struct ob_appliers ob_apply_kernel = {
	.pin = apply_pin,
	.link = apply_link,
	.device = apply_device,
	.cluster = apply_cluster,
	.nat = apply_nat,
	.destination = apply_destination,
	.config = apply_config,
	.attachment = apply_attachment,
	.sysctl = apply_sysctl,
	.address = apply_address,
	.peer = apply_peer,
	.route = apply_route,
};
