// SPDX-License-Identifier: Apache-2.0
#include "kube/lease.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "kube/hash.h"
#include "kube/lease_record.h"
#include "kube/path.h"
#include "kube/request.h"

#define DURATION_MS	  15000
#define RENEW_DEADLINE_MS 10000
#define RETRY_MS	  2000
#define RELEASE_MS	  2000
#define HOST_LEN	  256

const struct ob_kube_resource ob_kube_leases = {
	.group = "coordination.k8s.io",
	.version = "v1",
	.plural = "leases",
	.kind = "Lease",
	.namespaced = true,
};

struct ob_kube_lease {
	struct ob_kube *k;
	struct ob_kube_lease_options o; /* strings are ours */
	const struct ob_kube_lease_ops *ops;
	void *arg;

	struct ob_arena *arena; /* of the lease as it was read last */
	cJSON *object;
	struct ob_kube_lease_seen seen;
	bool known; /* seen is what the server has, as far as we know */
	char *holder;

	bool leader;
	uint64_t sent_ms;    /* the write under way began */
	uint64_t renewed_ms; /* the last one that counted began */
	struct ob_kube_call *call;
	sd_event_source *tick, *deadline;
	bool releasing, released;
	unsigned int busy;
	bool freed;
};

static void write_claim(struct ob_kube_lease *l);
static void read_lease(struct ob_kube_lease *l);

static void release_memory(struct ob_kube_lease *l)
{
	if (--l->busy > 0 || !l->freed)
		return;
	ob_arena_free(l->arena);
	free((char *)(uintptr_t)l->o.namespace);
	free((char *)(uintptr_t)l->o.name);
	free((char *)(uintptr_t)l->o.identity);
	free(l->holder);
	free(l);
}

