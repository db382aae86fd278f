// SPDX-License-Identifier: Apache-2.0
#include "obctl/membership.h"

#include <string.h>

#include "obctl/units.h"

/* The sentence begins with the URL, and so does the line. */
static const char *without_url(const struct ob_ctl_daemon *d)
{
	size_t len = strlen(d->hub_url);

	if (strncmp(d->hub_message, d->hub_url, len) != 0 ||
	    strncmp(d->hub_message + len, ": ", 2) != 0)
		return d->hub_message;
	return d->hub_message + len + 2;
}

static const char *hub_text(const struct ob_ctl_daemon *d, int64_t now_s,
			    struct ob_arena *a)
{
	int64_t age_s = now_s - (int64_t)d->hub_last_sync_s;
	const char *word =
		d->hub_last_sync_s > 0
			? ob_arena_printf(
				  a, "last word %s ago",
				  ob_ctl_duration(a, age_s > 0 ? (uint64_t)age_s
							       : 0))
			: "never heard of";

	if (d->hub_connected && d->hub_synced)
		return ob_arena_printf(a, "connected, %s", word);
	if (*d->hub_message)
		return ob_arena_printf(a, "not connected, %s: %s", word,
				       without_url(d));
	return ob_arena_printf(a, "not connected, %s", word);
}

/* Condition Conflict or Accepted, whichever says why. */
static const struct ob_ctl_condition *
verdict_of(const struct ob_ctl_conditions *list)
{
	const struct ob_ctl_condition *accepted = NULL;

	for (size_t i = 0; i < list->n; i++) {
		const struct ob_ctl_condition *c = &list->v[i];

		if (!strcmp(c->type, "Conflict") && !strcmp(c->status, "True"))
			return c;
		if (!strcmp(c->type, "Accepted"))
			accepted = c;
	}
	return accepted;
}

static const char *cidrs_text(const struct ob_ctl_daemon *d, struct ob_arena *a)
{
	const struct ob_ctl_prefixes *cidrs = &d->peer_cidrs;
	const char *text = "";

	for (size_t i = 0; i < cidrs->n; i++)
		text = ob_arena_printf(a, "%s%s%s", text, i ? ", " : " with ",
				       ob_ctl_prefix(a, &cidrs->v[i]));
	return text;
}

static const char *peer_text(const struct ob_ctl_daemon *d, struct ob_arena *a)
{
	const struct ob_ctl_condition *c = verdict_of(&d->peer_conditions);

	if (!d->peer_exists)
		return *d->peer_message
			       ? ob_arena_printf(a, "not published: %s",
						 d->peer_message)
			       : "not published yet";
	if (d->peer_accepted)
		return ob_arena_printf(a, "accepted%s", cidrs_text(d, a));
	if (!c)
		return "the hub has not judged it yet";
	if (d->peer_cidrs.n > 0)
		return ob_arena_printf(a,
				       "accepted%s; its last change is "
				       "refused: %s: %s",
				       cidrs_text(d, a), c->reason, c->message);
	return ob_arena_printf(a, "refused: %s: %s", c->reason, c->message);
}

void ob_ctl_membership_print(const struct ob_ctl_daemon *d, int64_t now_s,
			     struct ob_arena *a, FILE *out)
{
	if (!d->hub_mode)
		return;
	fprintf(out, "%-10s%s, %s\n", "hub", d->hub_url, hub_text(d, now_s, a));
	if (d->has_leader)
		fprintf(out, "%-10s%s%s\n", "leader",
			*d->holder ? d->holder : "nobody",
			d->leading ? " (this gateway)" : "");
	fprintf(out, "%-10s%s\n", "peer", peer_text(d, a));
	if (*d->waiting_reason)
		fprintf(out, "%-10s%s: %s\n", "waits", d->waiting_reason,
			d->waiting_message);
}

static void json_hub(const struct ob_ctl_daemon *d, cJSON *object,
		     struct ob_arena *a)
{
	cJSON *hub = ob_json_object(a);

