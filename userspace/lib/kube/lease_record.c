// SPDX-License-Identifier: Apache-2.0
#include "kube/lease_record.h"

#include <errno.h>
#include <string.h>

#include "base/timestamp.h"

#define DEFAULT_S 15
#define MAX_S	  3600

enum ob_kube_lease_step
ob_kube_lease_decide(const struct ob_kube_lease_seen *seen,
		     const char *identity, uint64_t now_ms)
{
	if (!seen->exists)
		return OB_KUBE_LEASE_CREATE;
	if (!seen->holder[0])
		return OB_KUBE_LEASE_TAKE;
	if (!strcmp(seen->holder, identity))
		return OB_KUBE_LEASE_RENEW;
	/* By our own clock, since we saw it change: never by its times. */
	if (now_ms >= seen->changed_ms + seen->duration_ms)
		return OB_KUBE_LEASE_TAKE;
	return OB_KUBE_LEASE_WAIT;
}

int ob_kube_lease_decode(const cJSON *lease, struct ob_kube_lease_seen *ret)
{
	const cJSON *spec = ob_json_get(lease, "spec");
	const char *version = ob_json_string(lease, "metadata.resourceVersion");
	int64_t seconds = 0;

	if (!version || (spec && !cJSON_IsObject(spec)))
		return -EINVAL;
	if (ob_json_int(spec, "leaseDurationSeconds", &seconds) < 0 ||
	    seconds < 1)
		seconds = DEFAULT_S;
	if (seconds > MAX_S)
		seconds = MAX_S;
	*ret = (struct ob_kube_lease_seen){
		.exists = true,
		.holder = ob_json_string(spec, "holderIdentity") ?: "",
		.resource_version = version,
		.duration_ms = (uint32_t)seconds * 1000,
	};
	return 0;
}

static void set_spec(struct ob_arena *a, cJSON *spec,
		     const struct ob_kube_lease_claim *claim)
{
	const char *before = ob_json_string(spec, "holderIdentity") ?: "";
	uint32_t seconds = (claim->duration_ms + 999) / 1000;
	char now[OB_TIMESTAMP_STRLEN];
	int64_t transitions = 0;
	cJSON *last;

	ob_timestamp_format_micro((int64_t)(claim->now_s * 1e6), now,
				  sizeof(now));
	(void)ob_json_int(spec, "leaseTransitions", &transitions);
	last = ob_json_at(spec, "acquireTime");
	if (!last || strcmp(before, claim->holder) != 0) {
		ob_json_set_string(a, spec, "acquireTime", now);
		if (last && claim->holder[0])
			transitions++;
	}
	ob_json_set_string(a, spec, "holderIdentity", claim->holder);
	ob_json_set_number(a, spec, "leaseDurationSeconds",
			   claim->holder[0] ? seconds : 1);
	ob_json_set_string(a, spec, "renewTime", now);
	ob_json_set_number(a, spec, "leaseTransitions", (double)transitions);
}

cJSON *ob_kube_lease_make(struct ob_arena *a,
			  const struct ob_kube_lease_claim *claim)
{
	cJSON *lease = ob_json_object(a), *meta = ob_json_object(a);

	ob_json_set_string(a, lease, "apiVersion", "coordination.k8s.io/v1");
	ob_json_set_string(a, lease, "kind", "Lease");
	ob_json_set_string(a, meta, "name", claim->name);
	ob_json_set_string(a, meta, "namespace", claim->namespace);
	ob_json_set(a, lease, "metadata", meta);
	ob_kube_lease_change(a, lease, claim);
	return lease;
}

void ob_kube_lease_change(struct ob_arena *a, cJSON *lease,
			  const struct ob_kube_lease_claim *claim)
{
	cJSON *spec = ob_json_get(lease, "spec");

	if (!cJSON_IsObject(spec)) {
		spec = ob_json_object(a);
		ob_json_set(a, lease, "spec", spec);
	}
	set_spec(a, spec, claim);
}
