// SPDX-License-Identifier: Apache-2.0
#include "octopus/grant.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/retry.h"
#include "kube/peers.h"

#define VERSION_LEN    65
#define MOST_UNDER_WAY 32 /* writes at a time */

/* What we remember of a Peer between runs. */
struct slot {
	struct ob_granter *granter;
	struct slot *next;
	char *name, *uid;
	struct ob_kube_call *call; /* a write under way */
	/* What that write, or one whose end nobody told us, gives. */
	struct ob_peer_status *pending;
	struct ob_arena *arena;	   /* of pending */
	char written[VERSION_LEN]; /* by it; "": not known */
	struct ob_retry retry;
	struct ob_status trouble;
	uint64_t numbers_ms; /* when the numbers were written last */
	bool seen;	     /* in this run */
};

struct ob_granter {
	struct ob_kube *hub;
	char *namespace;
	void (*done)(void *arg);
	void *arg;
	struct slot *slots;
	size_t under_way;
	struct ob_accept_totals totals;
	struct ob_status none;
};

static void forget_pending(struct slot *s)
{
	ob_arena_freep(&s->arena);
	s->arena = NULL;
	s->pending = NULL;
	s->written[0] = '\0';
}

static void slot_free(struct slot *s)
{
	if (s->call) {
		ob_kube_cancel(s->call);
		s->granter->under_way--;
	}
	forget_pending(s);
	free(s->name);
	free(s->uid);
	free(s);
}

static struct slot *find(const struct ob_granter *g, const struct ob_peer *p)
{
	for (struct slot *s = g->slots; s; s = s->next)
		if (!strcmp(s->uid, p->uid) && !strcmp(s->name, p->name))
			return s;
	return NULL;
}

static struct slot *slot_of(struct ob_granter *g, const struct ob_peer *p)
{
	struct slot *s = find(g, p);

	if (s)
		return s;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->granter = g;
	s->name = strdup(p->name);
	s->uid = strdup(p->uid);
	s->numbers_ms = ob_clock_monotonic_ms();
	if (!s->name || !s->uid) {
		slot_free(s);
		return NULL;
	}
	s->next = g->slots;
	g->slots = s;
	return s;
}

static void drop_unseen(struct ob_granter *g)
{
	for (struct slot **at = &g->slots; *at;) {
		struct slot *s = *at;

		if (s->seen) {
			s->seen = false;
			at = &s->next;
			continue;
		}
		*at = s->next;
		slot_free(s);
	}
}

/* The watch has shown what was written, or something newer. */
static void settle(struct slot *s, const struct ob_peer *p)
{
	bool newer =
		s->written[0] &&
		ob_peer_version_compare(p->resource_version, s->written) >= 0;

	if (s->pending && !s->call &&
	    (newer || ob_peer_status_equal(s->pending, &p->status)))
		forget_pending(s);
}

/* Writing. */

/* Refused for certain: then nothing was given. */
static bool is_refusal(long code)
{
	return code >= 400 && code < 500;
}

static void on_written(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct slot *s = arg;
	struct ob_granter *g = s->granter;
	const char *version;

	s->call = NULL;
	g->under_way--;
	if (r < 0) {
		ob_retry_failed(&s->retry, ob_clock_monotonic_ms());
		if (is_refusal(reply->code))
			forget_pending(s);
		/* It has changed meanwhile: look at what it says now. */
		if (r != -ESTALE && r != -ENOENT)
			ob_status_set(&s->trouble, -r, "StatusWriteFailed",
				      "the status of Peer %s cannot be "
				      "written: %s",
				      s->name, reply->status.message);
	} else {
		version =
			ob_json_string(reply->body, "metadata.resourceVersion");
		snprintf(s->written, sizeof(s->written), "%s", version ?: "");
		s->retry = (struct ob_retry){ 0 };
		s->trouble = (struct ob_status)OB_STATUS_INIT;
	}
	g->done(g->arg);
}

