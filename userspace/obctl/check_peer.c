// SPDX-License-Identifier: Apache-2.0
/* Our Peer on the hub and the hub's, and the clusters that are to be used. */
#include "obctl/check.h"

#include <stdlib.h>
#include <string.h>

/* Our Peer, by the API if it was asked, else by octopus. */
struct own {
	bool exists, has_status, observed, accepted;
	bool in_use; /* something of it was accepted, now or before */
	const struct ob_ctl_conditions *conditions;
	const struct ob_key *key; /* accepted; NULL: none */
};

static const struct ob_ctl_condition *
condition_of(const struct ob_ctl_conditions *list, const char *type)
{
	for (size_t i = 0; i < list->n; i++) {
		if (!strcmp(list->v[i].type, type))
			return &list->v[i];
	}
	return NULL;
}

static bool is_true(const struct ob_ctl_conditions *list, const char *type)
{
	const struct ob_ctl_condition *c = condition_of(list, type);

	return c && !strcmp(c->status, "True");
}

static const struct ob_ctl_peer_object *object_of(const struct ob_ctl_facts *f,
						  const char *name)
{
	for (size_t i = 0; i < f->api.peers.n; i++) {
		if (!strcmp(f->api.peers.v[i].name, name))
			return &f->api.peers.v[i];
	}
	return NULL;
}

static const struct ob_ctl_peer_object *hub_of(const struct ob_ctl_facts *f)
{
	for (size_t i = 0; i < f->api.peers.n; i++) {
		if (!strcmp(f->api.peers.v[i].role, "hub"))
			return &f->api.peers.v[i];
	}
	return NULL;
}

static bool listed(const struct ob_ctl_facts *f)
{
	return f->api.listed && f->api.list_error == 0;
}

static struct own own_get(const struct ob_ctl_facts *f)
{
	const struct ob_ctl_peer_object *object = object_of(f, f->id);
	const struct ob_ctl_daemon *d = &f->daemon;

	if (listed(f) && object)
		return (struct own){
			.exists = true,
			.has_status = object->has_status,
			.observed = object->observed,
			.accepted =
				is_true(&object->want.conditions, "Accepted"),
			.in_use = object->want.cidrs.n > 0,
			.conditions = &object->want.conditions,
			.key = object->want.has_key ? &object->want.key : NULL,
		};
	if (listed(f))
		return (struct own){ .conditions = &d->peer_conditions };
	return (struct own){
		.exists = d->peer_exists,
		.has_status = d->peer_conditions.n > 0,
		.observed = true,
		.accepted = d->peer_accepted,
		.in_use = d->peer_cidrs.n > 0,
		.conditions = &d->peer_conditions,
	};
}

static void judge_absent(const struct ob_ctl_facts *f,
			 struct ob_ctl_findings *out)
{
	const struct ob_ctl_daemon *d = &f->daemon;
	bool said = d->has_status && *d->peer_message;
	struct ob_ctl_finding *finding;

	finding = ob_ctl_broken(out, "PeerNotPublished",
				"the hub has no Peer %s%s%s", f->id,
				said ? ": " : "", said ? d->peer_message : "");
	if (d->asked && d->error < 0)
		ob_ctl_fix(out, finding, "start octopus, which publishes it");
	else if (f->api.code == 403)
		ob_ctl_fix(out, finding,
			   "the token is not of cluster_id %s: hub token "
			   "create %s",
			   f->id, f->id);
	else
		ob_ctl_fix(out, finding,
			   "octopus publishes it when it leads and knows its "
			   "pod CIDRs: see its log");
}

/* Why it was refused, in the hub's own words. */
static const struct ob_ctl_condition *
refusal_of(const struct ob_ctl_conditions *list)
{
	const struct ob_ctl_condition *conflict =
		condition_of(list, "Conflict");

	return conflict && !strcmp(conflict->status, "True")
		       ? conflict
		       : condition_of(list, "Accepted");
}

static void judge_refused(const struct ob_ctl_facts *f, const struct own *own,
			  struct ob_ctl_findings *out)
{
	const struct ob_ctl_condition *c = refusal_of(own->conditions);
	struct ob_ctl_finding *finding;

	if (!own->has_status || !c) {
		finding = ob_ctl_broken(
			out, "PeerNotSeen",
			"the hub's octopus has not judged our Peer %s yet",
			f->id);
		ob_ctl_fix(
			out, finding,
			"octopus of the hub (ishub: true, a token with "
			"--gateway) must run and lead: obctl diagnose there");
		return;
	}
	finding = ob_ctl_broken(out, "PeerRefused",
				"the hub refuses our Peer %s: %s: %s", f->id,
				c->reason, c->message);
	ob_ctl_fix(out, finding,
		   "correct the field it names in %s and kill -HUP octopus; "
		   "without cluster_cidr the hub allocates a free one",
		   f->file.path);
}

static bool judge_key(const struct ob_ctl_facts *f, const struct own *own,
		      struct ob_ctl_findings *out)
{
	char announced[OB_KEY_STRLEN], ours[OB_KEY_STRLEN];
	struct ob_ctl_finding *finding;

