// SPDX-License-Identifier: Apache-2.0
#include "syncer/control.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "syncer/heart.h"
#include "syncer/queue.h"

#define TICK_US	  500000
#define EACH_TURN 64 /* Services */
#define AUDIT_MS  300000
#define TRIM_MS	  2000
#define CALM_MS	  30000
#define STEPS	  3 /* heartbeats, of which one at most may be missed */

struct ob_syncer {
	const struct ob_syncer_config *config;
	struct ob_kube *hub, *local;
	struct ob_store *store;
	struct ob_writes *writes;
	struct ob_queue *queue;
	struct ob_pulse *pulse;
	struct ob_heart *heart;
	struct ob_elect *elect;
	struct ob_kube_events *events;
	sd_event_source *tick, *turn;

	struct ob_arena *scratch;
	struct ob_arena *arena;	    /* of members */
	struct ob_members *members; /* NULL: not known yet */
	bool members_dirty;
	struct ob_addresses *addresses[2];
	struct ob_status waiting; /* reason NULL: not */
	bool leading;
	uint64_t audit_ms;
	uint64_t trim_ms, trim_passes; /* when, and how many there had been */
	bool calm;		       /* it was done for good */

	struct ob_syncer_totals totals;
	uint64_t passes, syncs;
	double sync_s, last_sync_s;
};

/* Something has to be done soon. */
static void wake(struct ob_syncer *c)
{
	int r = c->turn ? sd_event_source_set_enabled(c->turn, SD_EVENT_ONESHOT)
			: 0;

	if (r < 0)
		ob_error("event loop", "cannot=\"go on\" error=%d", r);
}

static void on_service(void *arg, const char *key)
{
	struct ob_syncer *c = arg;

	if (!key[0])
		return;
	if (ob_queue_add(c->queue, key, ob_clock_monotonic_ms()) < 0)
		ob_error("out of memory", "service=%s", key);
	wake(c);
}

static void on_namespace(void *arg, const char *namespace)
{
	struct ob_syncer *c = arg;

	ob_queue_add_all(c->queue, namespace, ob_clock_monotonic_ms());
	wake(c);
}

static void all_dirty(struct ob_syncer *c)
{
	ob_queue_add_all(c->queue, NULL, ob_clock_monotonic_ms());
	wake(c);
}

static void on_network(void *arg)
{
	struct ob_syncer *c = arg;

	c->members_dirty = true;
	wake(c);
}

static void on_state(void *arg)
{
	struct ob_syncer *c = arg;

	wake(c);
}

static void on_beat(void *arg, const char *cluster)
{
	struct ob_syncer *c = arg;

	ob_pulse_beat(c->pulse, cluster, ob_clock_monotonic_ms());
}

/* Virtual addresses. */

static bool has_address(const struct ob_value_import *v,
			const struct ob_addr *addr)
{
	for (size_t i = 0; v && i < v->n_ips; i++)
		if (ob_addr_equal(&v->ips[i], addr))
			return true;
	return false;
}

static void adopt(struct ob_syncer *c, const char *key,
		  const struct ob_value_import *v)
{
	for (size_t i = 0; v && i < v->n_ips; i++) {
		struct ob_addresses *p =
			c->addresses[v->ips[i].family == AF_INET6];

		if (p)
			(void)ob_addresses_take(p, key, &v->ips[i]);
	}
}

static void on_import(void *arg, const char *key,
		      const struct ob_value_import *before,
		      const struct ob_value_import *after)
{
	struct ob_syncer *c = arg;

	for (size_t i = 0; before && i < before->n_ips; i++) {
		const struct ob_addr *addr = &before->ips[i];
		struct ob_addresses *p = c->addresses[addr->family == AF_INET6];

		if (p && !has_address(after, addr))
			ob_addresses_release(p, key, addr);
	}
	adopt(c, key, after);
}

static void adopt_import(void *arg, const char *key, const void *value)
{
	adopt(arg, key, value);
}

