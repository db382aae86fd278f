// SPDX-License-Identifier: Apache-2.0
#include "syncer/status.h"

#include <stdlib.h>
#include <string.h>

#include "model/condition.h"

#define MOST_CLUSTERS 1024

/* status, reason, message */
static void say(struct ob_peer_condition *c, const char *status,
		const char *reason, const char *message)
{
	c->status = status;
	c->reason = reason;
	c->message = message;
}

static void say_valid(const struct ob_export_facts *f,
		      struct ob_peer_condition *c)
{
	switch (f->validity) {
	case OB_NOT_EXPORTED:
	case OB_VALID:
	case OB_INVALID_SPEC:
		say(c, "True", "Valid", "the Service can be exported");
		break;
	case OB_NO_SERVICE:
		say(c, "False", "NoService",
		    "there is no Service of this name");
		break;
	case OB_INVALID_TYPE:
		say(c, "False", "InvalidServiceType",
		    "a Service of type ExternalName cannot be exported");
		break;
	}
}

static void say_exported(const struct ob_export_facts *f,
			 struct ob_peer_condition *c)
{
	switch (f->progress) {
	case OB_PROGRESS_DONE:
		say(c, "True", "Exported",
		    f->left_out ? "all clusters see the Service; endpoints "
				  "without a global address are left out"
				: "all clusters see the Service");
		break;
	case OB_PROGRESS_PENDING:
		say(c, "False", "Pending",
		    "the Service is being written to the hub");
		break;
	case OB_PROGRESS_FAILED:
		say(c, "False", "Failed", f->failure);
		break;
	}
}

static void say_ready(const struct ob_service_export *x,
		      const struct ob_export_facts *f,
		      struct ob_peer_condition *c)
{
	switch (f->validity) {
	case OB_VALID:
		say_exported(f, c);
		break;
	case OB_INVALID_SPEC:
		say(c, "False", "Failed", x->problem);
		break;
	case OB_NO_SERVICE:
	case OB_INVALID_TYPE:
	case OB_NOT_EXPORTED:
		say(c, "False", "Pending", "there is nothing to export");
		break;
	}
}

static void say_conflict(const struct ob_export_facts *f,
			 struct ob_peer_condition *c)
{
	const struct ob_merged *m = f->merged;

	if (m && m->conflicts && f->validity == OB_VALID)
		say(c, "True", m->reason, m->message);
	else
		say(c, "False", "NoConflicts",
		    "all clusters that export the Service agree");
}

void ob_status_export(struct ob_arena *a, const struct ob_service_export *x,
		      const struct ob_export_facts *facts,
		      struct ob_peer_condition *ret)
{
	say_valid(facts, &ret[OB_EXPORT_VALID]);
	say_ready(x, facts, &ret[OB_EXPORT_READY]);
	say_conflict(facts, &ret[OB_EXPORT_CONFLICT]);
	for (int i = 0; i < OB_EXPORT_CONDITIONS; i++) {
		const struct ob_export_was *was = &x->conditions[i];
		struct ob_peer_condition *c = &ret[i];

		c->type = ob_export_condition_name((enum ob_export_condition)i);
		c->message = ob_arena_strdup(a, c->message);
		c->generation = x->generation;
		c->changed_s = was->status && !strcmp(was->status, c->status) &&
					       was->changed_s
				       ? was->changed_s
				       : facts->now_s;
	}
}

cJSON *ob_status_export_encode(struct ob_arena *a,
			       const struct ob_kube_resource *resource,
			       const struct ob_service_export *x,
			       const struct ob_peer_condition *v)
{
	cJSON *o = ob_object_new(a, resource, x->namespace, x->name);
	cJSON *status = ob_json_object(a);

	ob_json_set(a, status, "conditions",
		    ob_conditions_encode(a, v, OB_EXPORT_CONDITIONS));
	ob_json_set(a, o, "status", status);
	return o;
}

static void say_import(enum ob_import_state state, struct ob_peer_condition *c)
{
	switch (state) {
	case OB_IMPORT_READY:
		say(c, "True", "Ready", "the Service can be reached");
		break;
	case OB_IMPORT_NO_ADDRESS:
		say(c, "False", "Pending",
		    "no virtual address is free in this cluster's service "
		    "block");
		break;
	case OB_IMPORT_NO_FAMILY:
		say(c, "False", "IPFamilyNotSupported",
		    "this cluster has no virtual addresses of the Service's "
		    "IP families");
		break;
	}
}

cJSON *ob_status_import_encode(struct ob_arena *a,
			       const struct ob_kube_resource *resource,
			       const struct ob_import_facts *f)
{
	cJSON *o = ob_object_new(a, resource, f->namespace, f->name);
	cJSON *status = ob_json_object(a), *clusters = ob_json_array(a);
	struct ob_peer_condition c = { .type = "Ready",
				       .generation = f->generation };

	say_import(f->state, &c);
	c.changed_s = !strcmp(f->was, c.status) && f->was_since ? f->was_since
								: f->now_s;
	for (size_t i = 0; i < f->n_clusters; i++) {
		cJSON *item = ob_json_object(a);

		ob_json_set_string(a, item, "cluster", f->clusters[i]);
		ob_json_append(a, clusters, item);
	}
	ob_json_set(a, status, "clusters", clusters);
	ob_json_set(a, status, "conditions", ob_conditions_encode(a, &c, 1));
	ob_json_set(a, o, "status", status);
	return o;
}

static bool is_ours(const char *type)
{
	for (int i = 0; i < OB_EXPORT_CONDITIONS; i++)
		if (!strcmp(type, ob_export_condition_name(
					  (enum ob_export_condition)i)))
			return true;
	return false;
}

cJSON *ob_status_ours(struct ob_arena *a, const cJSON *object)
{
	cJSON *ours = ob_json_object(a), *conditions = ob_json_object(a);
	cJSON *clusters = ob_json_object(a);
	const cJSON *item;
	size_t n = 0;

	cJSON_ArrayForEach(item, ob_json_at(object, "status.conditions"))
	{
		const char *type = ob_json_string(item, "type");
		cJSON *c;

		if (!type || !is_ours(type))
			continue;
		c = ob_json_copy(a, item);
		ob_json_set(a, c, "lastTransitionTime", NULL);
		ob_json_set(a, conditions, type, c);
	}
	cJSON_ArrayForEach(item, ob_json_at(object, "status.clusters"))
	{
		const char *name = ob_json_string(item, "cluster");

		if (name && n++ < MOST_CLUSTERS)
			ob_json_set_bool(a, clusters, name, true);
	}
	ob_json_set(a, ours, "conditions", conditions);
	ob_json_set(a, ours, "clusters", clusters);
	return ours;
}
