// SPDX-License-Identifier: Apache-2.0
#include "obctl/check.h"

#include "obctl/gather_path.h"
#include "obctl/units.h"
/* The hub, which passes packets on to the clusters behind it. */
static const struct ob_ctl_path *hub_path(const struct ob_ctl_facts *f)
{
	for (size_t i = 0; i < f->paths.n; i++) {
		if (f->paths.v[i].want->hub)
			return &f->paths.v[i];
	}
	return NULL;
}

static bool allows(const struct ob_wg_peer *peer, const struct ob_prefix *p)
{
	for (size_t i = 0; i < peer->n_allowed; i++) {
		if (ob_prefix_covers(&peer->allowed[i], p))
			return true;
	}
	return false;
}

/* Whoever has the cluster's addresses instead of it. */
static const struct ob_wg_peer *impostor(const struct ob_ctl_facts *f,
					 const struct ob_ctl_want *want)
{
	for (size_t i = 0; i < f->wg.n_peers && want->cidrs.n > 0; i++) {
		if (allows(&f->wg.peers[i], &want->cidrs.v[0]))
			return &f->wg.peers[i];
	}
	return NULL;
}

static void judge_no_peer(const struct ob_ctl_facts *f,
			  const struct ob_ctl_want *want,
			  struct ob_ctl_findings *out)
{
	const struct ob_wg_peer *other = impostor(f, want);
	char key[OB_KEY_STRLEN], wanted[OB_KEY_STRLEN];
	struct ob_ctl_finding *finding;

	ob_key_format(&want->key, wanted, sizeof(wanted));
	if (other)
		finding = ob_ctl_broken(
			out, "PeerKeyDiffers",
			"%s: %s has its addresses with key %s, but its key is "
			"%s",
			want->id, f->device,
			ob_key_format(&other->public_key, key, sizeof(key)),
			wanted);
	else
		finding = ob_ctl_broken(out, "PeerMissing",
					"%s: %s has no peer with its key %s",
					want->id, f->device, wanted);
	ob_ctl_fix_by_octopus(f, out, finding);
}

static const char *handshake_text(const struct ob_ctl_facts *f,
				  struct ob_arena *a,
				  const struct ob_wg_peer *peer)
{
	int64_t age_s = f->now_s - peer->handshake_s;

	if (!peer->handshake_s)
		return "no handshake yet";
	return ob_arena_printf(
		a, "last handshake %s ago",
		ob_ctl_duration(a, age_s > 0 ? (uint64_t)age_s : 0));
}

static void judge_silent(const struct ob_ctl_facts *f,
			 const struct ob_ctl_path *path,
			 const struct ob_wg_peer *before,
			 const struct ob_wg_peer *peer,
			 struct ob_ctl_findings *out)
{
	const struct ob_ctl_want *want = path->want;
	const char *shake = handshake_text(f, out->arena, peer);
	char key[OB_KEY_STRLEN];
	struct ob_ctl_finding *finding;

	ob_key_format(&f->wg.public_key, key, sizeof(key));
	if (!peer->endpoint.addr.family) {
		finding = ob_ctl_broken(out, "NeverDialled",
					"%s: %s; it has no endpoint and has "
					"not dialled us",
					want->id, shake);
		ob_ctl_fix(out, finding,
			   "on its gateway: obctl diagnose %s; there our key "
			   "must be %s and our UDP port %u be reachable",
			   f->id, key, f->port);
		return;
	}
	finding = ob_ctl_broken(
		out, ob_ctl_check_up(f, peer) ? "TunnelSilent" : "NoHandshake",
		"%s: %s; packets leave for %s:%u (%s sent) and %s come back",
		want->id, shake, ob_ctl_addr(out->arena, &peer->endpoint.addr),
		peer->endpoint.port, ob_ctl_bytes(out->arena, peer->tx_bytes),
		peer->rx_bytes > before->rx_bytes ? "only few" : "none");
	ob_ctl_fix(out, finding,
		   "UDP port %u is blocked on the way (firewall, security "
		   "group, NAT), nobody listens there, or the other side has "
		   "another key for us than %s: compare with wg show there",
		   peer->endpoint.port, key);
}