/* Whoever is in a block, keeps its address; the rest gets another. */
static void make_addresses(struct ob_syncer *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(c->addresses); i++) {
		struct ob_addresses *old = c->addresses[i];
		const struct ob_prefix *block = &c->members->block[i];

		if (old && c->members->has_block[i] &&
		    ob_prefix_equal(ob_addresses_block(old), block))
			continue;
		ob_addresses_freep(&old);
		c->addresses[i] = c->members->has_block[i]
					  ? ob_addresses_new(block)
					  : NULL;
	}
	ob_store_each_import(c->store, adopt_import, c);
}

/* What the hub has accepted. */

static void look_at_peers(struct ob_syncer *c)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_members *m = ob_arena_alloc(a, sizeof(*m));
	struct ob_members_input in = { .config = c->config };
	struct ob_status status = OB_STATUS_INIT;

	in.peers = ob_store_peers(c->store, c->scratch, &in.n_peers);
	in.pods = ob_store_pods(c->store, c->scratch, &in.n_pods);
	if (ob_members_make(a, &in, m, &status) < 0) {
		c->waiting = status;
		return;
	}
	c->waiting = (struct ob_status)OB_STATUS_INIT;
	if (c->members && ob_members_equal(c->members, m))
		return;
	ob_arena_free(c->arena);
	c->arena = TAKE_PTR(a);
	c->members = m;
	make_addresses(c);
	ob_info("network", "clusters=%zu mappings=%zu", m->n, m->mapped.n);
	all_dirty(c);
}

/* What stands in the way of doing anything. */
static bool must_wait(struct ob_syncer *c)
{
	const char *missing = ob_store_missing(c->store);

	if (missing) {
		ob_status_set(&c->waiting, EAGAIN, "NotSynced",
			      "%s are not known yet", missing);
		c->members_dirty = true;
		return true;
	}
	if (c->members_dirty) {
		c->members_dirty = false;
		ob_arena_reset(c->scratch);
		look_at_peers(c);
	}
	return c->waiting.reason != NULL;
}

/* Turns. */

#define EACH_TOTAL(f)                                                          \
	f(exported) f(imported) f(slices_exported) f(slices_imported)          \
		f(endpoints_exported) f(endpoints_imported) f(no_global)       \
			f(foreign) f(dead) f(over_services) f(over_slices)

static void count(struct ob_syncer_totals *t, const struct ob_reconciled *was,
		  const struct ob_reconciled *is)
{
#define ADD(member) t->member += (size_t)is->member - (size_t)was->member;
	EACH_TOTAL(ADD)
#undef ADD
	t->conflicts += (size_t)is->conflict - (size_t)was->conflict;
	t->failed += (size_t)is->failed - (size_t)was->failed;
	t->in_the_way += (size_t)is->in_the_way - (size_t)was->in_the_way;
}

static void finished(struct ob_syncer *c, struct ob_queued *s)
{
	uint64_t now_ms = ob_clock_monotonic_ms();

	if (s->wrote) {
		c->last_sync_s = (double)(now_ms - s->since_ms) / 1000;
		c->sync_s += c->last_sync_s;
		c->syncs++;
	}
	s->since_ms = 0;
	s->wrote = false;
}

static void fill(const struct ob_syncer *c, struct ob_reconcile *ret)
{
	*ret = (struct ob_reconcile){
		.arena = c->scratch,
		.config = c->config,
		.store = c->store,
		.writes = c->writes,
		.members = c->members,
		.pulse = c->pulse,
		.addresses = { c->addresses[0], c->addresses[1] },
		.events = c->events,
		.now_ms = ob_clock_monotonic_ms(),
		.now_s = (int64_t)ob_clock_realtime_s(),
	};
}

/* False: it has to wait until something has been answered. */
static bool look_at(struct ob_syncer *c, const struct ob_reconcile *with,
		    struct ob_queued *s)
{
	struct ob_reconciled r;

	ob_arena_reset(c->scratch);
	ob_reconcile_service(with, s->key, &r);
	count(&c->totals, &s->last, &r);
	if (r.in_the_way && !s->last.in_the_way)
		ob_warning("somebody else's ServiceImport is in the way",
			   "object=%s", s->key);
	s->last = r;
	s->wrote |= r.wrote;
	if (r.busy) {
		(void)ob_queue_add(c->queue, s->key, with->now_ms);
		return false;
	}
	if (r.settled)
		finished(c, s);
	if (r.settled && !r.there)
		ob_queue_forget(c->queue, s);
	return true;
}

