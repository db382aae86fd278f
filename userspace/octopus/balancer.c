// SPDX-License-Identifier: Apache-2.0
#include "octopus/balancer.h"

#include <errno.h>

#include "base/clock.h"
#include "base/log.h"

#define NS_PER_MS    1000000ULL
#define US_PER_MS    1000ULL
#define WORK_MS	     5	/* then others have their turn */
#define WORK_STEP    8	/* services between two looks at the clock */
#define AUDIT_FACTOR 20 /* audits take at most a twentieth of a processor */
#define SWEEP_US     100000
#define AROUND_US    5000000 /* once all fits in one step */
#define SWEEP_MS     2 /* what one step should take at most */
#define SWEEP_MIN    128
#define SWEEP_MAX    8192 /* entries */

struct ob_balancer {
	struct ob_datapath *dp;
	struct ob_services *services; /* NULL: the maps could not be read */
	struct ob_balance *balance;
	const struct ob_imports *imports;
	void (*changed)(void *arg);
	void *arg;
	sd_event_source *work, *audit, *sweep;
	bool started;
	uint64_t generation; /* that was told */
	size_t sweep_step;
	struct ob_sweep swept;
	struct ob_status trouble;
};

static void check(int r, const char *what)
{
	if (r < 0)
		ob_error("event loop", "cannot=\"%s\" error=%d", what, r);
}

static void run_soon(struct ob_balancer *b)
{
	check(sd_event_source_set_enabled(b->work, SD_EVENT_ONESHOT),
	      "enable work");
}

static void run_in(sd_event_source *timer, uint64_t us)
{
	check(sd_event_source_set_time_relative(timer, us), "set a timer");
	check(sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT),
	      "enable a timer");
}

/* The kernel. */

static int reopen(void *arg, struct ob_status *status)
{
	struct ob_balancer *b = arg;
	struct ob_services *fresh = NULL;
	int r = ob_services_open(b->dp, &fresh, status);

	if (r < 0)
		return r;
	ob_services_freep(&b->services);
	b->services = fresh;
	return 0;
}

static int dump(void *arg, struct ob_arena *a, struct ob_service_entries *ret)
{
	struct ob_balancer *b = arg;

	return ob_services_dump(b->dp, a, ret);
}

static int set(void *arg, const struct ob_service_entry *entry,
	       struct ob_status *status)
{
	struct ob_balancer *b = arg;

	return ob_services_set(b->services, entry, status);
}

static int del(void *arg, const struct ob_service_id *id)
{
	struct ob_balancer *b = arg;

	return ob_services_del(b->services, id);
}

/* The imports. */

static bool input(void *arg, struct ob_arena *a, const char *key,
		  struct ob_service_input *ret)
{
	const struct ob_balancer *b = arg;

	*ret = (struct ob_service_input){ 0 };
	if (b->imports)
		ret->import = ob_imports_get(b->imports, key);
	if (!ret->import)
		return false;
	for (size_t i = 0; i < ret->import->n_ips; i++)
		ret->rivals[i] =
			ob_imports_rival(b->imports, key, &ret->import->ips[i]);
	ret->slices = ob_imports_slices(b->imports, a, key, &ret->n_slices);
	return true;
}

static void each(void *arg, void (*fn)(void *to, const char *key), void *to)
{
	const struct ob_balancer *b = arg;

	if (b->imports)
		ob_imports_each(b->imports, fn, to);
}

/* Work. */

static void tell(struct ob_balancer *b)
{
	uint64_t now = ob_balance_generation(b->balance);

	if (now == b->generation)
		return;
	b->generation = now;
	b->changed(b->arg);
}

static int on_work(sd_event_source *source, void *arg)
{
	struct ob_balancer *b = arg;
	uint64_t until_ms = ob_clock_monotonic_ms() + WORK_MS;
	bool more = b->services;

	(void)source;
	while (more && ob_clock_monotonic_ms() < until_ms)
		more = ob_balance_step(b->balance, WORK_STEP);
	if (more)
		run_soon(b);
	tell(b);
	return 0;
}

static void mend(struct ob_balancer *b)
{
	int r = ob_services_mend(b->services);

	if (r < 0)
		(void)ob_status_set(&b->trouble, -r, "MapUnwritable",
				    "cannot repair the service addresses of "
				    "the datapath: %s",
				    strerrordesc_np(-r) ?: "unknown error");
}

static void audit(struct ob_balancer *b)
{
	b->trouble = (struct ob_status)OB_STATUS_INIT;
	if (!b->services && reopen(b, &b->trouble) < 0)
		return;
	if (ob_balance_audit(b->balance, &b->trouble) < 0)
		return;
	mend(b);
	run_soon(b);
}

static int on_audit(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ob_balancer *b = arg;
	uint64_t start_ns = ob_clock_monotonic_ns(), us;

	(void)source;
	(void)usec;
	/* Before anything is known there is nothing to compare. */
	if (b->started)
		audit(b);
	us = (ob_clock_monotonic_ns() - start_ns) / 1000 * AUDIT_FACTOR;
	if (us < OB_BALANCER_AUDIT_MS * US_PER_MS)
		us = OB_BALANCER_AUDIT_MS * US_PER_MS;
	run_in(b->audit, us);
	return 0;
}