	ob_ctl_json_string(a, hub, "url", d->hub_url);
	ob_ctl_json_string(a, hub, "namespace", d->hub_namespace);
	ob_ctl_json_bool(a, hub, "connected", d->hub_connected);
	ob_ctl_json_bool(a, hub, "synced", d->hub_synced);
	ob_ctl_json_string(a, hub, "reason", d->hub_reason);
	ob_ctl_json_string(a, hub, "message", d->hub_message);
	if (d->hub_last_sync_s > 0)
		ob_ctl_json_u64(a, hub, "last_sync",
				(uint64_t)d->hub_last_sync_s);
	else
		ob_ctl_json_string(a, hub, "last_sync", NULL);
	ob_json_set(a, object, "hub", hub);
}

static void json_conditions(const struct ob_ctl_conditions *list, cJSON *object,
			    struct ob_arena *a)
{
	cJSON *array = ob_ctl_json_array(a, object, "conditions");

	for (size_t i = 0; i < list->n; i++) {
		const struct ob_ctl_condition *c = &list->v[i];
		cJSON *item = ob_ctl_json_object(a, array);

		ob_ctl_json_string(a, item, "type", c->type);
		ob_ctl_json_string(a, item, "status", c->status);
		ob_ctl_json_string(a, item, "reason", c->reason);
		ob_ctl_json_string(a, item, "message", c->message);
	}
}

static void json_peer(const struct ob_ctl_daemon *d, cJSON *object,
		      struct ob_arena *a)
{
	cJSON *peer = ob_json_object(a);

	ob_ctl_json_bool(a, peer, "exists", d->peer_exists);
	ob_ctl_json_bool(a, peer, "accepted", d->peer_accepted);
	ob_ctl_json_bool(a, peer, "published", d->peer_published);
	json_conditions(&d->peer_conditions, peer, a);
	ob_json_set(a, object, "peer", peer);
}

void ob_ctl_membership_json(const struct ob_ctl_daemon *d, cJSON *object,
			    struct ob_arena *a)
{
	cJSON *leader;

	if (!d || !d->hub_mode) {
		ob_ctl_json_string(a, object, "hub", NULL);
		ob_ctl_json_string(a, object, "leader", NULL);
		ob_ctl_json_string(a, object, "peer", NULL);
		return;
	}
	json_hub(d, object, a);
	leader = ob_json_object(a);
	ob_ctl_json_bool(a, leader, "leading", d->leading);
	ob_ctl_json_string(a, leader, "holder", d->holder);
	ob_json_set(a, object, "leader", leader);
	json_peer(d, object, a);
}

void ob_ctl_membership_print_unused(const struct ob_ctl_daemon *d, FILE *out)
{
	bool first = true;

	for (size_t i = 0; i < d->peers.n; i++) {
		const struct ob_ctl_want *want = &d->peers.v[i];

		if (want->used)
			continue;
		fprintf(out, "%s%s: %s: %s\n",
			first ? "\nNot connected:\n" : "", want->id,
			*want->reason ? want->reason : "NotAccepted",
			want->message);
		first = false;
	}
}

void ob_ctl_membership_json_unused(const struct ob_ctl_daemon *d, cJSON *array,
				   struct ob_arena *a)
{
	for (size_t i = 0; d && i < d->peers.n; i++) {
		const struct ob_ctl_want *want = &d->peers.v[i];
		cJSON *object;

		if (want->used)
			continue;
		object = ob_ctl_json_object(a, array);
		ob_ctl_json_string(a, object, "cluster", want->id);
		ob_ctl_json_bool(a, object, "hub", want->hub);
		ob_ctl_json_string(a, object, "via", NULL);
		ob_ctl_json_string(a, object, "reason", want->reason);
		ob_ctl_json_string(a, object, "message", want->message);
		json_conditions(&want->conditions, object, a);
	}
}
