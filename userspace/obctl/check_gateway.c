// SPDX-License-Identifier: Apache-2.0
/* What a gateway is made of: file, daemon, WireGuard, device. */
#include "obctl/check.h"

#include <errno.h>
#include <string.h>

static void judge_missing_file(const struct ob_ctl_facts *f,
			       struct ob_ctl_findings *out)
{
	const struct ob_ctl_file *file = &f->file;
	struct ob_ctl_finding *finding;

	if (file->error == -EACCES || file->error == -EPERM) {
		ob_ctl_skip(out, "%s: reading it needs root", file->path);
		return;
	}
	finding = ob_ctl_broken(out, "ConfigurationUnreadable", "%s: %s",
				file->path, strerror(-file->error));
	ob_ctl_fix(out, finding,
		   "write it, or name the one octopus uses: obctl diagnose "
		   "--config FILE");
	finding->aside = f->maps_error == 0;
}

void ob_ctl_check_configuration(const struct ob_ctl_facts *f,
				struct ob_ctl_findings *out)
{
	const struct ob_ctl_file *file = &f->file;
	struct ob_ctl_finding *finding;

	if (file->error < 0) {
		judge_missing_file(f, out);
		return;
	}
	if (file->problem ||
	    (f->daemon.has_status && !f->daemon.config_valid)) {
		finding = ob_ctl_broken(
			out, "ConfigurationInvalid", "%s",
			file->problem
				?: "octopus has refused it and goes on "
				   "with the one before");
		ob_ctl_fix(out, finding,
			   "octopus --config %s --check names what is wrong; "
			   "correct it, then kill -HUP octopus",
			   file->path);
		finding->aside = f->daemon.asked && f->daemon.error == 0;
		return;
	}
	if (file->hub_mode)
		ob_ctl_good(out, "%s: cluster %s, through the hub %s",
			    file->path, file->id,
			    file->hub_url ?: file->kubeconfig);
	else
		ob_ctl_good(out, "%s: cluster %s and %zu peers", file->path,
			    file->id, file->peers.n);
}

static void judge_silence(const struct ob_ctl_facts *f,
			  struct ob_ctl_findings *out)
{
	const struct ob_ctl_daemon *d = &f->daemon;
	struct ob_ctl_finding *finding;

	if (d->error == -ECONNREFUSED) {
		finding = ob_ctl_broken(out, "OctopusNotRunning",
					"does not run: nothing listens on %s",
					d->url);
		ob_ctl_fix(out, finding,
			   "start it: octopus --config %s; until then packets "
			   "pass, but nothing is repaired or renewed",
			   f->file.path);
	} else {
		finding = ob_ctl_broken(out, "OctopusSilent",
					"does not answer on %s: %s", d->url,
					strerror(-d->error));
		ob_ctl_fix(out, finding,
			   "it is stopped or stuck: see its log, then restart "
			   "it, which costs no packet");
	}
	finding->aside = f->maps_error != -ENOENT;
}

/* Conditions are sentences of octopus; the checks below find the cause. */
static const char *say_conditions(const struct ob_ctl_daemon *d,
				  struct ob_arena *a)
{
	const struct ob_ctl_condition *first = d->conditions.v;

	if (d->conditions.n == 0)
		return *d->waiting_reason
			       ? ob_arena_printf(a, "%s: %s", d->waiting_reason,
						 d->waiting_message)
			       : "see its log";
	if (d->conditions.n == 1)
		return ob_arena_printf(a, "%s: %s", first->reason,
				       first->message);
	return ob_arena_printf(a, "%s: %s (and %zu more)", first->reason,
			       first->message, d->conditions.n - 1);
}

void ob_ctl_check_octopus(const struct ob_ctl_facts *f,
			  struct ob_ctl_findings *out)
{
	const struct ob_ctl_daemon *d = &f->daemon;
	const char *said = say_conditions(d, out->arena);
	struct ob_ctl_finding *finding;

