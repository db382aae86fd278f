// SPDX-License-Identifier: Apache-2.0
#include "obctl/check.h"

#include <errno.h>

static const struct {
	const char *name;
	ob_ctl_check_fn check;
} checks[] = {
	{ "configuration", ob_ctl_check_configuration },
	{ "octopus", ob_ctl_check_octopus },
	{ "wireguard", ob_ctl_check_wireguard },
	{ "device", ob_ctl_check_device },
	{ "hub", ob_ctl_check_hub },
	{ "peer", ob_ctl_check_peer },
	{ "cluster", ob_ctl_check_cluster },
	{ "endpoint", ob_ctl_check_endpoint },
	{ "tunnel", ob_ctl_check_tunnel },
	{ "mtu", ob_ctl_check_mtu },
	{ "route", ob_ctl_check_route },
	{ "forwarding", ob_ctl_check_forwarding },
	{ "program", ob_ctl_check_program },
	{ "map", ob_ctl_check_map },
	{ "service", ob_ctl_check_service },
	{ "drop", ob_ctl_check_drop },
};

void ob_ctl_check_all(const struct ob_ctl_facts *f, struct ob_ctl_findings *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		out->check = checks[i].name;
		checks[i].check(f, out);
	}
}

void ob_ctl_fix_by_octopus(const struct ob_ctl_facts *f,
			   struct ob_ctl_findings *out,
			   struct ob_ctl_finding *finding)
{
	if (!f->daemon.asked)
		ob_ctl_fix(out, finding,
			   "octopus puts it back within a second: is it "
			   "running?");
	else if (f->daemon.error < 0)
		ob_ctl_fix(out, finding,
			   "start octopus, which puts it back within a second");
	else if (*f->daemon.waiting_reason)
		ob_ctl_fix(out, finding,
			   "octopus leaves everything as it is (%s: %s): "
			   "when that is over it puts this back",
			   f->daemon.waiting_reason, f->daemon.waiting_message);
	else
		ob_ctl_fix(out, finding,
			   "octopus runs and should have put it back: see "
			   "what it says in its log, and whether something "
			   "else on this host takes it away again");
}

bool ob_ctl_check_no_device(const struct ob_ctl_facts *f,
			    struct ob_ctl_findings *out)
{
	if (f->standby)
		ob_ctl_skip(out, "this gateway stands by");
	else if (!f->link)
		ob_ctl_skip(out, "not looked at: no device %s", f->device);
	return f->standby || !f->link;
}

bool ob_ctl_check_no_maps(const struct ob_ctl_facts *f,
			  struct ob_ctl_findings *out)
{
	if (f->standby)
		ob_ctl_skip(out, "this gateway stands by");
	else if (f->maps_error == -EPERM || f->maps_error == -EACCES)
		ob_ctl_skip(out, "not looked at: reading the maps needs root "
				 "(CAP_BPF)");
	else if (f->maps_error < 0)
		ob_ctl_skip(out, "not looked at: the maps cannot be read");
	return f->standby || f->maps_error < 0;
}

bool ob_ctl_check_up(const struct ob_ctl_facts *f,
		     const struct ob_wg_peer *peer)
{
	return peer && peer->handshake_s &&
	       f->now_s - peer->handshake_s < OB_CTL_UP_S;
}