static void arm(sd_event_source *source, uint64_t ms)
{
	if (!source)
		return;
	sd_event_source_set_time_relative(source, ms * 1000);
	sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static void later(struct ob_kube_lease *l)
{
	uint32_t ms = l->o.retry_period_ms;

	if (!l->freed && !l->releasing)
		arm(l->tick, ms + ob_kube_random() % (ms / 5 + 1));
}

static void lead(struct ob_kube_lease *l)
{
	uint64_t until = l->sent_ms + l->o.renew_deadline_ms;
	uint64_t now = ob_clock_monotonic_ms();

	l->renewed_ms = l->sent_ms;
	arm(l->deadline, until > now ? until - now : 0);
	if (l->leader)
		return;
	l->leader = true;
	if (l->ops->leading)
		l->ops->leading(l->arg);
}

static void lose(struct ob_kube_lease *l, bool unreachable)
{
	if (!l->leader)
		return;
	l->leader = false;
	if (l->deadline)
		sd_event_source_set_enabled(l->deadline, SD_EVENT_OFF);
	if (l->ops->lost && !l->releasing)
		l->ops->lost(l->arg, unreachable);
}

/* Tells who holds it, and ourselves that we do not. */
static void note_holder(struct ob_kube_lease *l)
{
	if (l->leader && strcmp(l->seen.holder, l->o.identity) != 0)
		lose(l, false);
	if (l->freed || (l->holder && !strcmp(l->holder, l->seen.holder)))
		return;
	free(l->holder);
	l->holder = strdup(l->seen.holder);
	if (l->ops->observed && l->holder)
		l->ops->observed(l->arg, l->holder);
}

/* The lease as the server has it; NULL: there is none. */
static int observe(struct ob_kube_lease *l, const cJSON *body)
{
	struct ob_arena *a = ob_arena_new();
	struct ob_kube_lease_seen seen = { .holder = "",
					   .resource_version = "" };
	cJSON *object = body ? ob_json_copy(a, body) : NULL;
	bool same;

	if (body && ob_kube_lease_decode(object, &seen) < 0) {
		ob_arena_free(a);
		return -EINVAL;
	}
	same = l->seen.exists && seen.exists &&
	       !strcmp(l->seen.resource_version, seen.resource_version);
	seen.changed_ms = same ? l->seen.changed_ms : ob_clock_monotonic_ms();
	ob_arena_free(l->arena);
	l->arena = a;
	l->object = object;
	l->seen = seen;
	l->known = true;
	note_holder(l);
	return 0;
}

static struct ob_kube_ref reference(const struct ob_kube_lease *l)
{
	return (struct ob_kube_ref){
		.resource = &ob_kube_leases,
		.namespace = l->o.namespace,
		.name = l->o.name,
	};
}

/* What the rules say about what we know. */
static void step(struct ob_kube_lease *l)
{
	/* What is not ours is not given back. */
	if (l->releasing && strcmp(l->seen.holder, l->o.identity) != 0)
		return;
	switch (ob_kube_lease_decide(&l->seen, l->o.identity,
				     ob_clock_monotonic_ms())) {
	case OB_KUBE_LEASE_WAIT:
		later(l);
		return;
	case OB_KUBE_LEASE_CREATE:
	case OB_KUBE_LEASE_TAKE:
	case OB_KUBE_LEASE_RENEW:
		write_claim(l);
		return;
	}
}

static void on_read(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct ob_kube_lease *l = arg;

	l->busy++;
	l->call = NULL;
	if (r == 0)
		r = observe(l, reply->body);
	else if (r == -ENOENT && reply->code == 404)
		r = observe(l, NULL);
	if (!l->freed) {
		if (r == 0)
			step(l);
		else
			later(l);
	}
	release_memory(l);
}

static void on_written(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct ob_kube_lease *l = arg;
	bool lost_race = r == -ESTALE || r == -EEXIST || r == -ENOENT;

	l->busy++;
	l->call = NULL;
	if (r == 0)
		r = observe(l, reply->body);
	if (r < 0)
		l->known = false;
	if (r == 0 && l->releasing)
		l->released = true;
	else if (r == 0 && !l->freed && !strcmp(l->seen.holder, l->o.identity))
		lead(l);
	if (!l->freed && !l->released) {
		if (lost_race)
			read_lease(l);
		else
			later(l);
	}
	release_memory(l);
}

/* Half of the time there is: a request that hangs leaves one more try. */
static uint32_t timeout_ms(const struct ob_kube_lease *l)
{
	return l->o.renew_deadline_ms / 2;
}

static void send_lease(struct ob_kube_lease *l, const char *method,
		       const char *path, const cJSON *body, ob_kube_reply_fn fn)
{
	struct ob_kube_request request = {
		.method = method,
		.path = path,
		.content_type = "application/json",
		.body = body,
		.timeout_ms = timeout_ms(l),
		.object = true,
	};

	if (ob_kube_request_send(l->k, &request, fn, l, &l->call) < 0)
		later(l);
}

static void read_lease(struct ob_kube_lease *l)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_ref ref = reference(l);
	const char *path = NULL;

	if (ob_kube_path(a, &ref, true, &path, NULL) == 0)
		send_lease(l, "GET", path, NULL, on_read);
}

static void write_claim(struct ob_kube_lease *l)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_ref ref = reference(l);
	struct ob_kube_lease_claim claim = {
		.namespace = l->o.namespace,
		.name = l->o.name,
		.holder = l->releasing ? "" : l->o.identity,
		.duration_ms = l->o.lease_duration_ms,
		.now_s = ob_clock_realtime_s(),
	};
	struct ob_kube_parameter manager = { "fieldManager",
					     ob_kube_manager(l->k) };
	bool create = !l->seen.exists;
	const char *path = NULL;
	cJSON *body;

	if (ob_kube_path(a, &ref, !create, &path, NULL) < 0)
		return;
	body = create ? ob_kube_lease_make(a, &claim)
		      : ob_json_copy(a, l->object);
	if (!create)
		ob_kube_lease_change(a, body, &claim);
	l->sent_ms = ob_clock_monotonic_ms();
	send_lease(l, create ? "POST" : "PUT",
		   ob_kube_path_query(a, path, &manager, 1), body, on_written);
}

/* A leader knows what it has written; a candidate has to look. */
static int on_tick(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ob_kube_lease *l = arg;

	(void)source;
	(void)usec;
	if (l->call)
		return 0;
	if (l->leader && l->known)
		write_claim(l);
	else
		read_lease(l);
	return 0;
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ob_kube_lease *l = arg;

	(void)source;
	(void)usec;
	l->busy++;
	ob_kube_cancel(TAKE_PTR(l->call));
	l->known = false;
	later(l);
	lose(l, true);
	release_memory(l);
	return 0;
}