static void turn(struct ob_syncer *c)
{
	struct ob_reconcile with;
	struct ob_queued *s;
	bool go_on = true;

	ob_store_weigh(c->store, false);
	fill(c, &with);
	for (int i = 0; i < EACH_TURN && go_on; i++) {
		s = ob_queue_take(c->queue);
		if (!s)
			return;
		go_on = look_at(c, &with, s);
		c->passes++;
	}
	if (go_on && ob_queue_length(c->queue) > 0)
		wake(c);
}

static int on_turn(sd_event_source *source, void *arg)
{
	struct ob_syncer *c = arg;

	(void)source;
	if (!must_wait(c) && c->leading)
		turn(c);
	return 0;
}

static void audit(struct ob_syncer *c, uint64_t now_ms)
{
	struct ob_reconcile with;

	c->audit_ms = now_ms;
	fill(c, &with);
	ob_reconcile_strays(&with);
	all_dirty(c);
}

/* What lists and bursts needed stays the heap's, in holes between what is kept;
 * after them it is half of all. Once more when the connections that they needed
 * have been closed. */
static void trim(struct ob_syncer *c, uint64_t now_ms)
{
	uint64_t since_ms = now_ms - c->trim_ms;
	bool calm = c->passes == c->trim_passes;

	if (since_ms < TRIM_MS || ob_queue_length(c->queue) > 0 ||
	    !ob_writes_idle(c->writes))
		return;
	if (calm && (c->calm || since_ms < CALM_MS))
		return;
	c->calm = calm;
	c->trim_ms = now_ms;
	c->trim_passes = c->passes;
	(void)malloc_trim(0);
}

static int on_tick(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ob_syncer *c = arg;
	enum ob_standing standing = ob_elect_standing(c->elect);
	uint64_t now_ms = ob_clock_monotonic_ms();

	(void)usec;
	sd_event_source_set_time_relative(source, TICK_US);
	sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	if (ob_pulse_changed(c->pulse))
		all_dirty(c);
	if (must_wait(c))
		return 0;
	/* Cut off from our own API server, nobody else can have taken over, and
	 * others must not think that we are dead. */
	if (standing == OB_STANDING_LEADER || standing == OB_STANDING_CUT_OFF)
		ob_heart_tick(c->heart, c->members->own_uid, now_ms);
	if (!c->leading)
		return 0;
	ob_store_weigh(c->store, true);
	ob_writes_tick(c->writes, now_ms);
	trim(c, now_ms);
	if (now_ms - c->audit_ms > AUDIT_MS)
		audit(c, now_ms);
	if (ob_queue_length(c->queue) > 0)
		wake(c);
	return 0;
}

static void on_elect(void *arg)
{
	struct ob_syncer *c = arg;
	bool leading = ob_elect_standing(c->elect) == OB_STANDING_LEADER;

	if (leading == c->leading)
		return;
	c->leading = leading;
	c->audit_ms = 0; /* at once */
	wake(c);
}

static void on_again(void *arg, const char *key)
{
	on_service(arg, key);
}

/* Making and ending. */

static const struct ob_store_ops store_ops = {
	.service = on_service,
	.namespace = on_namespace,
	.network = on_network,
	.import = on_import,
	.beat = on_beat,
	.state = on_state,
};

static int make_parts(struct ob_syncer *c, sd_event *event)
{
	const struct ob_syncer_config *config = c->config;
	uint64_t renew_ms = config->renew_s * UINT64_C(1000);
	struct ob_writes_options options = {
		.hub = c->hub, .local = c->local, .again = on_again, .arg = c
	};
	int r;

	c->queue = ob_queue_new();
	c->pulse = ob_pulse_new(config->cluster, STEPS * renew_ms,
				config->expiry_s * UINT64_C(1000));
	if (!c->queue || !c->pulse)
		return -ENOMEM;
	r = ob_store_new(event, c->hub, c->local, config, &store_ops, c,
			 &c->store);
	if (r < 0)
		return r;
	options.seed = ob_store_seed(c->store);
	options.exports = ob_store_exports(c->store);
	options.imports = ob_store_imports(c->store);
	r = ob_writes_new(&options, &c->writes);
	return r < 0 ? r : ob_heart_new(c->hub, config, &c->heart);
}

