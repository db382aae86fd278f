// SPDX-License-Identifier: Apache-2.0
#include "syncer/leave.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-event.h>

#include "kube/lease.h"
#include "kube/mcs.h"
#include "syncer/control.h"
#include "syncer/heart.h"
#include "syncer/object.h"
#include "syncer/value.h"

struct leaving {
	struct ob_kube *k;
	struct ob_arena *arena;
	const char *begins;		 /* names of ours; NULL: any */
	bool (*ours)(const cJSON *item); /* NULL: all are */
	struct ob_status *status;
};

static int delete_one(const struct leaving *l, const struct ob_kube_ref *ref)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_reply reply = { 0 };
	int r = ob_kube_delete_wait(l->k, a, ref, &reply);

	if (r == -ENOENT)
		return 0;
	if (r < 0) {
		*l->status = reply.status;
		return r;
	}
	printf("deleted %s %s/%s\n", ref->resource->kind, ref->namespace,
	       ref->name);
	return 0;
}

static bool is_ours(const struct leaving *l, const cJSON *item)
{
	const char *name = ob_json_string(item, "metadata.name");

	if (!name || (l->ours && !l->ours(item)))
		return false;
	return !l->begins || strncmp(name, l->begins, strlen(l->begins)) == 0;
}

/* Those of a list that are ours. */
static int delete_all(const struct leaving *l,
		      const struct ob_kube_resource *resource,
		      const char *namespace, const char *selector)
{
	struct ob_kube_ref ref = { .resource = resource,
				   .namespace = namespace };
	struct ob_kube_reply reply = { 0 };
	const cJSON *item;
	int r = ob_kube_list_wait(l->k, l->arena, &ref, selector, &reply);

	if (r < 0) {
		/* Without the kind there is nothing of it. */
		if (r == -ENOENT)
			return 0;
		*l->status = reply.status;
		return r;
	}
	cJSON_ArrayForEach(item, ob_json_get(reply.body, "items"))
	{
		ref.namespace = ob_json_string(item, "metadata.namespace");
		ref.name = ob_json_string(item, "metadata.name");
		if (!is_ours(l, item))
			continue;
		r = delete_one(l, &ref);
		if (r < 0)
			return r;
	}
	return 0;
}

static int leave_hub(struct leaving *l, const struct ob_syncer_config *config)
{
	struct ob_kube_ref ref = { .resource = &ob_kube_leases,
				   .namespace = config->hub_namespace };
	char lease[128];
	int r;

	l->begins = ob_arena_printf(l->arena, "%s.", config->cluster);
	r = delete_all(l, &ob_endpoint_slices, config->hub_namespace, NULL);
	if (r == 0)
		r = delete_all(l, &ob_exported_services, config->hub_namespace,
			       NULL);
	ref.name = ob_heart_name(config->cluster, lease, sizeof(lease));
	return r < 0 ? r : delete_one(l, &ref);
}

/* What others wrote stays theirs. */
static int leave_local(struct leaving *l)
{
	static const char *const versions[] = { OB_MCS_V1BETA1,
						OB_MCS_V1ALPHA1 };
	int r = delete_all(l, &ob_endpoint_slices, NULL,
			   OB_LABEL_MANAGED_BY "=" OB_MANAGED_BY);

	l->ours = ob_value_is_ours;
	for (size_t i = 0; i < ARRAY_SIZE(versions) && r == 0; i++) {
		struct ob_kube_resource imports = ob_mcs_imports(versions[i]);

		r = delete_all(l, &imports, NULL, NULL);
	}
	return r;
}

int ob_syncer_leave(const struct ob_syncer_config *config,
		    struct ob_status *status)
{
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	_cleanup_(ob_kube_freep) struct ob_kube *hub = NULL, *local = NULL;
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct leaving l = { .arena = a, .status = status };
	int r = sd_event_new(&event);

	if (r >= 0)
		r = ob_kube_open(event, &config->hub, OB_SYNCER_AGENT, &hub,
				 status);
	if (r >= 0)
		r = ob_kube_open(event, &config->local, OB_SYNCER_AGENT, &local,
				 status);
	if (r < 0)
		return r;
	l.k = hub;
	r = leave_hub(&l, config);
	if (r < 0)
		return r;
	l.k = local;
	l.begins = NULL;
	return leave_local(&l);
}
