// SPDX-License-Identifier: Apache-2.0
#include "octopus/notify.h"

#include <errno.h>
#include <string.h>

#include "kube/event.h"
#include "kube/peers.h"

struct ob_notify {
	struct ob_kube_events *events;
	char *namespace;
	char *told; /* the last message; NULL: nothing to say yet */
};

int ob_notify_new(struct ob_kube *hub, const char *namespace,
		  const char *instance, struct ob_notify **ret)
{
	_cleanup_(ob_notify_freep) struct ob_notify *n = calloc(1, sizeof(*n));
	int r;

	if (!n)
		return -ENOMEM;
	n->namespace = strdup(namespace);
	if (!n->namespace)
		return -ENOMEM;
	r = ob_kube_events_new(hub, "octopus.io/octopus", instance, &n->events);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(n);
	return 0;
}

void ob_notify_free(struct ob_notify *n)
{
	ob_kube_events_freep(&n->events);
	free(n->namespace);
	free(n->told);
	free(n);
}

static void send_event(struct ob_notify *n, const struct ob_peer *own,
		       const struct ob_peer_condition *c)
{
	struct ob_kube_ref regarding = { .resource = &ob_peers_resource,
					 .namespace = n->namespace,
					 .name = own->name };
	bool well = !strcmp(c->status, "True");
	struct ob_kube_event event = {
		.regarding = &regarding,
		.uid = own->uid,
		.type = well ? "Normal" : "Warning",
		.reason = c->reason,
		.action = "Judge",
		.note = c->message,
	};

	ob_kube_events_send(n->events, &event);
}

void ob_notify_own(struct ob_notify *n, const struct ob_peer *own)
{
	const struct ob_peer_condition *c =
		own ? ob_peer_condition_get(&own->status, OB_PEER_ACCEPTED)
		    : NULL;
	bool first = !n->told;

	if (!c || (n->told && !strcmp(n->told, c->message)))
		return;
	free(n->told);
	n->told = strdup(c->message);
	/* That all is well is news only after trouble. */
	if (!first || strcmp(c->status, "True") != 0)
		send_event(n, own, c);
}