static int start(struct ob_syncer *c, sd_event *event)
{
	struct ob_kube_lease_options lease = {
		.namespace = c->config->lease_namespace,
		.name = c->config->lease_name,
	};
	int r = ob_elect_new(c->local, &lease, on_elect, c, &c->elect);

	if (r >= 0)
		r = ob_kube_events_new(c->local, "octopus.io/syncer",
				       ob_elect_identity(c->elect), &c->events);
	if (r >= 0)
		r = sd_event_add_defer(event, &c->turn, on_turn, c);
	if (r >= 0)
		r = sd_event_source_set_enabled(c->turn, SD_EVENT_ONESHOT);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &c->tick, CLOCK_MONOTONIC,
					       TICK_US, 0, on_tick, c);
	return r;
}

int ob_syncer_new(sd_event *event, const struct ob_syncer_config *config,
		  struct ob_syncer **ret, struct ob_status *status)
{
	_cleanup_(ob_syncer_freep) struct ob_syncer *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->config = config;
	c->scratch = ob_arena_new();
	c->members_dirty = true;
	r = ob_kube_open(event, &config->hub, OB_SYNCER_AGENT, &c->hub, status);
	if (r >= 0)
		r = ob_kube_open(event, &config->local, OB_SYNCER_AGENT,
				 &c->local, status);
	if (r >= 0)
		r = make_parts(c, event);
	if (r >= 0)
		r = start(c, event);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(c);
	return 0;
}

void ob_syncer_release(struct ob_syncer *c)
{
	ob_elect_release(c->elect);
}

void ob_syncer_free(struct ob_syncer *c)
{
	sd_event_source_disable_unref(c->turn);
	sd_event_source_disable_unref(c->tick);
	c->turn = NULL;
	ob_kube_events_freep(&c->events);
	ob_elect_freep(&c->elect);
	ob_heart_freep(&c->heart);
	ob_writes_freep(&c->writes);
	ob_store_freep(&c->store);
	ob_queue_freep(&c->queue);
	ob_pulse_freep(&c->pulse);
	ob_addresses_freep(&c->addresses[0]);
	ob_addresses_freep(&c->addresses[1]);
	ob_kube_freep(&c->local);
	ob_kube_freep(&c->hub);
	ob_arena_free(c->arena);
	ob_arena_freep(&c->scratch);
	free(c);
}

void ob_syncer_look(const struct ob_syncer *c, struct ob_syncer_view *ret)
{
	*ret = (struct ob_syncer_view){
		.config = c->config,
		.hub_url = ob_kube_config_get(c->hub)->server,
		.local_url = ob_kube_config_get(c->local)->server,
		.hub_trouble = *ob_store_hub_trouble(c->store),
		.local_trouble = *ob_store_local_trouble(c->store),
		.heart_trouble = *ob_heart_trouble(c->heart),
		.waiting = c->waiting,
		.synced = ob_store_synced(c->store),
		.leading = c->leading,
		.holder = ob_elect_holder(c->elect),
		.lease = ob_elect_lease(c->elect),
		.hub = ob_kube_stats_get(c->hub),
		.local = ob_kube_stats_get(c->local),
		.counts = ob_store_counts_get(c->store),
		.totals = c->totals,
		.writes = ob_writes_stats_get(c->writes),
		.members = c->members,
		.addresses = { c->addresses[0], c->addresses[1] },
		.services = ob_queue_known(c->queue),
		.queued = ob_queue_length(c->queue),
		.dead_clusters = ob_pulse_dead(c->pulse),
		.passes = c->passes,
		.syncs = c->syncs,
		.sync_s = c->sync_s,
		.last_sync_s = c->last_sync_s,
		.heart_s = ob_heart_renewed_s(c->heart),
	};
}
