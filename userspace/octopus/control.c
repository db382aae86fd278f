// SPDX-License-Identifier: Apache-2.0
#include "octopus/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "kube/elect.h"
#include "kube/nodes.h"
#include "kube/peers.h"
#include "octopus/notify.h"
#include "octopus/pod.h"
#include "octopus/publish.h"

#define AGENT	    "octopus/" OB_VERSION
#define COALESCE_US 5000    /* changes come in bursts */
#define AUDIT_US    1000000 /* handshakes, retries */
#define MOST_NOTES  32	    /* of Peers that are left out, in conditions */

/* Another gateway takes over within 5 s. */
#define LEASE_MS    3000
#define DEADLINE_MS 2000
#define RETRY_MS    500

struct ob_control {
	const struct ob_config_file *config;
	const struct ob_control_ops *ops;
	void *arg;
	struct ob_kube *hub, *local; /* local NULL: not configured */
	struct ob_peers *peers;
	struct ob_nodes *nodes;
	struct ob_imports *imports; /* NULL without local, too */
	struct ob_publisher *publisher;
	struct ob_granter *granter; /* NULL: not the hub */
	struct ob_elect *elect;
	struct ob_notify *notify;
	struct ob_pod *pod; /* NULL: in none that we know */
	sd_event_source *timer;
	bool soon; /* the timer is set for a change */

	struct ob_arena *scratch; /* of a run */
	struct ob_arena *arena;	  /* of joined */
	struct ob_joined *joined; /* NULL: none yet */
	struct ob_key key;
	struct ob_status waiting;
	bool published;
};

static void run_in(struct ob_control *c, uint64_t us)
{
	int r = sd_event_source_set_time_relative(c->timer, us);

	if (r >= 0)
		r = sd_event_source_set_enabled(c->timer, SD_EVENT_ONESHOT);
	if (r < 0)
		ob_error("event loop", "cannot=\"set a timer\" error=%d", r);
}

static void dirty(void *arg)
{
	struct ob_control *c = arg;

	if (c->soon || !c->timer)
		return;
	c->soon = true;
	run_in(c, COALESCE_US);
}

/* What to have. */

static bool is_standby(const struct ob_control *c)
{
	return ob_elect_standing(c->elect) == OB_STANDING_ASIDE;
}

static void take_over(struct ob_control *c, struct ob_arena *a,
		      struct ob_joined *joined)
{
	struct ob_arena *old = c->arena;
	bool different = !c->joined || !ob_network_equal(&c->joined->network,
							 &joined->network);

	c->arena = a;
	c->joined = joined;
	c->ops->network(c->arg, different);
	ob_arena_free(old);
}

static void fill_input(struct ob_control *c, struct ob_join_input *in)
{
	*in = (struct ob_join_input){ .config = c->config,
				      .public_key = c->key };
	in->peers = ob_peers_list(c->peers, c->scratch, &in->n_peers);
	if (!c->nodes)
		return;
	in->nodes_known = ob_nodes_synced(c->nodes);
	in->node_pods = ob_nodes_pods(c->nodes, c->scratch, &in->n_node_pods);
	in->node_addrs =
		ob_nodes_addrs(c->nodes, c->scratch, &in->n_node_addrs);
}

static void join(struct ob_control *c, const struct ob_join_input *in)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_joined *joined = ob_arena_alloc(a, sizeof(*joined));

	if (is_standby(c)) {
		ob_join_standby(a, in, &joined->network);
		take_over(c, TAKE_PTR(a), joined);
		ob_status_set(&c->waiting, EAGAIN, "NotLeader",
			      "%s leads: this gateway stands by",
			      ob_elect_holder(c->elect));
		return;
	}
	if (ob_join(a, in, joined, &c->waiting) == 0)
		take_over(c, TAKE_PTR(a), joined);
}

static void publish(struct ob_control *c, const struct ob_join_input *in)
{
	struct ob_peer_spec spec;

	ob_publish_spec(c->scratch, c->config, &c->key, &spec);
	c->published = ob_publisher_want(c->publisher, c->config->network.id,
					 &spec, ob_join_own(in));
}

static void grant(struct ob_control *c, struct ob_join_input *in)
{
	struct ob_wg_device wg = { 0 };
	struct ob_grant_view view = { .wg = &wg };

	view.wg_known = c->ops->device(c->arg, c->scratch, &wg, &view.mtu) == 0;
	ob_granter_run(c->granter, c->scratch, c->config, &c->key, in->peers,
		       in->n_peers, &view);
	in->peers = ob_granter_foresee(c->granter, c->scratch, in->peers,
				       in->n_peers);
}