	/* The Peer announces the key of the gateway that leads. */
	if (!own->key || f->standby || f->wg_error < 0 || !f->link ||
	    ob_key_equal(own->key, &f->wg.public_key))
		return true;
	finding = ob_ctl_broken(
		out, "KeyNotAnnounced",
		"our Peer %s announces key %s, but %s has %s", f->id,
		ob_key_format(own->key, announced, sizeof(announced)),
		f->device,
		ob_key_format(&f->wg.public_key, ours, sizeof(ours)));
	ob_ctl_fix_by_octopus(f, out, finding);
	return false;
}

static void judge_own(const struct ob_ctl_facts *f, struct ob_ctl_findings *out)
{
	struct own own = own_get(f);
	const struct ob_ctl_condition *c = refusal_of(own.conditions);
	struct ob_ctl_finding *finding;

	if (!own.exists) {
		judge_absent(f, out);
	} else if (!own.accepted && !(own.in_use && c)) {
		judge_refused(f, &own, out);
	} else if (!own.accepted) {
		finding =
			ob_ctl_warn(out, "PeerChangeRefused",
				    "the hub keeps what it had accepted of %s "
				    "and refuses the change: %s",
				    f->id, c->message);
		ob_ctl_fix(out, finding, "correct the field it names in %s",
			   f->file.path);
	} else if (judge_key(f, &own, out)) {
		if (own.observed)
			ob_ctl_good(out, "our Peer %s is accepted", f->id);
		else
			ob_ctl_skip(out,
				    "our Peer %s is accepted; the hub has not "
				    "seen its last change yet",
				    f->id);
	}
}

static void judge_hub_peer(const struct ob_ctl_facts *f,
			   struct ob_ctl_findings *out)
{
	const struct ob_ctl_peer_object *hub = hub_of(f);
	struct ob_ctl_finding *finding;

	if (f->relay || !listed(f))
		return;
	if (!hub) {
		finding = ob_ctl_broken(out, "HubPeerMissing",
					"the hub's API has no Peer of a hub");
		ob_ctl_fix(out, finding,
			   "octopus of the hub (ishub: true) publishes it: "
			   "start it, obctl diagnose there");
	} else if (!hub->observed) {
		finding = ob_ctl_warn(out, "HubPeerStale",
				      "octopus of the hub %s has not seen the "
				      "last change of its own Peer",
				      hub->name);
		ob_ctl_fix(out, finding,
			   "is it running, and does it lead? obctl diagnose "
			   "there");
	} else {
		ob_ctl_good(out, "the hub's Peer is %s", hub->name);
	}
}

void ob_ctl_check_peer(const struct ob_ctl_facts *f,
		       struct ob_ctl_findings *out)
{
	if (!f->hub_mode) {
		ob_ctl_skip(out, "no hub: nobody has to accept us");
		return;
	}
	if (!listed(f) && !f->daemon.has_status) {
		ob_ctl_skip(out, "neither the hub nor octopus could be asked");
		return;
	}
	judge_own(f, out);
	judge_hub_peer(f, out);
}

/* One that is not used: its own fault or ours, never a reason to stop the
 * others, unless it is the one asked for. */
static void judge_unused(const struct ob_ctl_facts *f,
			 const struct ob_ctl_want *want,
			 struct ob_ctl_findings *out)
{
	const char *why = *want->reason ? want->reason : "NotAccepted";
	struct ob_ctl_finding *finding;

	if (f->asked_cluster && !strcmp(f->asked_cluster, want->id))
		finding = ob_ctl_broken(out, "ClusterNotUsed",
					"%s is not connected: %s: %s", want->id,
					why, want->message);
	else
		finding = ob_ctl_warn(out, "ClusterNotUsed",
				      "%s is not connected: %s: %s", want->id,
				      why, want->message);
	ob_ctl_fix(out, finding,
		   "kubectl describe peer %s says what is wrong with it; on "
		   "its gateway: obctl diagnose",
		   want->id);
}

void ob_ctl_check_cluster(const struct ob_ctl_facts *f,
			  struct ob_ctl_findings *out)
{
	struct ob_ctl_finding *finding;
	size_t used = 0, direct = 0;
	bool found = false;

	if (!f->wants_known) {
		ob_ctl_skip(out, "nobody says which other clusters there are");
		return;
	}
	for (size_t i = 0; i < f->wants.n; i++) {
		const struct ob_ctl_want *want = &f->wants.v[i];

		found |=
			f->asked_cluster && !strcmp(want->id, f->asked_cluster);
		used += want->used;
		direct += want->used && want->direct;
		if (!want->used)
			judge_unused(f, want, out);
	}
	if (f->asked_cluster && !found) {
		finding = ob_ctl_broken(out, "ClusterUnknown",
					"%s has no cluster %s", f->wants_from,
					f->asked_cluster);
		ob_ctl_fix(out, finding,
			   "its octopus must join the same hub, or have an "
			   "entry in peers:; obctl peers lists those known");
		return;
	}
	ob_ctl_good(out, "%zu to connect to, %zu of them directly (%s)", used,
		    direct, f->wants_from);
}
