// SPDX-License-Identifier: Apache-2.0
#include "obctl/daemon.h"

#include <string.h>

static const char *text_at(const cJSON *root, const char *path)
{
	return ob_json_string(root, path) ?: "";
}

void ob_ctl_decode_prefixes(struct ob_arena *a, const cJSON *array,
			    struct ob_ctl_prefixes *ret)
{
	const cJSON *item = cJSON_IsArray(array) ? array->child : NULL;

	for (; item; item = item->next) {
		struct ob_prefix prefix;

		if (cJSON_IsString(item) &&
		    ob_prefix_parse(item->valuestring, &prefix) == 0)
			*OB_PUSH(a, ret) = prefix;
	}
}

void ob_ctl_decode_conditions(struct ob_arena *a, const cJSON *array,
			      struct ob_ctl_conditions *ret)
{
	const cJSON *item = cJSON_IsArray(array) ? array->child : NULL;

	for (; item; item = item->next)
		*OB_PUSH(a, ret) = (struct ob_ctl_condition){
			.type = text_at(item, "type"),
			.status = text_at(item, "status"),
			.reason = text_at(item, "reason"),
			.message = text_at(item, "message"),
		};
}

static uint16_t port_at(const cJSON *root, const char *path)
{
	int64_t port = 0;

	if (ob_json_int(root, path, &port) < 0 || port < 0 || port > UINT16_MAX)
		return 0;
	return (uint16_t)port;
}

static void decode_peers(struct ob_arena *a, const cJSON *root,
			 struct ob_ctl_wants *ret)
{
	const cJSON *item = ob_json_get(root, "peers");

	for (item = item ? item->child : NULL; item; item = item->next) {
		struct ob_ctl_want *want = OB_PUSH(a, ret);
		const char *key = text_at(item, "public_key");

		want->id = text_at(item, "cluster_id");
		want->hub = !strcmp(text_at(item, "role"), "hub");
		want->used = ob_json_bool(item, "used", true);
		want->direct = !strcmp(text_at(item, "via"), "direct");
		want->reason = text_at(item, "reason");
		want->message = text_at(item, "message");
		want->host = text_at(item, "endpoint");
		want->port = port_at(item, "port");
		want->has_key = ob_key_parse(key, &want->key) == 0;
		ob_ctl_decode_prefixes(a, ob_json_get(item, "cluster_cidr"),
				       &want->cidrs);
		ob_ctl_decode_conditions(a, ob_json_get(item, "conditions"),
					 &want->conditions);
	}
}

static void decode_hub(const cJSON *root, struct ob_ctl_daemon *d)
{
	const cJSON *at = ob_json_at(root, "hub.last_sync");

	d->hub_mode = !strcmp(text_at(root, "mode"), "hub");
	d->hub_url = text_at(root, "hub.url");
	d->hub_namespace = text_at(root, "hub.namespace");
	d->hub_connected = ob_json_bool(root, "hub.connected", false);
	d->hub_synced = ob_json_bool(root, "hub.synced", false);
	d->hub_reason = text_at(root, "hub.reason");
	d->hub_message = text_at(root, "hub.message");
	d->hub_last_sync_s = cJSON_IsNumber(at) ? at->valuedouble : 0;
	d->has_leader = cJSON_IsObject(ob_json_get(root, "leader"));
	d->leading = ob_json_bool(root, "leader.leading", false);
	d->holder = text_at(root, "leader.holder");
}

static void decode_own_peer(struct ob_arena *a, const cJSON *root,
			    struct ob_ctl_daemon *d)
{
	d->peer_exists = ob_json_bool(root, "peer.exists", false);
	d->peer_accepted = ob_json_bool(root, "peer.accepted", false);
	d->peer_published = ob_json_bool(root, "peer.published", false);
	d->peer_reason = text_at(root, "peer.reason");
	d->peer_message = text_at(root, "peer.message");
	ob_ctl_decode_prefixes(a, ob_json_at(root, "peer.cluster_cidr"),
			       &d->peer_cidrs);
	ob_ctl_decode_conditions(a, ob_json_at(root, "peer.conditions"),
				 &d->peer_conditions);
}

static void decode_mapped(struct ob_arena *a, const cJSON *root,
			  struct ob_ctl_daemon *d)
{
	const cJSON *item = ob_json_at(root, "network.mappings");

	for (item = item ? item->child : NULL; item; item = item->next) {
		struct ob_prefix local;

		if (ob_prefix_parse(text_at(item, "local"), &local) == 0)
			*OB_PUSH(a, &d->mapped) = local;
	}
}

void ob_ctl_daemon_decode(struct ob_arena *a, const cJSON *root,
			  struct ob_ctl_daemon *d)
{
	d->has_status = true;
	d->id = text_at(root, "cluster_id");
	d->role = text_at(root, "role");
	d->config_path = text_at(root, "config.path");
	d->config_valid = ob_json_bool(root, "config.valid", true);
	d->healthy = ob_json_bool(root, "reconcile.healthy", false);
	d->waiting_reason = text_at(root, "reconcile.waiting.reason");
	d->waiting_message = text_at(root, "reconcile.waiting.message");
	d->device = text_at(root, "device.name");
	d->port = port_at(root, "device.port");
	(void)ob_key_parse(text_at(root, "device.public_key"), &d->key);
	decode_hub(root, d);
	decode_own_peer(a, root, d);
	decode_mapped(a, root, d);
	decode_peers(a, root, &d->peers);
	ob_ctl_decode_prefixes(a, ob_json_at(root, "network.global_cidr"),
			       &d->global);
	ob_ctl_decode_prefixes(a, ob_json_at(root, "network.cluster_cidr"),
			       &d->cidrs);
	ob_ctl_decode_conditions(a, ob_json_get(root, "conditions"),
				 &d->conditions);
}
