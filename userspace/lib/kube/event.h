/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events (events.k8s.io/v1) for people who look at an object with kubectl
 * describe. Best effort: at most one request under way, the same event (of the
 * same object, with the same reason, action and note) counts up a series, which
 * is written once a minute, instead of being repeated, and at most 25 are kept
 * waiting.
 */
#pragma once

#include "base/cleanup.h"
#include "kube/client.h"

struct ob_kube_events;

struct ob_kube_event {
	const struct ob_kube_ref *regarding;
	const char *uid;  /* of the object; may be NULL */
	const char *type; /* "Normal" or "Warning" */
	const char *reason;
	const char *action;
	const char *note; /* a sentence */
};

/* controller: "octopus.io/octopus"; instance: the pod's name. */
int ob_kube_events_new(struct ob_kube *k, const char *controller,
		       const char *instance, struct ob_kube_events **ret);
void ob_kube_events_free(struct ob_kube_events *e);
OB_DEFINE_CLEANUP(struct ob_kube_events *, ob_kube_events_free)
void ob_kube_events_send(struct ob_kube_events *e,
			 const struct ob_kube_event *event);