	if (!d->asked) {
		ob_ctl_skip(out, "not asked: metrics: none");
	} else if (d->error < 0) {
		judge_silence(f, out);
	} else if (d->health != 200) {
		finding =
			ob_ctl_broken(out, "OctopusUnhealthy",
				      "runs, but makes no progress: %s", said);
		ob_ctl_fix(out, finding, "as the lines below say; %s/healthz",
			   d->url);
		finding->aside = f->maps_error != -ENOENT || f->hub_mode;
	} else if (d->conditions.n > 0) {
		finding = ob_ctl_warn(out, "OctopusConditions", "%s", said);
		ob_ctl_fix(out, finding,
			   "octopus(8), conditions; the lines below may say "
			   "more");
	} else if (f->standby) {
		ob_ctl_good(out, "stands by: %s leads",
			    *d->holder ? d->holder : "nobody known");
	} else {
		ob_ctl_good(out, "healthy (%s/healthz)", d->url);
	}
}

void ob_ctl_check_wireguard(const struct ob_ctl_facts *f,
			    struct ob_ctl_findings *out)
{
	struct ob_ctl_finding *finding;

	if (f->wireguard_error == -EOPNOTSUPP ||
	    f->wireguard_error == -ENOENT) {
		finding = ob_ctl_broken(out, "NoWireGuard",
					"this kernel has no WireGuard");
		ob_ctl_fix(out, finding,
			   "modprobe wireguard, or a kernel that has it (5.6 "
			   "and later)");
	} else if (f->wireguard_error < 0) {
		ob_ctl_skip(out, "not looked at: %s",
			    strerror(-f->wireguard_error));
	} else {
		ob_ctl_good(out, "the kernel has it");
	}
}

static void judge_no_device(const struct ob_ctl_facts *f,
			    struct ob_ctl_findings *out)
{
	struct ob_ctl_finding *finding = ob_ctl_broken(
		out, "DeviceMissing",
		"there is no device %s in this network namespace", f->device);

	ob_ctl_fix_by_octopus(f, out, finding);
	/* With a hub it is made once the hub has accepted us. */
	finding->aside = f->hub_mode;
}

static void judge_tunnel_device(const struct ob_ctl_facts *f,
				struct ob_ctl_findings *out)
{
	char key[OB_KEY_STRLEN];
	struct ob_ctl_finding *finding;

	if (f->wg_error < 0) {
		ob_ctl_skip(out,
			    "%s is up; its port and peers need root "
			    "(CAP_NET_ADMIN)",
			    f->device);
	} else if (ob_key_is_zero(&f->wg.public_key)) {
		finding = ob_ctl_broken(out, "NoKey", "%s has no private key",
					f->device);
		ob_ctl_fix_by_octopus(f, out, finding);
	} else if (f->wg.listen_port != f->port) {
		finding = ob_ctl_broken(out, "PortDiffers",
					"%s has UDP port %u, not %u", f->device,
					f->wg.listen_port, f->port);
		ob_ctl_fix(out, finding,
			   "ss -lnup sport = :%u shows who has the port; end "
			   "that, or choose another port: in %s",
			   f->port, f->file.path);
	} else {
		ob_ctl_good(out, "%s is up, MTU %u, UDP port %u, key %s",
			    f->device, f->link->mtu, f->wg.listen_port,
			    ob_key_format(&f->wg.public_key, key, sizeof(key)));
	}
}

void ob_ctl_check_device(const struct ob_ctl_facts *f,
			 struct ob_ctl_findings *out)
{
	struct ob_ctl_finding *finding;

	if (f->standby) {
		ob_ctl_skip(out, "this gateway stands by");
	} else if (f->links_error < 0) {
		ob_ctl_skip(out, "interfaces cannot be read: %s",
			    strerror(-f->links_error));
	} else if (!f->link) {
		judge_no_device(f, out);
	} else if (strcmp(f->link->kind, "wireguard") != 0 ||
		   strcmp(f->link->alias, "ovn-builder") != 0) {
		finding = ob_ctl_broken(
			out, "DeviceNotOurs",
			"%s is somebody else's: kind %s, alias %s", f->device,
			*f->link->kind ? f->link->kind : "none",
			*f->link->alias ? f->link->alias : "none");
		ob_ctl_fix(out, finding,
			   "rename or delete it, or choose another device: in "
			   "%s",
			   f->file.path);
	} else if (!f->link->up) {
		finding = ob_ctl_broken(out, "DeviceDown", "%s is down",
					f->device);
		ob_ctl_fix_by_octopus(f, out, finding);
	} else {
		judge_tunnel_device(f, out);
	}
}
