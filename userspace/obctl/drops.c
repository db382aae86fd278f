// SPDX-License-Identifier: Apache-2.0
#include "obctl/drops.h"

#include <inttypes.h>
#include <string.h>

#include "obctl/table.h"
#include "obctl/units.h"

static const char *action_name(enum ob_action action)
{
	switch (action) {
	case OB_DROP:
		return "drop";
	case OB_KERNEL:
		return "kernel";
	}
	return "unknown";
}

static void add_counted(const struct ob_drop_count *count, struct ob_arena *a,
			struct ob_ctl_drop_list *list)
{
	*OB_PUSH(a, list) = (struct ob_ctl_drop){
		.reason = ob_reason_name(count->key.reason),
		.hook = ob_hook_name(count->key.hook),
		.packets = count->value.packets,
		.bytes = count->value.bytes,
		.has_bytes = true,
		.action = action_name(ob_reason_action(count->key.reason)),
		.doc = ob_reason_doc(count->key.reason),
	};
}

static void add_never(const struct ob_ctl_view *view, struct ob_arena *a,
		      struct ob_ctl_drop_list *list)
{
	for (enum ob_reason i = 0; i < OB_REASON_COUNT; i++) {
		bool found = false;

		for (size_t j = 0; j < view->drops.n && !found; j++)
			found = view->drops.v[j].key.reason == i;
		if (found)
			continue;
		*OB_PUSH(a, list) = (struct ob_ctl_drop){
			.reason = ob_reason_name(i),
			.hook = "-",
			.has_bytes = true,
			.action = action_name(ob_reason_action(i)),
			.doc = ob_reason_doc(i),
		};
	}
}

static bool is_wireguard(const struct ob_link *link)
{
	return strcmp(link->kind, "wireguard") == 0;
}

/* WireGuard drops these after decryption, before our programs see them. */
static void add_refused(const struct ob_ctl_view *view, struct ob_arena *a,
			bool all, struct ob_ctl_drop_list *list)
{
	for (size_t i = 0; i < view->links.n; i++) {
		const struct ob_link *link = &view->links.v[i];

		if (!is_wireguard(link) || (!all && !link->rx_frame_errors))
			continue;
		*OB_PUSH(a, list) = (struct ob_ctl_drop){
			.reason = "allowed_ips",
			.hook = link->name,
			.packets = link->rx_frame_errors,
			.action = action_name(OB_DROP),
			.doc = "a peer sent a source outside its allowed IPs: "
			       "WireGuard refused it",
		};
	}
}

static int compare(const void *a, const void *b)
{
	const struct ob_ctl_drop *x = a, *y = b;
	int r;

	if (x->packets != y->packets)
		return x->packets > y->packets ? -1 : 1;
	r = strcmp(x->reason, y->reason);
	return r != 0 ? r : strcmp(x->hook, y->hook);
}

struct ob_ctl_drop_list ob_ctl_drops_list(const struct ob_ctl_view *view,
					  struct ob_arena *a, bool all)
{
	struct ob_ctl_drop_list list = { 0 };

	for (size_t i = 0; i < view->drops.n; i++)
		add_counted(&view->drops.v[i], a, &list);
	add_refused(view, a, all, &list);
	if (all)
		add_never(view, a, &list);
	if (list.n > 0)
		qsort(list.v, list.n, sizeof(*list.v), compare);
	return list;
}

uint64_t ob_ctl_drops_sum(const struct ob_ctl_view *view, enum ob_action action)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < view->drops.n; i++) {
		const struct ob_drop_count *count = &view->drops.v[i];

		if (ob_reason_action(count->key.reason) == action)
			sum += count->value.packets;
	}
	for (size_t i = 0; i < view->links.n && action == OB_DROP; i++) {
		if (is_wireguard(&view->links.v[i]))
			sum += view->links.v[i].rx_frame_errors;
	}
	return sum;
}

void ob_ctl_drops_print(const struct ob_ctl_view *view, struct ob_arena *a,
			bool all, FILE *out)
{
	static const struct ob_ctl_column columns[] = {
		{ "REASON" },	   { "HOOK" },	 { "PACKETS", true },
		{ "BYTES", true }, { "ACTION" }, { "WHAT IT MEANS" },
	};
	struct ob_ctl_drop_list list = ob_ctl_drops_list(view, a, all);
	struct ob_ctl_table t;

	if (list.n == 0) {
		fputs("No packet was dropped or left to the kernel.\n", out);
		return;
	}
	ob_ctl_table_init(&t, a, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < list.n; i++) {
		const struct ob_ctl_drop *drop = &list.v[i];

		ob_ctl_table_cell(&t, "%s", drop->reason);
		ob_ctl_table_cell(&t, "%s", drop->hook);
		ob_ctl_table_cell(&t, "%" PRIu64, drop->packets);
		ob_ctl_table_cell(&t, "%s",
				  drop->has_bytes ? ob_ctl_bytes(a, drop->bytes)
						  : "-");
		ob_ctl_table_cell(&t, "%s", drop->action);
		ob_ctl_table_cell(&t, "%s", drop->doc);
	}
	ob_ctl_table_print(&t, out);
}

cJSON *ob_ctl_drops_json(const struct ob_ctl_view *view, struct ob_arena *a,
			 bool all)
{
	struct ob_ctl_drop_list list = ob_ctl_drops_list(view, a, all);
	cJSON *array = ob_json_array(a);

	for (size_t i = 0; i < list.n; i++) {
		const struct ob_ctl_drop *drop = &list.v[i];
		cJSON *object = ob_ctl_json_object(a, array);

		ob_ctl_json_string(a, object, "reason", drop->reason);
		ob_ctl_json_string(a, object, "hook", drop->hook);
		ob_ctl_json_u64(a, object, "packets", drop->packets);
		if (drop->has_bytes)
			ob_ctl_json_u64(a, object, "bytes", drop->bytes);
		else
			ob_ctl_json_string(a, object, "bytes", NULL);
		ob_ctl_json_string(a, object, "action", drop->action);
		ob_ctl_json_string(a, object, "meaning", drop->doc);
	}
	return array;
}

static int run(struct ob_ctl *ctl)
{
	bool all = ctl->options.given & OB_CTL_ALL;
	struct ob_ctl_view view;
	int r = ob_ctl_view_read(ctl->dp, ctl->options.pin_root,
				 OB_CTL_DROPS | OB_CTL_LINKS, ctl->arena,
				 &view);

	if (r < 0)
		return ob_ctl_fail(r, "reading the maps");
	if (ctl->options.json) {
		cJSON *json = ob_ctl_drops_json(&view, ctl->arena, all);

		ob_ctl_json_print(ctl->arena, json, stdout);
		return OB_CTL_OK;
	}
	ob_ctl_drops_print(&view, ctl->arena, all, stdout);
	return OB_CTL_OK;
}

const struct ob_ctl_verb ob_ctl_drops = {
	.name = "drops",
	.synopsis = "drops [--all]",
	.summary = "packets that left the fast path, and why",
	.help = "One line for each reason and hook, since the maps were "
		"made. Actions:\n"
		"  drop    the packet ended here\n"
		"  kernel  the network stack answered or delivered it\n"
		"\"allowed_ips\" counts what WireGuard itself refused.\n",
	.options = OB_CTL_ALL,
	.needs_datapath = true,
	.run = run,
};