static const struct ob_prefix *not_allowed(const struct ob_wg_peer *peer,
					   const struct ob_ctl_want *want)
{
	for (size_t i = 0; i < want->cidrs.n; i++) {
		if (!allows(peer, &want->cidrs.v[i]))
			return &want->cidrs.v[i];
	}
	return NULL;
}

static void judge_direct(const struct ob_ctl_facts *f,
			 const struct ob_ctl_path *path,
			 struct ob_ctl_findings *out)
{
	const struct ob_ctl_want *want = path->want;
	const struct ob_wg_peer *before = ob_ctl_wg_peer(&f->wg, &want->key);
	const struct ob_wg_peer *peer = ob_ctl_wg_peer(&f->wg_then, &want->key);
	const struct ob_prefix *missing;
	struct ob_ctl_finding *finding;

	if (!peer || !before) {
		judge_no_peer(f, want, out);
		return;
	}
	missing = not_allowed(peer, want);
	if (missing) {
		finding = ob_ctl_broken(
			out, "AllowedIPsMissing",
			"%s: WireGuard takes nothing from or to %s", want->id,
			ob_ctl_prefix(out->arena, missing));
		ob_ctl_fix_by_octopus(f, out, finding);
	} else if (path->answered ||
		   (ob_ctl_check_up(f, peer) &&
		    !(f->listened && ob_ctl_path_is_mute(f, path)))) {
		ob_ctl_good(out, "%s: %s%s", want->id,
			    handshake_text(f, out->arena, peer),
			    path->answered ? ", answers" : "");
	} else {
		judge_silent(f, path, before, peer, out);
	}
}

/* Behind the hub: its own tunnel is judged with the hub. */
static void judge_relayed(const struct ob_ctl_facts *f,
			  const struct ob_ctl_path *path,
			  struct ob_ctl_findings *out)
{
	const struct ob_ctl_want *want = path->want;
	const struct ob_ctl_path *hub = hub_path(f);
	const struct ob_wg_peer *peer =
		hub ? ob_ctl_wg_peer(&f->wg_then, &hub->want->key) : NULL;
	const struct ob_prefix *missing = peer ? not_allowed(peer, want) : NULL;
	struct ob_ctl_finding *finding;

	if (!hub) {
		finding = ob_ctl_broken(out, "NoHub",
					"%s: can only be reached through a "
					"hub, and there is none",
					want->id);
		ob_ctl_fix(out, finding, "give it an endpoint, or have a hub");
	} else if (missing) {
		finding = ob_ctl_broken(out, "AllowedIPsMissing",
					"%s: the hub's peer does not carry %s",
					want->id,
					ob_ctl_prefix(out->arena, missing));
		ob_ctl_fix_by_octopus(f, out, finding);
	} else if (path->answered) {
		ob_ctl_good(out, "%s: answers, relayed by %s", want->id,
			    hub->want->id);
	} else if (hub->answered) {
		finding = ob_ctl_warn(
			out, "NoAnswer",
			"%s: the hub %s answers, its gateway %s does not",
			want->id, hub->want->id,
			ob_ctl_addr(out->arena, &path->gateway));
		ob_ctl_fix(out, finding,
			   "on the hub: obctl diagnose %s (its tunnel to the "
			   "hub may be down)",
			   want->id);
	} else {
		ob_ctl_skip(out, "%s: behind the hub %s", want->id,
			    hub->want->id);
	}
}

void ob_ctl_check_tunnel(const struct ob_ctl_facts *f,
			 struct ob_ctl_findings *out)
{
	if (ob_ctl_check_no_device(f, out))
		return;
	if (f->wg_error < 0) {
		ob_ctl_skip(out, "handshakes need root (CAP_NET_ADMIN)");
		return;
	}
	for (size_t i = 0; i < f->paths.n; i++) {
		if (f->paths.v[i].want->direct)
			judge_direct(f, &f->paths.v[i], out);
		else
			judge_relayed(f, &f->paths.v[i], out);
	}
	if (f->paths.n == 0)
		ob_ctl_skip(out, "no other cluster to connect to");
}
