// SPDX-License-Identifier: Apache-2.0
#include "octopus/pass.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "octopus/apply.h"
#include "octopus/balancer.h"
#include "octopus/control.h"
#include "octopus/facts.h"
#include "octopus/join.h"
#include "octopus/service_view.h"

/* What the operators of the other clusters need to know. */
static void log_key(struct ob_octopus *o, const struct ob_wg_device *wg)
{
	char text[OB_KEY_STRLEN];

	if (ob_key_is_zero(&wg->public_key) ||
	    ob_key_equal(&wg->public_key, &o->public_key))
		return;
	o->public_key = wg->public_key;
	ob_info("our public key", "device=%s public_key=%s", wg->name,
		ob_key_format(&wg->public_key, text, sizeof(text)));
}

static int read_actual(struct ob_octopus *o, struct ob_actual *actual,
		       struct ob_status *status)
{
	const char *device = o->config->network.device;
	int r = ob_actual_dump(&o->kernel, o->arena, device, actual, status);

	/* No name: no device of ours to offer a key to. */
	if (r < 0 || !actual->wg.name[0])
		return r;
	r = ob_identity_offer(&o->identity, o->kernel.wg, device);
	/* Gone again: the next pass makes a new one. */
	if (r == -ENODEV)
		return 0;
	if (r < 0)
		return ob_status_set(status, -r, "KeyRefused",
				     "%s does not take the key: %s", device,
				     strerror(-r));
	if (r > 0)
		actual->wg.public_key = o->identity.public_key;
	log_key(o, &actual->wg);
	return 0;
}

