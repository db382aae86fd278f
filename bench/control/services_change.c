// SPDX-License-Identifier: Apache-2.0
#include "services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "kube/informer.h"
#include "kube/mcs.h"

#define POLL_US	    1000
#define LOST_NS	    200000000ULL   /* a question: it is asked again */
#define DEADLINE_NS 60000000000ULL /* of a batch: something is broken */
#define STRIDE	    7919	   /* a prime: services in another order */

enum phase {
	WAIT_FOR_WATCHES,
	PREPARE, /* everybody has to have the old state */
	MEASURE,
	PAUSE,
};

struct run;

/* A watch of slices. */
struct place {
	struct run *run;
	struct ob_kube *kube;
	struct ob_kube_informer *informer;
	enum bench_stage stage;
};

struct run {
	sd_event *event;
	const struct bench_options *o;
	struct ob_kube *exporter;
	struct place hub, importer;
	struct bench_ask *ask;
	struct bench_maps *maps;
	sd_event_source *tick;
	enum phase phase;
	struct bench_change batch[BENCH_MOST];
	unsigned int n, next, done;
	uint64_t begin_ns, phase_ns, until_ns;
	int failed;
};

static void fail(struct run *r, const char *what, unsigned int service)
{
	fprintf(stderr, "servicesbench: svc-%u: %s\n", service, what);
	r->failed = 1;
	sd_event_exit(r->event, 1);
}

static void arrived(struct bench_change *c, enum bench_stage stage)
{
	if (c->sent_ns && !c->at_ns[stage])
		c->at_ns[stage] = ob_clock_monotonic_ns();
}

/* Watches. */

static bool last_is_ready(const struct ob_endpoint_slice *s)
{
	return s->n_endpoints > 0 && s->endpoints[s->n_endpoints - 1].ready;
}

static const char *copy_name(const struct bench_options *o,
			     unsigned int service, char *buf, size_t size)
{
	char name[BENCH_TEXT / 4];

	snprintf(buf, size, "%s.%s.%s", o->cluster, o->namespace,
		 bench_slice_name(service, name, sizeof(name)));
	return buf;
}

static void changed(void *arg, const char *key, const void *before,
		    const void *after)
{
	const struct ob_endpoint_slice *s = after;
	struct place *p = arg;
	char name[BENCH_TEXT];

	(void)key;
	(void)before;
	for (unsigned int i = 0; s && i < p->run->n; i++) {
		struct bench_change *c = &p->run->batch[i];

		copy_name(p->run->o, c->service, name, sizeof(name));
		if (!strcmp(name, s->name) && last_is_ready(s) == c->ready)
			arrived(c, p->stage);
	}
}

static const struct ob_kube_informer_ops ops = {
	.decode = ob_mcs_slice_decode,
	.free_value = ob_mcs_slice_free,
	.changed = changed,
};

static int watch(struct run *r, struct place *p, const char *kubeconfig,
		 enum bench_stage stage)
{
	const struct ob_kube_reflector_options options = {
		.ref = { .resource = &ob_endpoint_slices },
		.label_selector = "multicluster.kubernetes.io/service-name",
	};

	*p = (struct place){ .run = r, .stage = stage };
	p->kube = bench_client(r->event, kubeconfig);
	if (!p->kube)
		return -1;
	return ob_kube_informer_new(p->kube, &options, 0, &ops, p,
				    &p->informer);
}

static bool has_all(const struct place *p)
{
	return !p->informer ||
	       (ob_kube_informer_synced(p->informer) &&
		ob_kube_informer_count(p->informer) >= p->run->o->services);
}

static bool is_ready_now(const struct run *r, unsigned int service)
{
	char name[BENCH_TEXT], key[2 * BENCH_TEXT];
	const struct ob_endpoint_slice *s;

	snprintf(key, sizeof(key), "%s/%s", r->o->namespace,
		 copy_name(r->o, service, name, sizeof(name)));
	s = ob_kube_informer_get(r->importer.informer, key);
	return s && last_is_ready(s);
}

/* Names and maps. */