static int copy_options(struct ob_kube_lease *l,
			const struct ob_kube_lease_options *o)
{
	l->o = (struct ob_kube_lease_options){
		.lease_duration_ms = o->lease_duration_ms ?: DURATION_MS,
		.renew_deadline_ms = o->renew_deadline_ms ?: RENEW_DEADLINE_MS,
		.retry_period_ms = o->retry_period_ms ?: RETRY_MS,
		.namespace = strdup(o->namespace),
		.name = strdup(o->name),
		.identity = strdup(o->identity),
	};
	if (!l->o.namespace || !l->o.name || !l->o.identity)
		return -ENOMEM;
	if (!l->o.identity[0] ||
	    l->o.renew_deadline_ms >= l->o.lease_duration_ms ||
	    l->o.retry_period_ms * 6UL / 5 >= l->o.renew_deadline_ms)
		return -EINVAL;
	return 0;
}

static int lease_init(struct ob_kube_lease *l,
		      const struct ob_kube_lease_options *options)
{
	sd_event *event = ob_kube_event_loop(l->k);
	int r = copy_options(l, options);

	l->seen.holder = l->seen.resource_version = "";
	if (r < 0)
		return r;
	r = sd_event_add_time_relative(event, &l->tick, CLOCK_MONOTONIC, 0, 1,
				       on_tick, l);
	if (r < 0)
		return r;
	r = sd_event_add_time_relative(event, &l->deadline, CLOCK_MONOTONIC, 0,
				       1, on_deadline, l);
	if (r < 0)
		return r;
	r = sd_event_source_set_enabled(l->deadline, SD_EVENT_OFF);
	return r < 0 ? r : 0;
}

int ob_kube_lease_new(struct ob_kube *k,
		      const struct ob_kube_lease_options *options,
		      const struct ob_kube_lease_ops *ops, void *arg,
		      struct ob_kube_lease **ret)
{
	_cleanup_(ob_kube_lease_freep) struct ob_kube_lease *l = NULL;
	int r;

	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->k = k;
	l->ops = ops;
	l->arg = arg;
	r = lease_init(l, options);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(l);
	return 0;
}

bool ob_kube_lease_is_leader(const struct ob_kube_lease *l)
{
	/* The loop may be late to say so. */
	return l->leader &&
	       ob_clock_monotonic_ms() < l->renewed_ms + l->o.renew_deadline_ms;
}

const char *ob_kube_lease_holder(const struct ob_kube_lease *l)
{
	return l->seen.holder;
}

void ob_kube_lease_release(struct ob_kube_lease *l)
{
	uint64_t until = ob_clock_monotonic_ms() + RELEASE_MS, now;

	ob_kube_cancel(TAKE_PTR(l->call));
	sd_event_source_set_enabled(l->tick, SD_EVENT_OFF);
	sd_event_source_set_enabled(l->deadline, SD_EVENT_OFF);
	l->releasing = true;
	if (!l->leader)
		return;
	/* Whatever was under way may have been written. */
	read_lease(l);
	l->busy++;
	while (!l->released && l->call &&
	       (now = ob_clock_monotonic_ms()) < until)
		if (ob_kube_turn(l->k, (uint32_t)(until - now)) < 0)
			break;
	ob_kube_cancel(TAKE_PTR(l->call));
	l->leader = false;
	release_memory(l);
}

void ob_kube_lease_free(struct ob_kube_lease *l)
{
	if (!l)
		return;
	ob_kube_cancel(TAKE_PTR(l->call));
	l->tick = sd_event_source_disable_unref(l->tick);
	l->deadline = sd_event_source_disable_unref(l->deadline);
	l->freed = true;
	l->busy++;
	release_memory(l);
}

void ob_kube_lease_identity(char *buf, size_t size)
{
	const char *pod = getenv("POD_NAME");
	char host[HOST_LEN] = "";
	struct stat netns = { 0 };

	if (pod && *pod) {
		snprintf(buf, size, "%s", pod);
		return;
	}
	(void)gethostname(host, sizeof(host) - 1);
	(void)stat("/proc/self/ns/net", &netns);
	snprintf(buf, size, "%s-%llu", host, (unsigned long long)netns.st_ino);
}
