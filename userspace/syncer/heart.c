// SPDX-License-Identifier: Apache-2.0
#include "syncer/heart.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/retry.h"
#include "base/timestamp.h"
#include "kube/lease.h"
#include "kube/peers.h"
#include "ob/api/services.h"
#include "syncer/object.h"

#define NAME_LEN 96

struct ob_heart {
	struct ob_kube *hub;
	const struct ob_syncer_config *config;
	struct ob_kube_call *call;
	char name[NAME_LEN];
	char identity[OB_KUBE_IDENTITY_LEN];
	uint64_t next_ms;
	double sent_s, renewed_s;
	struct ob_retry retry;
	struct ob_status trouble;
};

const char *ob_heart_name(const char *cluster, char *buf, size_t size)
{
	snprintf(buf, size, "%s" OB_HEARTBEAT_SUFFIX, cluster);
	return buf;
}

static void on_renewed(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct ob_heart *h = arg;

	h->call = NULL;
	if (r == 0) {
		h->retry = (struct ob_retry){ 0 };
		h->trouble = (struct ob_status)OB_STATUS_INIT;
		h->renewed_s = h->sent_s;
		return;
	}
	if (!h->trouble.reason)
		ob_warning("our heartbeat cannot be written", "lease=%s",
			   h->name);
	ob_retry_failed(&h->retry, ob_clock_monotonic_ms());
	ob_status_set(&h->trouble, -r, "HeartbeatFailed",
		      "Lease %s on the hub cannot be written: %s", h->name,
		      reply->status.message);
}

static cJSON *lease_of(struct ob_arena *a, const struct ob_heart *h,
		       const char *peer_uid)
{
	cJSON *o = ob_object_new(a, &ob_kube_leases, h->config->hub_namespace,
				 h->name);
	cJSON *spec = ob_json_object(a);
	char time[OB_TIMESTAMP_STRLEN];

	ob_object_label(a, o, OB_LABEL_HEARTBEAT, OB_HEARTBEAT_SYNCER);
	ob_object_own(a, o, &ob_peers_resource, h->config->cluster, peer_uid);
	ob_json_set_string(a, spec, "holderIdentity", h->identity);
	ob_json_set_number(a, spec, "leaseDurationSeconds",
			   h->config->expiry_s);
	ob_json_set_string(a, spec, "renewTime",
			   ob_timestamp_format_micro((int64_t)(h->sent_s * 1e6),
						     time, sizeof(time)));
	ob_json_set(a, o, "spec", spec);
	return o;
}

void ob_heart_tick(struct ob_heart *h, const char *peer_uid, uint64_t now_ms)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = NULL;
	struct ob_kube_ref ref = { .resource = &ob_kube_leases,
				   .namespace = h->config->hub_namespace,
				   .name = h->name };

	if (h->call || now_ms < h->next_ms ||
	    !ob_retry_is_due(&h->retry, now_ms))
		return;
	a = ob_arena_new();
	h->sent_s = ob_clock_realtime_s();
	if (ob_kube_patch(h->hub, &ref, OB_KUBE_PATCH_APPLY,
			  lease_of(a, h, peer_uid), on_renewed, h,
			  &h->call) < 0)
		ob_retry_failed(&h->retry, now_ms);
	else
		h->next_ms = now_ms + h->config->renew_s * UINT64_C(1000);
}

const struct ob_status *ob_heart_trouble(const struct ob_heart *h)
{
	return &h->trouble;
}

double ob_heart_renewed_s(const struct ob_heart *h)
{
	return h->renewed_s;
}

int ob_heart_new(struct ob_kube *hub, const struct ob_syncer_config *config,
		 struct ob_heart **ret)
{
	struct ob_heart *h = calloc(1, sizeof(*h));

	if (!h)
		return -ENOMEM;
	h->hub = hub;
	h->config = config;
	ob_heart_name(config->cluster, h->name, sizeof(h->name));
	ob_kube_lease_identity(h->identity, sizeof(h->identity));
	*ret = h;
	return 0;
}

void ob_heart_free(struct ob_heart *h)
{
	ob_kube_cancel(h->call);
	free(h);
}