static void on_answer(void *arg, unsigned int id, const struct ob_addr *v,
		      size_t n)
{
	struct run *r = arg;
	unsigned int i = (id - r->done) & 0xffff;
	struct bench_change *c = &r->batch[i];

	/* Of a batch that is over. */
	if (i >= r->n || !c->asked_ns)
		return;
	c->asked_ns = 0;
	if (c->vip.family == 0) {
		if (n > 0)
			c->vip = v[0];
		return;
	}
	c->dns_is = false;
	/* Without any address it is not there yet. */
	c->dns_known = n > 0;
	for (size_t k = 0; k < n; k++)
		c->dns_is |= ob_addr_equal(&v[k], &c->addr);
	if (c->dns_known && c->dns_is == c->ready)
		arrived(c, BENCH_DNS);
}

static void poll_dns(struct run *r, unsigned int i, uint64_t now_ns)
{
	struct bench_change *c = &r->batch[i];
	unsigned int id = (r->done + i) & 0xffff;
	int e;

	if (c->at_ns[BENCH_DNS] ||
	    (c->asked_ns && now_ns - c->asked_ns < LOST_NS))
		return;
	e = c->vip.family ? bench_ask_endpoints(r->ask, id, c->service)
			  : bench_ask_vip(r->ask, id, c->service);
	if (e == 0)
		c->asked_ns = now_ns;
}

static void poll_maps(struct run *r, struct bench_change *c)
{
	if (!r->maps || !c->vip.family || c->at_ns[BENCH_VIP])
		return;
	c->vip_is = bench_maps_has(r->maps, &c->vip, &c->addr);
	c->vip_known = true;
	if (c->vip_is == c->ready)
		arrived(c, BENCH_VIP);
}

/* A batch. */

static void on_stored(void *arg, int e, const struct ob_kube_reply *reply)
{
	struct bench_change *c = arg;

	if (e < 0)
		fprintf(stderr, "servicesbench: %s\n", reply->status.message);
	else
		arrived(c, BENCH_STORED);
}

static void send_change(struct run *r, struct bench_change *c)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	char name[BENCH_TEXT];
	struct ob_kube_ref ref = {
		.resource = &ob_endpoint_slices,
		.namespace = r->o->namespace,
		.name = bench_slice_name(c->service, name, sizeof(name)),
	};
	const cJSON *slice = bench_slice(a, r->o, c->service, c->ready);

	c->sent_ns = ob_clock_monotonic_ns();
	if (ob_kube_patch(r->exporter, &ref, OB_KUBE_PATCH_MERGE, slice,
			  on_stored, c, NULL) < 0)
		fail(r, "cannot be written", c->service);
}

static void begin(struct run *r)
{
	const struct bench_options *o = r->o;

	r->n = o->burst;
	for (unsigned int i = 0; i < r->n; i++) {
		struct bench_change *c = &r->batch[i];
		struct ob_addr pod;

		*c = (struct bench_change){ 0 };
		c->service = (r->next++ * STRIDE) % o->services;
		c->ready = !is_ready_now(r, c->service);
		bench_pod(o, c->service, o->endpoints - 1, &pod);
		c->addr = o->cidr.addr;
		memcpy(c->addr.b + 2, pod.b + 2, 2);
	}
	r->phase = PREPARE;
	r->phase_ns = ob_clock_monotonic_ns();
}

/* Everybody has the old state, so that the new one is news. */
static bool is_prepared(const struct run *r)
{
	for (unsigned int i = 0; i < r->n; i++) {
		const struct bench_change *c = &r->batch[i];

		if (!c->dns_known || c->dns_is == c->ready)
			return false;
		if (r->maps && (!c->vip_known || c->vip_is == c->ready))
			return false;
	}
	return true;
}

static bool is_looked_at(const struct run *r, enum bench_stage stage)
{
	return (stage != BENCH_HUB || r->hub.informer) &&
	       (stage != BENCH_VIP || r->maps);
}

static bool is_over(const struct run *r)
{
	for (unsigned int i = 0; i < r->n; i++)
		for (int s = 0; s < BENCH_STAGES; s++)
			if (is_looked_at(r, (enum bench_stage)s) &&
			    !r->batch[i].at_ns[s])
				return false;
	return true;
}

