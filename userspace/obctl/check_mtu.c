// SPDX-License-Identifier: Apache-2.0
#include "obctl/check.h"

#include <errno.h>

#include "obctl/units.h"

/* Of a WireGuard data packet: see octopus/mtu.h. */
#define OVERHEAD4 60
#define OVERHEAD6 80
/* What the network below leaves of a packet; 0: not known. */
static uint32_t room_of(const struct ob_ctl_path *path)
{
	uint32_t overhead = path->to.family == AF_INET6 ? OVERHEAD6 : OVERHEAD4;

	return path->underlay.error == 0 && path->underlay.mtu > overhead
		       ? path->underlay.mtu - overhead
		       : 0;
}

static void judge_large(const struct ob_ctl_facts *f,
			const struct ob_ctl_path *path,
			struct ob_ctl_findings *out)
{
	struct ob_ctl_finding *finding = ob_ctl_broken(
		out, "TunnelMTUTooLarge",
		"%s: %s has MTU %u, but the way to %s leaves %u: large packets "
		"travel in fragments or are lost",
		path->want->id, f->device, f->link->mtu,
		ob_ctl_addr(out->arena, &path->to), room_of(path));

	if (f->file.mtu)
		ob_ctl_fix(out, finding, "set mtu: %u (or auto) in %s",
			   room_of(path), f->file.path);
	else
		ob_ctl_fix_by_octopus(f, out, finding);
}

static void judge_mtu(const struct ob_ctl_facts *f,
		      const struct ob_ctl_path *path,
		      struct ob_ctl_findings *out)
{
	const struct ob_ctl_want *want = path->want;
	struct ob_ctl_finding *finding;

	if (want->direct && room_of(path) && f->link->mtu > room_of(path)) {
		judge_large(f, path, out);
	} else if (!path->probed || path->probe_error == -EACCES ||
		   path->probe_error == -EPERM) {
		ob_ctl_skip(out,
			    "%s: not measured: echo requests need root "
			    "(CAP_NET_RAW)",
			    want->id);
	} else if (!path->answered) {
		ob_ctl_skip(out, "%s: not measured: %s answers no echo request",
			    want->id, ob_ctl_addr(out->arena, &path->gateway));
	} else if (path->answer_size < path->probe_size) {
		finding = ob_ctl_broken(out, "PathMTUBlackHole",
					"%s: packets of %u bytes pass, of %u "
					"they are lost, and "
					"nobody says so",
					want->id, path->answer_size,
					path->probe_size);
		ob_ctl_fix(
			out, finding,
			"a link on the way carries less than its ends "
			"think: set mtu: %u in %s here and on the other side",
			path->answer_size, f->file.path);
	} else {
		ob_ctl_good(out, "%s: %u bytes pass both ways", want->id,
			    path->answer_size);
	}
}

void ob_ctl_check_mtu(const struct ob_ctl_facts *f, struct ob_ctl_findings *out)
{
	if (ob_ctl_check_no_device(f, out))
		return;
	for (size_t i = 0; i < f->paths.n; i++)
		judge_mtu(f, &f->paths.v[i], out);
	if (f->paths.n == 0)
		ob_ctl_skip(out, "no other cluster to connect to");
}