/* What stands in the way of looking at Peers at all. */
static bool must_wait(struct ob_control *c)
{
	if (!ob_peers_synced(c->peers)) {
		ob_status_set(&c->waiting, EAGAIN, "HubNotSynced",
			      "the Peers on the hub are not known yet");
		return true;
	}
	if (ob_elect_standing(c->elect) == OB_STANDING_UNKNOWN) {
		ob_status_set(&c->waiting, EAGAIN, "LeaseUnknown",
			      "which gateway leads is not known yet: lease %s "
			      "has not been seen",
			      ob_elect_lease(c->elect));
		return true;
	}
	if (ob_key_is_zero(&c->key) && !is_standby(c)) {
		ob_status_set(&c->waiting, EAGAIN, "NoDevice",
			      "device %s is not there yet",
			      c->config->network.device);
		return true;
	}
	return false;
}

static void run(struct ob_control *c)
{
	bool leads = ob_elect_standing(c->elect) == OB_STANDING_LEADER;
	struct ob_join_input in;

	ob_arena_reset(c->scratch);
	c->waiting = (struct ob_status)OB_STATUS_INIT;
	if (c->granter && !leads)
		ob_granter_stop(c->granter);
	/* Cut off, it cannot be told, and still leads. */
	if (c->pod && ob_elect_standing(c->elect) != OB_STANDING_CUT_OFF)
		ob_pod_tell(c->pod, &c->key, leads);
	if (must_wait(c))
		return;
	fill_input(c, &in);
	if (leads) {
		publish(c, &in);
		ob_notify_own(c->notify, ob_join_own(&in));
	}
	if (leads && c->granter)
		grant(c, &in);
	join(c, &in);
}

static int on_time(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ob_control *c = arg;

	(void)source;
	(void)usec;
	c->soon = false;
	run_in(c, AUDIT_US);
	run(c);
	return 0;
}

/* Making and ending. */

int ob_control_connect(sd_event *event, const struct ob_config_file *config,
		       struct ob_kube **ret, struct ob_status *status)
{
	const struct ob_hub_mode *h = config->hub;
	struct ob_kube_place place = { .url = h->url,
				       .ca_file = h->ca_file,
				       .token_file = h->token_file,
				       .kubeconfig = h->kubeconfig };

	return ob_kube_open(event, &place, AGENT, ret, status);
}

static int connect_all(struct ob_control *c, sd_event *event,
		       struct ob_status *status)
{
	const struct ob_hub_mode *h = c->config->hub;
	struct ob_kube_place place = { .kubeconfig = h->kubernetes_file,
				       .in_cluster = h->kubernetes ==
						     OB_KUBERNETES_IN_CLUSTER };
	int r = ob_control_connect(event, c->config, &c->hub, status);

	if (r < 0 || h->kubernetes == OB_KUBERNETES_NONE)
		return r;
	return ob_kube_open(event, &place, AGENT, &c->local, status);
}

static const char *lease_namespace(const struct ob_control *c)
{
	const char *pod = getenv("POD_NAMESPACE");

	if (!c->local)
		return c->config->hub->namespace;
	return pod && *pod ? pod : ob_kube_config_get(c->local)->namespace;
}

const char *ob_control_lease(const char *cluster_id, char *buf, size_t size)
{
	snprintf(buf, size, "%s-cnf", cluster_id);
	return buf;
}

static int elect(struct ob_control *c)
{
	char name[OB_CONTROL_LEASE_LEN];
	struct ob_kube_lease_options options = {
		.namespace = lease_namespace(c),
		.name = ob_control_lease(c->config->network.id, name,
					 sizeof(name)),
		.lease_duration_ms = LEASE_MS,
		.renew_deadline_ms = DEADLINE_MS,
		.retry_period_ms = RETRY_MS,
	};

	return ob_elect_new(c->local ?: c->hub, &options, dirty, c, &c->elect);
}

static const struct ob_peers_ops peers_ops = { .changed = dirty };

static void service_changed(void *arg, const char *key)
{
	struct ob_control *c = arg;

	c->ops->service(c->arg, key);
}

static void services_changed(void *arg)
{
	struct ob_control *c = arg;

	c->ops->services(c->arg);
}

