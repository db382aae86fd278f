// SPDX-License-Identifier: Apache-2.0
#include "obctl/services.h"

#include <stdlib.h>
#include <string.h>

#include "model/service_import.h"
#include "obctl/table.h"
#include "obctl/units.h"

const char *ob_ctl_service_name(struct ob_arena *a,
				const struct ob_service_entry *entry)
{
	return ob_arena_printf(a, "%s/%s", entry->namespace, entry->name);
}

const char *ob_ctl_service_port(struct ob_arena *a,
				const struct ob_service_id *id)
{
	bool v6 = id->addr.family == AF_INET6;

	return ob_arena_printf(a, "%s%s%s:%u/%s", v6 ? "[" : "",
			       ob_ctl_addr(a, &id->addr), v6 ? "]" : "",
			       id->port,
			       ob_service_protocol_name(id->protocol) ?: "?");
}

const char *ob_ctl_service_cluster(const struct ob_ctl_view *view,
				   uint32_t slot)
{
	if (slot == 0)
		return view->config.cluster;
	for (size_t i = 0; i < view->clusters.n; i++)
		if (view->clusters.v[i].value.slot == slot)
			return view->clusters.v[i].key.name;
	return "?";
}

size_t ob_ctl_service_ready(const struct ob_service_entry *entry)
{
	size_t n = 0;

	for (size_t i = 0; i < entry->n_backends; i++)
		n += !entry->backends[i].draining;
	return n;
}

const struct ob_service_entry *
ob_ctl_service_find(const struct ob_ctl_view *view,
		    const struct ob_service_id *id)
{
	for (size_t i = 0; i < view->services.n; i++) {
		const struct ob_service_id *have = &view->services.v[i].id;

		if (ob_addr_equal(&have->addr, &id->addr) &&
		    have->port == id->port && have->protocol == id->protocol)
			return &view->services.v[i];
	}
	return NULL;
}

bool ob_ctl_service_is(const struct ob_service_entry *entry, const char *name)
{
	size_t n = strlen(entry->namespace);

	if (!name || !strcmp(entry->name, name))
		return true;
	return !strncmp(name, entry->namespace, n) && name[n] == '/' &&
	       !strcmp(name + n + 1, entry->name);
}

bool ob_ctl_service_block(const struct ob_config *config, uint8_t family,
			  struct ob_prefix *ret)
{
	bool v4 = family == AF_INET;

	ret->addr = v4 ? ob_ctl_from_ip4(&config->service4)
		       : ob_ctl_from_ip6(&config->service6);
	ret->len = (uint8_t)(v4 ? config->service4_len : config->service6_len);
	return ret->len > 0 && ret->addr.family == family;
}

/* Rows. */