/* Of this thread: what others keep the processor busy with is not our cost. */
static uint64_t cpu_ns(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void apply(struct ob_octopus *o, struct ob_plan *plan,
		  const struct ob_desired *desired,
		  struct ob_plan_result *result)
{
	struct ob_apply context = {
		.kernel = &o->kernel,
		.identity = &o->identity,
		.told = &o->told,
		.device = desired->link.name,
		.ifindex = desired->link.ifindex,
	};

	ob_plan_apply(plan, &context, result);
}

static const struct ob_wg_peer *actual_peer(const struct ob_wg_device *wg,
					    const struct ob_key *key)
{
	for (size_t i = 0; i < wg->n_peers; i++)
		if (ob_key_equal(&wg->peers[i].public_key, key))
			return &wg->peers[i];
	return NULL;
}

/* settled: the kernel has what is desired. */
static void nudge(struct ob_octopus *o, const struct ob_desired *desired,
		  const struct ob_actual *actual, bool settled)
{
	uint64_t now_ms = ob_clock_monotonic_ms();

	for (size_t i = 0; i < desired->peers.n; i++) {
		const struct ob_wg_peer *want = &desired->peers.v[i].wg;
		const struct ob_wg_peer *now = NULL;

		if (settled)
			now = actual_peer(&actual->wg, &want->public_key);
		/* Those that do not dial wait for the other end. */
		if (!want->keepalive_s ||
		    !ob_nudge_is_due(&o->nudge, &want->public_key, now, now_ms))
			continue;
		ob_debug("dialling again", "peer=%s",
			 desired->peers.v[i].cluster);
		(void)ob_nudge_peer(o->kernel.wg, actual->wg.name, now);
	}
	ob_nudge_sweep(&o->nudge);
}

static bool is_ready(void *arg, const char *cluster)
{
	const struct ob_octopus *o = arg;

	return o->control && ob_control_is_ready(o->control, cluster);
}

static void note_dead(struct ob_octopus *o, const bool *alive,
		      struct ob_conditions *conditions)
{
	for (size_t i = 0; i < o->network->n_clusters; i++) {
		struct ob_status s = OB_STATUS_INIT;

		if (alive[i])
			continue;
		ob_status_set(&s, EHOSTUNREACH, "ClusterNotAnswering",
			      "nothing comes out of the tunnel to %s: its "
			      "endpoints get no new connections to services",
			      o->network->clusters[i].id);
		ob_conditions_add(o->arena, conditions, &s);
	}
}

/* What services need to know. A gateway that stands by has no cluster CIDR,
 * and what it knows of services stays. */
static void balance(struct ob_octopus *o, const struct ob_desired *desired,
		    const struct ob_actual *actual,
		    struct ob_conditions *conditions)
{
	struct ob_alive_input in = {
		.net = o->network,
		.wg = &actual->wg,
		.is_ready = is_ready,
		.arg = o,
		.now_ms = ob_clock_monotonic_ms(),
		.now_s = (int64_t)ob_clock_realtime_s(),
	};
	enum ob_service_policy policy = OB_SERVICE_SPREAD;
	struct ob_service_view view;
	const bool *alive;

	if (!o->balancer || desired->blocked || o->network->n_cidrs == 0)
		return;
	if (o->config->hub)
		policy = o->config->hub->service_policy;
	alive = ob_alive_clusters(o->arena, &o->alive, &in);
	view = ob_service_view_make(o->arena, o->network, desired->clusters.v,
				    desired->clusters.n, alive, policy);
	ob_balancer_view(o->balancer, &view);
	if (view.n_blocks == 0)
		return;
	note_dead(o, alive, conditions);
	ob_balancer_conditions(o->balancer, o->arena, conditions);
}

static void gather(struct ob_octopus *o, const struct ob_actual *actual,
		   struct ob_facts *ret)
{
	struct ob_fact_sources sources = { &o->kernel, &o->identity,
					   o->resolver, &o->told };

	ob_facts_gather(&sources, o->arena, o->network, actual,
			(int64_t)ob_clock_realtime_s(), ret);
	if (o->balancer)
		ret->services_known =
			ob_balancer_unserved(o->balancer, o->arena,
					     &ret->unserved, &ret->n_unserved);
}

static int run(struct ob_octopus *o, struct ob_conditions *conditions,
	       size_t *ret_operations, struct ob_status *status)
{
	uint64_t start_ns = cpu_ns();
	struct ob_plan_result result;
	struct ob_desired desired;
	struct ob_actual actual;
	struct ob_facts facts;
	struct ob_plan plan;
	size_t held;
	int r = read_actual(o, &actual, status);

	if (r < 0) {
		o->state.errors++;
		return r;
	}
	gather(o, &actual, &facts);
	ob_desired_compute(o->arena, o->network, &facts, &desired);
	ob_plan_init(&plan, o->arena);
	ob_diff(&desired, &actual, &ob_apply_kernel, &plan);
	o->state.last_compare_ns = cpu_ns() - start_ns;
	held = ob_holds_filter(&o->holds, &plan, ob_clock_monotonic_ms());
	apply(o, &plan, &desired, &result);
	nudge(o, &desired, &actual, plan.ops.n == 0);
	balance(o, &desired, &actual, conditions);

	for (size_t i = 0; i < desired.conditions.n; i++)
		ob_conditions_add(o->arena, conditions,
				  &desired.conditions.v[i]);
	for (size_t i = 0; i < o->holds.n; i++)
		ob_conditions_add(o->arena, conditions, &o->holds.v[i].status);
	o->state.mtu = desired.link.mtu;
	o->state.operations += result.applied;
	o->state.errors += result.failed;
	*ret_operations = plan.ops.n;
	*status = result.first;
	return result.failed || held || desired.blocked ? -EIO : 0;
}

/* What has come together in a pass, or instead of one. */
static void conclude(struct ob_octopus *o, struct ob_conditions *conditions,
		     const struct ob_status *status, int r)
{
	ob_conditions_add(o->arena, conditions, status);
	ob_conditions_add(o->arena, conditions, &o->http);
	if (o->control)
		ob_control_conditions(o->control, o->arena, conditions);
	ob_state_set_conditions(&o->state, conditions);
	if (r == 0)
		o->state.last_success_ms = ob_clock_monotonic_ms();
}

int ob_pass_run(struct ob_octopus *o, size_t *ret_operations)
{
	uint64_t start_ns = ob_clock_monotonic_ns();
	struct ob_status status = OB_STATUS_INIT;
	struct ob_conditions conditions = { 0 };
	int r;

	*ret_operations = 0;
	ob_arena_reset(o->arena);
	r = run(o, &conditions, ret_operations, &status);
	conclude(o, &conditions, &status, r);
	o->state.passes++;
	o->state.last_duration_ns = ob_clock_monotonic_ns() - start_ns;
	ob_debug("pass", "operations=%zu duration_us=%llu result=%d",
		 *ret_operations,
		 (unsigned long long)o->state.last_duration_ns / 1000, r);
	return r;
}

int ob_pass_wait(struct ob_octopus *o)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_conditions conditions = { 0 };
	struct ob_join_input nobody = { .config = o->config };
	struct ob_network bare;
	struct ob_actual actual;
	size_t operations;
	int r;

	ob_arena_reset(o->arena);
	r = read_actual(o, &actual, &status);
	if (r == 0 && !actual.wg.name[0]) {
		ob_join_standby(o->arena, &nobody, &bare);
		o->network = &bare;
		r = ob_pass_run(o, &operations);
		o->network = NULL;
		return r;
	}
	if (r < 0)
		o->state.errors++;
	conclude(o, &conditions, &status, r);
	return r;
}