static const struct ob_imports_ops imports_ops = {
	.changed = service_changed,
	.state = services_changed,
};

static int start_local(struct ob_control *c, sd_event *event)
{
	int r = ob_nodes_new(c->local, dirty, c, &c->nodes);

	if (r < 0)
		return r;
	return ob_imports_new(event, c->local, &imports_ops, c, &c->imports);
}

static int start_all(struct ob_control *c, sd_event *event)
{
	const struct ob_hub_mode *h = c->config->hub;
	bool is_hub = c->config->network.hub;
	int r;

	r = sd_event_add_time_relative(event, &c->timer, CLOCK_MONOTONIC,
				       AUDIT_US, 0, on_time, c);
	if (r >= 0)
		r = ob_peers_new(c->hub, h->namespace, is_hub, &peers_ops, c,
				 &c->peers);
	if (r >= 0 && c->local)
		r = start_local(c, event);
	if (r >= 0)
		r = ob_publisher_new(c->hub, h->namespace, dirty, c,
				     &c->publisher);
	if (r >= 0 && is_hub)
		r = ob_granter_new(c->hub, h->namespace, dirty, c, &c->granter);
	if (r >= 0)
		r = elect(c);
	if (r >= 0)
		r = ob_notify_new(c->hub, h->namespace,
				  ob_elect_identity(c->elect), &c->notify);
	if (r < 0 || !c->local)
		return r;
	r = ob_pod_new(c->local, &c->pod);
	return r == -ENOENT ? 0 : r;
}

int ob_control_new(sd_event *event, const struct ob_config_file *config,
		   const struct ob_control_ops *ops, void *arg,
		   struct ob_control **ret, struct ob_status *status)
{
	_cleanup_(ob_control_freep) struct ob_control *c =
		calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->config = config;
	c->ops = ops;
	c->arg = arg;
	c->scratch = ob_arena_new();
	ob_status_set(&c->waiting, EAGAIN, "HubNotSynced",
		      "the Peers on the hub are not known yet");
	r = connect_all(c, event, status);
	if (r == 0)
		r = start_all(c, event);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(c);
	return 0;
}

void ob_control_release(struct ob_control *c)
{
	ob_elect_release(c->elect);
}

void ob_control_free(struct ob_control *c)
{
	sd_event_source_disable_unref(c->timer);
	c->timer = NULL;
	ob_pod_freep(&c->pod);
	ob_notify_freep(&c->notify);
	ob_elect_freep(&c->elect);
	ob_granter_freep(&c->granter);
	ob_publisher_freep(&c->publisher);
	ob_imports_freep(&c->imports);
	ob_nodes_freep(&c->nodes);
	ob_peers_freep(&c->peers);
	ob_kube_freep(&c->local);
	ob_kube_freep(&c->hub);
	ob_arena_freep(&c->arena);
	ob_arena_freep(&c->scratch);
	free(c);
}

/* Changes from outside. */

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

bool ob_control_fits(const struct ob_control *c,
		     const struct ob_config_file *config)
{
	const struct ob_hub_mode *a = c->config->hub, *b = config->hub;

	return b && same_text(a->url, b->url) &&
	       same_text(a->ca_file, b->ca_file) &&
	       same_text(a->token_file, b->token_file) &&
	       same_text(a->kubeconfig, b->kubeconfig) &&
	       same_text(a->namespace, b->namespace) &&
	       a->kubernetes == b->kubernetes &&
	       same_text(a->kubernetes_file, b->kubernetes_file) &&
	       c->config->network.hub == config->network.hub &&
	       !strcmp(c->config->network.id, config->network.id);
}

void ob_control_set_config(struct ob_control *c,
			   const struct ob_config_file *config)
{
	c->config = config;
	dirty(c);
}

void ob_control_set_key(struct ob_control *c, const struct ob_key *key)
{
	if (ob_key_equal(&c->key, key))
		return;
	c->key = *key;
	dirty(c);
}

/* What others want to know. */

const struct ob_network *ob_control_network(const struct ob_control *c)
{
	return c->joined ? &c->joined->network : NULL;
}

const struct ob_imports *ob_control_imports(const struct ob_control *c)
{
	return c->imports;
}

bool ob_control_is_ready(const struct ob_control *c, const char *cluster)
{
	const struct ob_peer *p =
		ob_peers_get(c->peers, c->config->hub->namespace, cluster);

	return p && ob_peer_condition_is_true(&p->status, OB_PEER_READY);
}