/* A copy that lives as long as the write. */
static void keep_pending(struct slot *s, const struct ob_peer_status *status)
{
	struct ob_peer_status *copy;
	struct ob_arena *a = ob_arena_new();

	copy = ob_arena_alloc(a, sizeof(*copy));
	*copy = *status;
	copy->endpoint = ob_arena_strdup(a, status->endpoint);
	copy->tunnel.endpoint = ob_arena_strdup(a, status->tunnel.endpoint);
	copy->cidrs = ob_arena_array(a, status->n_cidrs, sizeof(*copy->cidrs));
	for (size_t i = 0; i < status->n_cidrs; i++)
		copy->cidrs[i] = status->cidrs[i];
	copy->conditions = ob_arena_array(a, status->n_conditions,
					  sizeof(*copy->conditions));
	for (size_t i = 0; i < status->n_conditions; i++) {
		const struct ob_peer_condition *c = &status->conditions[i];

		copy->conditions[i] = *c;
		copy->conditions[i].type = ob_arena_strdup(a, c->type);
		copy->conditions[i].status = ob_arena_strdup(a, c->status);
		copy->conditions[i].reason = ob_arena_strdup(a, c->reason);
		copy->conditions[i].message = ob_arena_strdup(a, c->message);
	}
	forget_pending(s);
	s->arena = a;
	s->pending = copy;
}

static void log_change(const struct ob_peer *p, const struct ob_peer_status *to)
{
	const struct ob_peer_condition *c =
		ob_peer_condition_get(to, OB_PEER_ACCEPTED);
	const struct ob_peer_condition *was =
		ob_peer_condition_get(&p->status, OB_PEER_ACCEPTED);
	char message[OB_STATUS_MESSAGE_LEN];

	if (!c || (was && !strcmp(c->status, was->status) &&
		   !strcmp(c->message, was->message)))
		return;
	ob_info("judged a Peer", "peer=%s accepted=%s reason=%s message=%s",
		p->name, c->status, c->reason,
		ob_log_quote(c->message, message, sizeof(message)));
}

static void write_status(struct ob_granter *g, struct ob_arena *a,
			 struct slot *s, const struct ob_peer *p,
			 const struct ob_peer_status *status)
{
	struct ob_kube_ref ref = { .resource = &ob_peers_resource,
				   .namespace = g->namespace,
				   .name = s->name,
				   .subresource = "status" };
	uint64_t now_ms = ob_clock_monotonic_ms();
	int r;

	log_change(p, status);
	keep_pending(s, status);
	r = ob_kube_patch(g->hub, &ref, OB_KUBE_PATCH_MERGE,
			  ob_peer_encode_status(a, p->resource_version, status),
			  on_written, s, &s->call);
	if (r == 0) {
		g->under_way++;
		s->numbers_ms = now_ms;
		return;
	}
	forget_pending(s);
	ob_retry_failed(&s->retry, now_ms);
	ob_status_set(&s->trouble, -r, "StatusWriteFailed",
		      "the status of Peer %s cannot be written: %s", s->name,
		      strerrordesc_np(-r) ?: "unknown error");
}

/* Judging. */

static void fill_tunnel(struct ob_arena *a, const struct ob_grant_view *view,
			const struct ob_peer *p, struct ob_peer_tunnel *t)
{
	char addr[OB_ADDR_STRLEN];

	t->endpoint = "";
	if (!view->wg_known || !p->status.has_key)
		return;
	for (size_t i = 0; i < view->wg->n_peers; i++) {
		const struct ob_wg_peer *w = &view->wg->peers[i];
		bool v6 = w->endpoint.addr.family == AF_INET6;

		if (!ob_key_equal(&w->public_key, &p->status.public_key))
			continue;
		t->there = true;
		t->handshake_s = w->handshake_s;
		t->mtu = view->mtu;
		t->received_bytes = w->rx_bytes;
		t->sent_bytes = w->tx_bytes;
		if (!w->endpoint.addr.family)
			return;
		ob_addr_format(&w->endpoint.addr, addr, sizeof(addr));
		t->endpoint = ob_arena_printf(a, v6 ? "[%s]:%u" : "%s:%u", addr,
					      w->endpoint.port);
		return;
	}
}

static void fill_hub(const struct ob_config_file *config,
		     const struct ob_key *public_key,
		     const struct ob_grant_view *view,
		     struct ob_accept_hub *hub)
{
	const struct ob_network *net = &config->network;

