// SPDX-License-Identifier: Apache-2.0
#include "syncer/report.h"

static cJSON *add_object(struct ob_arena *a, cJSON *o, const char *key)
{
	cJSON *child = ob_json_object(a);

	ob_json_set(a, o, key, child);
	return child;
}

/* Texts are empty when there is nothing to say. */
static void put_trouble(struct ob_arena *a, cJSON *o, const struct ob_status *s)
{
	ob_json_set_string(a, o, "reason", s->reason ?: "");
	ob_json_set_string(a, o, "message", s->reason ? s->message : "");
}

static void put_server(struct ob_arena *a, cJSON *o, const char *url,
		       const struct ob_status *trouble)
{
	ob_json_set_string(a, o, "url", url);
	ob_json_set_bool(a, o, "connected", !trouble->reason);
	put_trouble(a, o, trouble);
}

static void put_totals(struct ob_arena *a, cJSON *o,
		       const struct ob_syncer_view *v)
{
	const struct ob_syncer_totals *t = &v->totals;
	const struct {
		const char *key;
		size_t n;
	} counts[] = {
		{ "exports", t->exported },
		{ "imports", t->imported },
		{ "conflicts", t->conflicts },
		{ "failing", t->failed },
		{ "slices_exported", t->slices_exported },
		{ "slices_imported", t->slices_imported },
		{ "endpoints_exported", t->endpoints_exported },
		{ "endpoints_imported", t->endpoints_imported },
		{ "endpoints_without_global_address", t->no_global },
		{ "endpoints_with_foreign_address", t->foreign },
		{ "endpoints_of_dead_clusters", t->dead },
		{ "services_over_limit", t->over_services },
		{ "slices_over_limit", t->over_slices },
		{ "foreign_imports", t->in_the_way },
		{ "dead_clusters", v->dead_clusters },
		{ "queued", v->queued },
	};

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		ob_json_set_number(a, o, counts[i].key, (double)counts[i].n);
}

static void put_blocks(struct ob_arena *a, cJSON *o,
		       const struct ob_syncer_view *v)
{
	cJSON *list = ob_json_array(a);
	char text[OB_PREFIX_STRLEN];

	ob_json_set(a, o, "service_blocks", list);
	for (size_t i = 0; i < ARRAY_SIZE(v->addresses); i++) {
		cJSON *item;

		if (!v->addresses[i])
			continue;
		item = ob_json_object(a);
		ob_prefix_format(ob_addresses_block(v->addresses[i]), text,
				 sizeof(text));
		ob_json_set_string(a, item, "cidr", text);
		ob_json_set_number(a, item, "used",
				   ob_addresses_used(v->addresses[i]));
		ob_json_set_number(a, item, "size",
				   ob_addresses_size(v->addresses[i]));
		ob_json_append(a, list, item);
	}
}

cJSON *ob_syncer_report(struct ob_arena *a, const struct ob_syncer_view *v)
{
	cJSON *o = ob_json_object(a);

	ob_json_set_string(a, o, "version", OB_VERSION);
	ob_json_set_string(a, o, "cluster_id", v->config->cluster);
	put_server(a, add_object(a, o, "hub"), v->hub_url, &v->hub_trouble);
	put_server(a, add_object(a, o, "kubernetes"), v->local_url,
		   &v->local_trouble);
	put_trouble(a, add_object(a, o, "waiting"), &v->waiting);
	put_trouble(a, add_object(a, o, "heartbeat"), &v->heart_trouble);
	ob_json_set_bool(a, o, "synced", v->synced);
	ob_json_set_bool(a, o, "leading", v->leading);
	ob_json_set_string(a, o, "holder", v->holder);
	ob_json_set_string(a, o, "lease", v->lease);
	ob_json_set_number(a, o, "last_sync_seconds", v->last_sync_s);
	put_totals(a, add_object(a, o, "totals"), v);
	put_blocks(a, o, v);
	return o;
}