static void add(struct ob_arena *a, struct ob_conditions *list,
		const char *reason, const char *prefix, const char *message)
{
	struct ob_status s = OB_STATUS_INIT;

	ob_status_set(&s, EAGAIN, reason, "%s%s", prefix, message);
	ob_conditions_add(a, list, &s);
}

/* Those that wait for their own octopus or the hub are no trouble of ours. */
static bool is_news(const struct ob_left_out *l)
{
	static const char *const usual[] = { "NotAccepted", "Deleting",
					     "NoPublicKey" };

	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		if (!strcmp(l->reason, usual[i]))
			return false;
	return true;
}

static void add_joined(const struct ob_control *c, struct ob_arena *a,
		       struct ob_conditions *list)
{
	size_t n = 0;

	for (size_t i = 0; i < c->joined->conditions.n; i++)
		ob_conditions_add(a, list, &c->joined->conditions.v[i]);
	for (size_t i = 0; i < c->joined->left_out.n && n < MOST_NOTES; i++) {
		const struct ob_left_out *l = &c->joined->left_out.v[i];

		if (!is_news(l))
			continue;
		n++;
		add(a, list, "PeerLeftOut",
		    ob_arena_printf(a, "Peer %s is left out: ", l->cluster),
		    l->message);
	}
}

void ob_control_conditions(const struct ob_control *c, struct ob_arena *a,
			   struct ob_conditions *list)
{
	const struct ob_status *trouble = ob_peers_trouble(c->peers);

	if (trouble->reason)
		add(a, list, "HubUnreachable", "", trouble->message);
	if (c->nodes && ob_nodes_trouble(c->nodes)->reason)
		add(a, list, "KubernetesUnreachable", "",
		    ob_nodes_trouble(c->nodes)->message);
	/* Not the same trouble twice. */
	else if (c->imports && ob_imports_trouble(c->imports)->reason)
		add(a, list, "ServicesNotWatched", "",
		    ob_imports_trouble(c->imports)->message);
	if (ob_elect_standing(c->elect) == OB_STANDING_CUT_OFF)
		add(a, list, "LeaseNotRenewed",
		    "the lease cannot be renewed, everything stays as it is: ",
		    ob_elect_lease(c->elect));
	if (c->waiting.reason && !is_standby(c))
		ob_conditions_add(a, list, &c->waiting);
	ob_conditions_add(a, list, ob_publisher_trouble(c->publisher));
	if (c->pod)
		ob_conditions_add(a, list, ob_pod_trouble(c->pod));
	if (c->granter)
		ob_conditions_add(a, list, ob_granter_trouble(c->granter));
	if (c->joined)
		add_joined(c, a, list);
}

static void look_local(const struct ob_control *c, struct ob_control_view *v)
{
	v->has_kubernetes = c->local;
	if (!c->local)
		return;
	v->kubernetes_url = ob_kube_config_get(c->local)->server;
	v->kubernetes_synced = ob_nodes_synced(c->nodes);
	v->kubernetes_trouble = *ob_nodes_trouble(c->nodes);
	v->kubernetes_connected = !v->kubernetes_trouble.reason;
	v->kubernetes = ob_kube_stats_get(c->local);
}

void ob_control_look(const struct ob_control *c, struct ob_arena *a,
		     struct ob_control_view *ret)
{
	struct ob_control_view v = {
		.url = ob_kube_config_get(c->hub)->server,
		.namespace = c->config->hub->namespace,
		.synced = ob_peers_synced(c->peers),
		.trouble = *ob_peers_trouble(c->peers),
		.heard_s = ob_peers_heard_s(c->peers),
		.hub = ob_kube_stats_get(c->hub),
		.leading = ob_elect_standing(c->elect) == OB_STANDING_LEADER,
		.holder = ob_elect_holder(c->elect),
		.lease = ob_elect_lease(c->elect),
		.published = c->published,
		.publish_trouble = *ob_publisher_trouble(c->publisher),
		.waiting = c->waiting,
		.joined = c->joined,
		.grants = c->granter,
	};
	struct ob_join_input in = { .config = c->config };

	v.connected = !v.trouble.reason;
	in.peers = v.peers = ob_peers_list(c->peers, a, &v.n_peers);
	in.n_peers = v.n_peers;
	v.own = ob_join_own(&in);
	if (c->granter)
		v.totals = ob_granter_totals(c->granter);
	look_local(c, &v);
	*ret = v;
}
