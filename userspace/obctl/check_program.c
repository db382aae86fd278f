// SPDX-License-Identifier: Apache-2.0
/* The tc programs: on the tunnel device, and where pods' packets arrive. */
#include "obctl/check.h"

#include <fnmatch.h>
#include <net/if_arp.h>
#include <string.h>

static const struct ob_attachment *find(const struct ob_ctl_facts *f,
					enum ob_hook hook, int ifindex)
{
	for (size_t i = 0; i < f->view.attachments.n; i++) {
		const struct ob_attachment *at = &f->view.attachments.v[i];

		if (at->hook == hook && at->ifindex == ifindex)
			return at;
	}
	return NULL;
}

/* As octopus does it: Ethernet devices that a pattern matches, not ours. */
static bool faces_pods(const struct ob_ctl_facts *f, const struct ob_link *link)
{
	if (link->type != ARPHRD_ETHER || !strcmp(link->name, f->device))
		return false;
	for (size_t i = 0; i < f->file.interfaces.n; i++) {
		if (fnmatch(f->file.interfaces.v[i], link->name, 0) == 0)
			return true;
	}
	return false;
}

/* True when the program is there and of this build. */
static bool judge(const struct ob_ctl_facts *f, enum ob_hook hook,
		  const struct ob_link *link, struct ob_ctl_findings *out)
{
	const struct ob_attachment *at = find(f, hook, link->ifindex);
	struct ob_ctl_finding *finding;

	if (at && at->current)
		return true;
	if (at)
		finding = ob_ctl_warn(out, "ProgramOld",
				      "%s on %s is of another build",
				      ob_hook_name(hook), link->name);
	else
		finding = ob_ctl_broken(out, "ProgramMissing",
					"%s is not attached to %s",
					ob_hook_name(hook), link->name);
	ob_ctl_fix_by_octopus(f, out, finding);
	return false;
}

static const char *patterns(const struct ob_ctl_facts *f, struct ob_arena *a)
{
	const char *text = "";

	for (size_t i = 0; i < f->file.interfaces.n; i++)
		text = ob_arena_printf(a, "%s%s%s", text, i ? ", " : "",
				       f->file.interfaces.v[i]);
	return text;
}

static void judge_no_pods(const struct ob_ctl_facts *f,
			  struct ob_ctl_findings *out)
{
	struct ob_ctl_finding *finding;

	if (f->file.interfaces.n == 0) {
		ob_ctl_skip(out, "pods: no interfaces: are configured");
		return;
	}
	finding = ob_ctl_broken(out, "NoPodInterface",
				"no interface matches interfaces: %s",
				patterns(f, out->arena));
	ob_ctl_fix(out, finding,
		   "ip -br link shows what there is: name what leads to the "
		   "pods in interfaces: of %s",
		   f->file.path);
}

static void judge_pods(const struct ob_ctl_facts *f,
		       struct ob_ctl_findings *out)
{
	size_t n = 0, good = 0;

	for (size_t i = 0; i < f->links.n; i++) {
		if (!faces_pods(f, &f->links.v[i]))
			continue;
		good += judge(f, OB_HOOK_FROM_POD, &f->links.v[i], out);
		n++;
	}
	if (n == 0)
		judge_no_pods(f, out);
	else if (good > 0)
		ob_ctl_good(out, "from_pod on %zu of %zu pod interfaces", good,
			    n);
}

void ob_ctl_check_program(const struct ob_ctl_facts *f,
			  struct ob_ctl_findings *out)
{
	bool to, from;

	if (ob_ctl_check_no_maps(f, out) || ob_ctl_check_no_device(f, out))
		return;
	to = judge(f, OB_HOOK_TO_TUNNEL, f->link, out);
	from = judge(f, OB_HOOK_FROM_TUNNEL, f->link, out);
	if (to && from)
		ob_ctl_good(out, "to_tunnel and from_tunnel on %s", f->device);
	if (f->file.error < 0 || f->file.problem)
		ob_ctl_skip(out, "pods: without the configuration nobody "
				 "knows their interfaces");
	else
		judge_pods(f, out);
}
