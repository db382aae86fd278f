// SPDX-License-Identifier: Apache-2.0
#include "obctl/nat.h"

#include "obctl/table.h"
#include "obctl/units.h"

static int compare(const void *a, const void *b)
{
	const struct ob_ctl_mapping *x = a, *y = b;
	int r = ob_prefix_compare(&x->global, &y->global);

	if (r == 0)
		r = ob_prefix_compare(&x->local, &y->local);
	return r != 0 ? r : (int)x->kind - (int)y->kind;
}

struct ob_ctl_mappings ob_ctl_nat_list(const struct ob_ctl_view *view,
				       struct ob_arena *a)
{
	struct ob_ctl_mappings all = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < view->nat.n; i++) {
		const struct ob_nat_entry *entry = &view->nat.v[i];
		bool out = entry->dir == OB_NAT_OUT;

		*OB_PUSH(a, &all) = (struct ob_ctl_mapping){
			.local = out ? entry->from : entry->to,
			.global = out ? entry->to : entry->from,
			.kind = entry->kind,
			.out = out,
			.in = !out,
		};
	}
	if (all.n == 0)
		return all;
	/* Both directions of a mapping are neighbours now. */
	qsort(all.v, all.n, sizeof(*all.v), compare);
	for (size_t i = 1; i < all.n; i++) {
		if (compare(&all.v[kept], &all.v[i]) == 0) {
			all.v[kept].out |= all.v[i].out;
			all.v[kept].in |= all.v[i].in;
		} else {
			all.v[++kept] = all.v[i];
		}
	}
	all.n = kept + 1;
	return all;
}

static const char *kind_name(enum ob_nat_kind kind)
{
	return kind == OB_NAT_STACK ? "gateway" : "prefix";
}

/* The gateway's own addresses are not translated, so one way is all there is;
 * anything else misses the way back. */
static const char *kind_text(const struct ob_ctl_mapping *m)
{
	if (m->kind == OB_NAT_STACK || (m->out && m->in))
		return kind_name(m->kind);
	return m->out ? "prefix, one way: out" : "prefix, one way: in";
}

void ob_ctl_nat_print(const struct ob_ctl_view *view, struct ob_arena *a,
		      FILE *out)
{
	static const struct ob_ctl_column columns[] = {
		{ "LOCAL" },
		{ "GLOBAL" },
		{ "KIND" },
	};
	struct ob_ctl_mappings list = ob_ctl_nat_list(view, a);
	struct ob_ctl_table t;

	ob_ctl_table_init(&t, a, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < list.n; i++) {
		const struct ob_ctl_mapping *m = &list.v[i];
		bool stack = m->kind == OB_NAT_STACK;

		ob_ctl_table_cell(&t, "%s",
				  stack ? "-" : ob_ctl_prefix(a, &m->local));
		ob_ctl_table_cell(&t, "%s", ob_ctl_prefix(a, &m->global));
		ob_ctl_table_cell(&t, "%s", kind_text(m));
	}
	ob_ctl_table_print(&t, out);
}

cJSON *ob_ctl_nat_json(const struct ob_ctl_view *view, struct ob_arena *a)
{
	struct ob_ctl_mappings list = ob_ctl_nat_list(view, a);
	cJSON *array = ob_json_array(a);

	for (size_t i = 0; i < list.n; i++) {
		const struct ob_ctl_mapping *m = &list.v[i];
		cJSON *object = ob_ctl_json_object(a, array);

		if (m->kind == OB_NAT_STACK)
			ob_ctl_json_string(a, object, "local", NULL);
		else
			ob_ctl_json_prefix(a, object, "local", &m->local);
		ob_ctl_json_prefix(a, object, "global", &m->global);
		ob_ctl_json_string(a, object, "kind", kind_name(m->kind));
		ob_ctl_json_bool(a, object, "out", m->out);
		ob_ctl_json_bool(a, object, "in", m->in);
	}
	return array;
}

static int run(struct ob_ctl *ctl)
{
	struct ob_ctl_view view;
	int r = ob_ctl_view_read(ctl->dp, ctl->options.pin_root, OB_CTL_NAT,
				 ctl->arena, &view);

	if (r < 0)
		return ob_ctl_fail(r, "reading the maps");
	if (ctl->options.json) {
		cJSON *json = ob_ctl_nat_json(&view, ctl->arena);

		ob_ctl_json_print(ctl->arena, json, stdout);
		return OB_CTL_OK;
	}
	ob_ctl_nat_print(&view, ctl->arena, stdout);
	return OB_CTL_OK;
}

const struct ob_ctl_verb ob_ctl_nat = {
	.name = "nat",
	.synopsis = "nat",
	.summary = "which local prefix appears as which global one",
	.help = "Kinds of mappings:\n"
		"  prefix   the prefix is replaced, the host bits are kept\n"
		"  gateway  an address of this gateway itself, not translated\n"
		"\"one way\" means that only one of the maps ob_out and ob_in "
		"has the entry, so\nthat one direction of every connection is "
		"lost: octopus repairs this.\n",
	.needs_datapath = true,
	.run = run,
};