	*hub = (struct ob_accept_hub){
		.id = net->id,
		.n_global = net->n_global,
		.own = config->hub->request,
		.n_own = config->hub->n_request,
		.endpoint = config->hub->endpoint,
		.port = net->port,
		.public_key = *public_key,
		.slice_len = config->hub->slice_len,
		.slice_len6 = config->hub->slice_len6,
		.max_clusters = OB_MAX_CLUSTERS - 1,
		.tunnels_known = view->wg_known,
	};
	memcpy(hub->global, net->global, sizeof(hub->global));
}

static struct ob_accept_peer look_at(struct ob_granter *g, struct ob_arena *a,
				     const struct ob_peer *p,
				     const struct ob_grant_view *view,
				     uint64_t now_ms, struct slot **ret)
{
	struct ob_accept_peer in = { .peer = p };
	struct slot *s = slot_of(g, p);

	*ret = s;
	fill_tunnel(a, view, p, &in.tunnel);
	if (!s)
		return in;
	s->seen = true;
	settle(s, p);
	in.pending = s->pending;
	in.refresh = now_ms - s->numbers_ms >= OB_GRANT_REFRESH_MS;
	return in;
}

void ob_granter_run(struct ob_granter *g, struct ob_arena *a,
		    const struct ob_config_file *config,
		    const struct ob_key *public_key,
		    const struct ob_peer *const *peers, size_t n,
		    const struct ob_grant_view *view)
{
	struct ob_accept_peer *in = ob_arena_array(a, n, sizeof(*in));
	struct ob_accepted *out = ob_arena_array(a, n, sizeof(*out));
	struct slot **slots = ob_arena_array(a, n, sizeof(struct slot *));
	uint64_t now_ms = ob_clock_monotonic_ms();
	struct ob_accept_hub hub;

	fill_hub(config, public_key, view, &hub);
	for (size_t i = 0; i < n; i++)
		in[i] = look_at(g, a, peers[i], view, now_ms, &slots[i]);
	drop_unseen(g);
	ob_accept(a, &hub, in, n, (int64_t)ob_clock_realtime_s(), out,
		  &g->totals);
	for (size_t i = 0; i < n; i++) {
		struct slot *s = slots[i];

		if (!out[i].write || !s || s->call ||
		    g->under_way >= MOST_UNDER_WAY ||
		    !ob_retry_is_due(&s->retry, now_ms))
			continue;
		/* Written, but the watch has not shown it yet. */
		if (s->pending && s->written[0])
			continue;
		write_status(g, a, s, peers[i], &out[i].status);
	}
}

const struct ob_peer *const *
ob_granter_foresee(const struct ob_granter *g, struct ob_arena *a,
		   const struct ob_peer *const *peers, size_t n)
{
	const struct ob_peer **v =
		ob_arena_array(a, n, sizeof(const struct ob_peer *));

	for (size_t i = 0; i < n; i++) {
		const struct slot *s = find(g, peers[i]);
		struct ob_peer *p;

		v[i] = peers[i];
		if (!s || !s->pending)
			continue;
		p = ob_arena_alloc(a, sizeof(*p));
		*p = *peers[i];
		p->status = *s->pending;
		v[i] = p;
	}
	return v;
}

void ob_granter_stop(struct ob_granter *g)
{
	drop_unseen(g);
}

struct ob_accept_totals ob_granter_totals(const struct ob_granter *g)
{
	return g->totals;
}

const struct ob_status *ob_granter_trouble(const struct ob_granter *g)
{
	for (const struct slot *s = g->slots; s; s = s->next)
		if (s->trouble.reason)
			return &s->trouble;
	return &g->none;
}

int ob_granter_new(struct ob_kube *hub, const char *namespace,
		   void (*done)(void *arg), void *arg, struct ob_granter **ret)
{
	_cleanup_(ob_granter_freep) struct ob_granter *g =
		calloc(1, sizeof(*g));

	if (!g)
		return -ENOMEM;
	g->hub = hub;
	g->done = done;
	g->arg = arg;
	g->namespace = strdup(namespace);
	if (!g->namespace)
		return -ENOMEM;
	*ret = TAKE_PTR(g);
	return 0;
}

void ob_granter_free(struct ob_granter *g)
{
	ob_granter_stop(g);
	free(g->namespace);
	free(g);
}