static int compare_text(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int compare(const void *x, const void *y)
{
	const struct ob_ctl_service_row *a = x, *b = y;
	const struct ob_service_id *p = &a->entry->id, *q = &b->entry->id;
	int r = strcmp(a->entry->namespace, b->entry->namespace);

	r = r ?: strcmp(a->entry->name, b->entry->name);
	r = r ?: memcmp(&p->addr, &q->addr, sizeof(p->addr));
	r = r ?: p->port - q->port;
	r = r ?: p->protocol - q->protocol;
	return r ?: compare_text(a->cluster, b->cluster);
}

static void add_rows(const struct ob_ctl_view *view, struct ob_arena *a,
		     const struct ob_service_entry *entry,
		     struct ob_ctl_service_rows *list)
{
	size_t first = list->n;

	for (size_t i = 0; i < entry->n_backends; i++) {
		const struct ob_backend_entry *b = &entry->backends[i];
		const char *cluster = ob_ctl_service_cluster(view, b->cluster);
		size_t row = first;

		while (row < list->n && strcmp(list->v[row].cluster, cluster))
			row++;
		if (row == list->n)
			*OB_PUSH(a, list) = (struct ob_ctl_service_row){
				.entry = entry, .cluster = cluster
			};
		list->v[row].ready += !b->draining;
		list->v[row].draining += b->draining;
	}
	if (list->n == first)
		OB_PUSH(a, list)->entry = entry;
}

struct ob_ctl_service_rows ob_ctl_services_list(const struct ob_ctl_view *view,
						struct ob_arena *a,
						const char *name)
{
	struct ob_ctl_service_rows list = { 0 };

	for (size_t i = 0; i < view->services.n; i++)
		if (ob_ctl_service_is(&view->services.v[i], name))
			add_rows(view, a, &view->services.v[i], &list);
	if (list.n > 0)
		qsort(list.v, list.n, sizeof(*list.v), compare);
	return list;
}

void ob_ctl_services_print(const struct ob_ctl_view *view, struct ob_arena *a,
			   const char *name, FILE *out)
{
	static const struct ob_ctl_column columns[] = {
		{ "SERVICE" },	   { "ADDRESS" },	 { "CLUSTER" },
		{ "READY", true }, { "DRAINING", true }, { "AFFINITY" },
	};
	struct ob_ctl_service_rows list = ob_ctl_services_list(view, a, name);
	struct ob_ctl_table t;

	ob_ctl_table_init(&t, a, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < list.n; i++) {
		const struct ob_ctl_service_row *row = &list.v[i];
		uint32_t affinity_s = row->entry->affinity_s;

		ob_ctl_table_cell(&t, "%s", ob_ctl_service_name(a, row->entry));
		ob_ctl_table_cell(&t, "%s",
				  ob_ctl_service_port(a, &row->entry->id));
		ob_ctl_table_cell(&t, "%s", row->cluster ?: "-");
		ob_ctl_table_cell(&t, "%zu", row->ready);
		ob_ctl_table_cell(&t, "%zu", row->draining);
		ob_ctl_table_cell(&t, "%s",
				  affinity_s ? ob_ctl_duration(a, affinity_s)
					     : "-");
	}
	ob_ctl_table_print(&t, out);
}

static void put_endpoints(const struct ob_ctl_view *view, struct ob_arena *a,
			  const struct ob_service_entry *entry, cJSON *object)
{
	cJSON *list = ob_ctl_json_array(a, object, "endpoints");

	for (size_t i = 0; i < entry->n_backends; i++) {
		const struct ob_backend_entry *b = &entry->backends[i];
		cJSON *item = ob_ctl_json_object(a, list);

		ob_ctl_json_addr(a, item, "address", &b->addr);
		ob_ctl_json_u64(a, item, "port", b->port);
		ob_ctl_json_string(a, item, "cluster",
				   ob_ctl_service_cluster(view, b->cluster));
		ob_ctl_json_bool(a, item, "draining", b->draining);
	}
}

cJSON *ob_ctl_services_json(const struct ob_ctl_view *view, struct ob_arena *a,
			    const char *name)
{
	struct ob_ctl_service_rows list = ob_ctl_services_list(view, a, name);
	cJSON *array = ob_json_array(a);

	for (size_t i = 0; i < list.n; i++) {
		const struct ob_service_entry *entry = list.v[i].entry;
		cJSON *object;

		if (i > 0 && entry == list.v[i - 1].entry)
			continue;
		object = ob_ctl_json_object(a, array);
		ob_ctl_json_string(a, object, "namespace", entry->namespace);
		ob_ctl_json_string(a, object, "name", entry->name);
		ob_ctl_json_addr(a, object, "address", &entry->id.addr);
		ob_ctl_json_u64(a, object, "port", entry->id.port);
		ob_ctl_json_string(
			a, object, "protocol",
			ob_service_protocol_name(entry->id.protocol));
		ob_ctl_json_u64(a, object, "affinity_seconds",
				entry->affinity_s);
		put_endpoints(view, a, entry, object);
	}
	return array;
}

static int run(struct ob_ctl *ctl)
{
	const char *name = ctl->options.argument;
	struct ob_ctl_view view;
	int r = ob_ctl_view_read(ctl->dp, ctl->options.pin_root,
				 OB_CTL_SERVICES | OB_CTL_TRAFFIC, ctl->arena,
				 &view);

	if (r < 0)
		return ob_ctl_fail(r, "reading the maps");
	if (ctl->options.json)
		ob_ctl_json_print(ctl->arena,
				  ob_ctl_services_json(&view, ctl->arena, name),
				  stdout);
	else
		ob_ctl_services_print(&view, ctl->arena, name, stdout);
	if (!name || ob_ctl_services_list(&view, ctl->arena, name).n > 0)
		return OB_CTL_OK;
	fprintf(stderr, "obctl: there is no service %s\n", name);
	return OB_CTL_FAILURE;
}

const struct ob_ctl_verb ob_ctl_services = {
	.name = "services",
	.synopsis = "services [NAME]",
	.summary = "services of all clusters, and their endpoints",
	.help = "One line for each virtual address, port and cluster that has "
		"endpoints: ready\nones get new connections, draining ones "
		"keep those they have. NAME is NAME or\nNAMESPACE/NAME; "
		"-o json has the endpoints themselves.\n",
	.takes_argument = true,
	.needs_datapath = true,
	.run = run,
};