/* As many entries as fit in the time. */
static void adapt(struct ob_balancer *b, uint64_t took_ns)
{
	if (took_ns > SWEEP_MS * NS_PER_MS && b->sweep_step > SWEEP_MIN)
		b->sweep_step /= 2;
	else if (took_ns < SWEEP_MS * NS_PER_MS / 4 &&
		 b->sweep_step < SWEEP_MAX)
		b->sweep_step *= 2;
}

static int on_sweep(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ob_balancer *b = arg;
	uint64_t now_ns = ob_clock_monotonic_ns();
	struct ob_sweep swept = { 0 };

	(void)source;
	(void)usec;
	if (b->services)
		(void)ob_services_sweep(b->services, now_ns, b->sweep_step,
					&swept);
	run_in(b->sweep, swept.around ? AROUND_US : SWEEP_US);
	adapt(b, ob_clock_monotonic_ns() - now_ns);
	b->swept.looked += swept.looked;
	b->swept.flows_expired += swept.flows_expired;
	b->swept.affinities_expired += swept.affinities_expired;
	return 0;
}

/* From outside. */

void ob_balancer_changed(struct ob_balancer *b, const char *key)
{
	ob_balance_changed(b->balance, key);
	if (b->started)
		run_soon(b);
}

void ob_balancer_state(struct ob_balancer *b)
{
	if (b->started || (b->imports && !ob_imports_synced(b->imports)))
		return;
	b->started = true;
	/* What is there from before us is adopted. */
	audit(b);
	ob_balance_start(b->balance);
	run_soon(b);
}

void ob_balancer_set_imports(struct ob_balancer *b,
			     const struct ob_imports *imports)
{
	b->imports = imports;
	b->started = false;
	ob_balance_stop(b->balance);
	ob_balancer_state(b);
}

void ob_balancer_view(struct ob_balancer *b, const struct ob_service_view *view)
{
	ob_balance_view(b->balance, view);
	if (b->started)
		run_soon(b);
}

/* Beginning and end. */

static int add_sources(struct ob_balancer *b, sd_event *event)
{
	int r = sd_event_add_defer(event, &b->work, on_work, b);

	if (r >= 0)
		r = sd_event_source_set_enabled(b->work, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_time_relative(
			event, &b->audit, CLOCK_MONOTONIC,
			OB_BALANCER_AUDIT_MS * US_PER_MS, 0, on_audit, b);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &b->sweep,
					       CLOCK_MONOTONIC, SWEEP_US, 0,
					       on_sweep, b);
	return r < 0 ? r : 0;
}

int ob_balancer_new(sd_event *event, struct ob_datapath *dp,
		    void (*changed)(void *arg), void *arg,
		    struct ob_balancer **ret)
{
	_cleanup_(ob_balancer_freep) struct ob_balancer *b =
		calloc(1, sizeof(*b));
	struct ob_balance_source source = { input, each, b };
	struct ob_balance_kernel kernel = { dump, set, del, reopen, b };
	int r;

	if (!b)
		return -ENOMEM;
	b->dp = dp;
	b->changed = changed;
	b->arg = arg;
	b->sweep_step = SWEEP_MIN;
	r = ob_balance_new(&source, &kernel, &b->balance);
	if (r == 0)
		r = add_sources(b, event);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(b);
	return 0;
}

void ob_balancer_free(struct ob_balancer *b)
{
	sd_event_source_disable_unref(b->sweep);
	sd_event_source_disable_unref(b->audit);
	sd_event_source_disable_unref(b->work);
	ob_balance_freep(&b->balance);
	ob_services_freep(&b->services);
	free(b);
}

/* What others want to know. */

bool ob_balancer_unserved(const struct ob_balancer *b, struct ob_arena *a,
			  const struct ob_addr **ret, size_t *ret_n)
{
	if (!ob_balance_settled(b->balance))
		return false;
	*ret = ob_balance_unserved(b->balance, a, ret_n);
	return true;
}

bool ob_balancer_is_alive(const struct ob_balancer *b, const char *cluster)
{
	return ob_balance_is_alive(b->balance, cluster);
}

void ob_balancer_conditions(const struct ob_balancer *b, struct ob_arena *a,
			    struct ob_conditions *list)
{
	ob_conditions_add(a, list, &b->trouble);
	ob_balance_conditions(b->balance, a, list);
}

void ob_balancer_look(const struct ob_balancer *b, struct ob_balancer_look *ret)
{
	*ret = (struct ob_balancer_look){
		.watched = b->imports,
		.synced = b->started,
		.totals = ob_balance_totals(b->balance),
		.swept = b->swept,
	};
	if (b->imports) {
		ret->version = ob_imports_version(b->imports);
		ret->trouble = *ob_imports_trouble(b->imports);
	}
	ob_balance_backends(b->balance, ret->backends);
}
