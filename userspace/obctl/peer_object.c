// SPDX-License-Identifier: Apache-2.0
#include "obctl/peer_object.h"

#include <string.h>

#include "base/timestamp.h"
#include "obctl/daemon.h"

static const char *text_at(const cJSON *root, const char *path)
{
	return ob_json_string(root, path) ?: "";
}

/* 0: none. */
static int64_t time_at(const cJSON *root, const char *path)
{
	int64_t s = 0;

	(void)ob_timestamp_parse(text_at(root, path), &s);
	return s;
}

/* Nothing to see before it has a status: octopus never saw it. */
static bool is_observed(const cJSON *item)
{
	int64_t wanted, seen;

	return ob_json_int(item, "metadata.generation", &wanted) == 0 &&
	       ob_json_int(item, "status.observedGeneration", &seen) == 0 &&
	       seen >= wanted;
}

static void explain(struct ob_ctl_want *want)
{
	for (size_t i = 0; i < want->conditions.n; i++) {
		const struct ob_ctl_condition *c = &want->conditions.v[i];

		if (strcmp(c->type, "Accepted") != 0)
			continue;
		want->reason = c->reason;
		want->message = c->message;
	}
}

/* By its status: a spec is only a wish. */
static void decode_want(struct ob_arena *a, const cJSON *item,
			struct ob_ctl_want *want)
{
	int64_t port = 0;

	want->id = text_at(item, "metadata.name");
	want->hub = !strcmp(text_at(item, "status.role"), "hub");
	want->host = text_at(item, "status.endpoint");
	(void)ob_json_int(item, "status.port", &port);
	want->port = port > 0 && port <= UINT16_MAX ? (uint16_t)port : 0;
	want->has_key = ob_key_parse(text_at(item, "status.public_key"),
				     &want->key) == 0;
	ob_ctl_decode_prefixes(a, ob_json_at(item, "status.cluster_cidr"),
			       &want->cidrs);
	ob_ctl_decode_conditions(a, ob_json_at(item, "status.conditions"),
				 &want->conditions);
	/* What was accepted stays, also when a later wish is refused. */
	want->used = want->cidrs.n > 0 || want->hub;
	want->reason = want->message = "";
	if (!want->used)
		explain(want);
}

void ob_ctl_api_decode(struct ob_arena *a, const cJSON *list,
		       struct ob_ctl_peer_objects *ret)
{
	const cJSON *item = ob_json_get(list, "items");

	for (item = item ? item->child : NULL; item; item = item->next) {
		struct ob_ctl_peer_object *object = OB_PUSH(a, ret);

		object->name = text_at(item, "metadata.name");
		object->has_status = ob_json_get(item, "status") != NULL;
		object->observed = is_observed(item);
		object->role = text_at(item, "status.role");
		object->handshake_s =
			time_at(item, "status.tunnel.lastHandshakeTime");
		object->spec_has_key =
			ob_key_parse(text_at(item, "spec.public_key"),
				     &object->spec_key) == 0;
		ob_ctl_decode_prefixes(a,
				       ob_json_at(item, "status.global_cidr"),
				       &object->global);
		decode_want(a, item, &object->want);
	}
}
