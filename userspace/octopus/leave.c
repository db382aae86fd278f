// SPDX-License-Identifier: Apache-2.0
#include "octopus/leave.h"

#include <errno.h>
#include <stdio.h>
#include <systemd/sd-event.h>

#include "kube/lease.h"
#include "kube/peers.h"
#include "octopus/control.h"

static int delete (struct ob_kube *hub, const struct ob_kube_ref *ref,
		   struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_reply reply = { 0 };
	int r = ob_kube_delete_wait(hub, a, ref, &reply);

	if (r == -ENOENT)
		return 0;
	if (r < 0) {
		*status = reply.status;
		return r;
	}
	printf("deleted %s %s/%s on the hub\n", ref->resource->kind,
	       ref->namespace, ref->name);
	return 0;
}

int ob_leave(const struct ob_config_file *config, struct ob_status *status)
{
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	_cleanup_(ob_kube_freep) struct ob_kube *hub = NULL;
	const struct ob_hub_mode *h = config->hub;
	char lease[OB_CONTROL_LEASE_LEN];
	struct ob_kube_ref ref = { .resource = &ob_peers_resource,
				   .namespace = h->namespace,
				   .name = config->network.id };
	int r = sd_event_new(&event);

	if (r >= 0)
		r = ob_control_connect(event, config, &hub, status);
	if (r >= 0)
		r = delete (hub, &ref, status);
	if (r < 0 || h->kubernetes != OB_KUBERNETES_NONE)
		return r;
	ref.resource = &ob_kube_leases;
	ref.name = ob_control_lease(config->network.id, lease, sizeof(lease));
	return delete (hub, &ref, status);
}