static void print(const struct run *r)
{
	for (unsigned int i = 0; i < r->n; i++) {
		const struct bench_change *c = &r->batch[i];

		printf("%u", r->o->burst);
		for (int s = 0; s < BENCH_STAGES; s++)
			if (is_looked_at(r, (enum bench_stage)s))
				printf(" %.3f",
				       (double)(c->at_ns[s] - c->sent_ns) /
					       1e6);
			else
				printf(" -");
		printf("\n");
	}
}

/* Of no rhythm, so that nobody's timer is always met at the same point. */
static uint64_t pause_ns(const struct run *r)
{
	return ((uint64_t)r->o->pause_ms * 500000) +
	       (uint64_t)(drand48() * r->o->pause_ms * 1e6);
}

static bool is_enough(const struct run *r, uint64_t now_ns)
{
	return r->o->seconds
		       ? now_ns - r->begin_ns > r->o->seconds * 1000000000ULL
		       : r->done >= r->o->changes;
}

static void finish_batch(struct run *r, uint64_t now_ns)
{
	print(r);
	r->done += r->n;
	r->n = 0;
	if (is_enough(r, now_ns)) {
		sd_event_exit(r->event, 0);
		return;
	}
	r->phase = PAUSE;
	r->until_ns = now_ns + pause_ns(r);
}

static void look(struct run *r, uint64_t now_ns)
{
	for (unsigned int i = 0; i < r->n; i++) {
		poll_dns(r, i, now_ns);
		poll_maps(r, &r->batch[i]);
	}
	if (r->phase == PREPARE && is_prepared(r)) {
		for (unsigned int i = 0; i < r->n; i++)
			send_change(r, &r->batch[i]);
		r->phase = MEASURE;
	} else if (r->phase == MEASURE && is_over(r)) {
		finish_batch(r, now_ns);
	} else if (now_ns - r->phase_ns > DEADLINE_NS) {
		fail(r,
		     r->phase == PREPARE ? "has no steady state"
					 : "a change does not arrive",
		     r->batch[0].service);
	}
}

static int on_tick(sd_event_source *source, uint64_t usec, void *arg)
{
	uint64_t now_ns = ob_clock_monotonic_ns();
	struct run *r = arg;

	(void)usec;
	switch (r->phase) {
	case WAIT_FOR_WATCHES:
		if (has_all(&r->hub) && has_all(&r->importer)) {
			r->begin_ns = now_ns;
			begin(r);
		}
		break;
	case PREPARE:
	case MEASURE:
		look(r, now_ns);
		break;
	case PAUSE:
		if (now_ns >= r->until_ns)
			begin(r);
		break;
	}
	sd_event_source_set_time_relative(source, POLL_US);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int start(struct run *r)
{
	const struct bench_options *o = r->o;

	r->exporter = bench_client(r->event, o->exporter);
	if (!r->exporter ||
	    watch(r, &r->importer, o->importer, BENCH_IMPORTED) < 0 ||
	    (o->hub && watch(r, &r->hub, o->hub, BENCH_HUB) < 0))
		return -1;
	r->ask = bench_ask_new(r->event, o, on_answer, r);
	if (!r->ask)
		return -1;
	r->maps = o->pins ? bench_maps_open(o->pins) : NULL;
	if (o->pins && !r->maps)
		return -1;
	return sd_event_add_time_relative(r->event, &r->tick, CLOCK_MONOTONIC,
					  POLL_US, 1, on_tick, r);
}

static void stop(struct run *r)
{
	sd_event_source_disable_unref(r->tick);
	bench_ask_free(r->ask);
	if (r->maps)
		bench_maps_free(r->maps);
	ob_kube_informer_free(r->hub.informer);
	ob_kube_informer_free(r->importer.informer);
	ob_kube_freep(&r->hub.kube);
	ob_kube_freep(&r->importer.kube);
	ob_kube_freep(&r->exporter);
}

int bench_run(sd_event *event, const struct bench_options *o)
{
	struct run r = { .event = event, .o = o };
	int e = start(&r);

	if (e < 0)
		fprintf(stderr, "servicesbench: cannot start\n");
	else
		e = sd_event_loop(event);
	stop(&r);
	return e || r.failed;
}
