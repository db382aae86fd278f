// SPDX-License-Identifier: Apache-2.0
/* Packets that are dropped while diagnose looks. */
#include "obctl/check.h"

#include <inttypes.h>

#include "obctl/drops.h"

/* What to do about each; what it means is in ob/abi/reason.h. None: there is
 * nothing to do, the kernel answers or delivers. */
static const char *const fixes[] = {
	[OB_REASON_NO_ROUTE] =
		"obctl monitor names the address; obctl whois ADDRESS "
		"says whether any cluster has it",
	[OB_REASON_SPOOFED] = "obctl monitor names the source: that cluster's "
			      "gateway or its translation is misconfigured, or "
			      "somebody lies",
	[OB_REASON_NOT_OURS] =
		"obctl monitor names the destination: the other side "
		"believes that we have it; compare cluster_cidr",
	[OB_REASON_NO_GLOBAL] =
		"obctl monitor names the source: add its prefix to "
		"pod_cidr, or send from a pod",
	[OB_REASON_MALFORMED] =
		"obctl monitor names the interface: capture there",
	[OB_REASON_NOT_UNICAST] =
		"nothing, unless an application needs multicast "
		"between clusters, which there is not",
	[OB_REASON_INTERNAL] =
		"please report it, with obctl monitor's line and the "
		"kernel's version",
	[OB_REASON_NO_SERVICE] = "obctl monitor names address and port: no "
				 "ServiceImport of this cluster has them",
	[OB_REASON_NO_ENDPOINT] =
		"obctl monitor names the address: no cluster has a "
		"ready endpoint of that port",
	[OB_REASON_FLOWS_FULL] =
		"obctl monitor names who opens connections: there "
		"are as many as ob_flow has room for",
	[OB_REASON_FLOW_CONFLICT] =
		"obctl monitor names the client: it uses one port "
		"for several services with the same endpoint",
	[OB_REASON_SERVICE_FRAGMENT] =
		"obctl monitor names the client: smaller datagrams, "
		"or a network that keeps fragments in order",
	[OB_REASON_SCTP_PORT] =
		"obctl monitor names the address: port and targetPort "
		"of an SCTP service must be the same",
};
_Static_assert(OB_REASON_COUNT == 17, "a new reason needs a fix, or none");

static const char *fix_of(enum ob_reason reason)
{
	if (reason < ARRAY_SIZE(fixes) && fixes[reason])
		return fixes[reason];
	return "obctl monitor shows the packets";
}

static uint64_t count_of(const struct ob_ctl_view *view,
			 const struct ob_drop_key *key)
{
	for (size_t i = 0; i < view->drops.n; i++) {
		const struct ob_drop_count *count = &view->drops.v[i];

		if (count->key.reason == key->reason &&
		    count->key.hook == key->hook)
			return count->value.packets;
	}
	return 0;
}

static uint64_t refused_by(const struct ob_ctl_view *view, int ifindex)
{
	const struct ob_link *link = ob_ctl_view_link(view, ifindex);

	return link ? link->rx_frame_errors : 0;
}

static bool judge_refused(const struct ob_ctl_facts *f,
			  struct ob_ctl_findings *out)
{
	struct ob_ctl_finding *finding;
	uint64_t n;

	if (!f->link)
		return true;
	n = refused_by(&f->view_then, f->link->ifindex) -
	    refused_by(&f->view, f->link->ifindex);
	if (n == 0)
		return true;
	finding =
		ob_ctl_warn(out, "DropsRising",
			    "%" PRIu64 " just now by WireGuard: a peer sent a "
			    "source outside its allowed IPs",
			    n);
	ob_ctl_fix(out, finding,
		   "its accepted cluster_cidr is not what it sends from: "
		   "compare obctl nat there with obctl peers here");
	return false;
}

static bool judge(const struct ob_ctl_facts *f, const struct ob_drop_count *now,
		  struct ob_ctl_findings *out)
{
	uint64_t n = now->value.packets - count_of(&f->view, &now->key);
	struct ob_ctl_finding *finding;

	if (n == 0 || ob_reason_action(now->key.reason) != OB_DROP)
		return true;
	finding = ob_ctl_warn(
		out, "DropsRising", "%" PRIu64 " just now, %s at %s: %s", n,
		ob_reason_name(now->key.reason), ob_hook_name(now->key.hook),
		ob_reason_doc(now->key.reason));
	ob_ctl_fix(out, finding, "%s", fix_of(now->key.reason));
	return false;
}

void ob_ctl_check_drop(const struct ob_ctl_facts *f,
		       struct ob_ctl_findings *out)
{
	bool quiet;

	if (ob_ctl_check_no_maps(f, out))
		return;
	quiet = judge_refused(f, out);
	for (size_t i = 0; i < f->view_then.drops.n; i++)
		quiet &= judge(f, &f->view_then.drops.v[i], out);
	if (quiet)
		ob_ctl_good(out,
			    "none just now (%" PRIu64 " since the maps "
			    "were made)",
			    ob_ctl_drops_sum(&f->view_then, OB_DROP));
}
