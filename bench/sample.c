// SPDX-License-Identifier: Apache-2.0
#include "sample.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sender.h"
#include "sink.h"
#include "softirq.h"

#define WINDOW_NS      50000000ull
#define WARM_UP_NS     50000000ull
#define WINDOW_PACKETS UINT64_MAX

/*
 * conntrack has room for 262,144 flows by default: with every packet a new
 * flow, a whole sample must stay below.
 */
#define NEW_WARM_UP_PACKETS 8192
#define NEW_TOTAL_PACKETS   200000

/* Of the sender's CPU time; a wakeup of ksoftirqd for others is no harm. */
#define KSOFTIRQD_LIMIT 0.03

struct run {
	const struct ob_mode *mode;
	struct ob_programs *programs;
	struct ob_topology topology;
	struct ob_setup setup;
	struct ob_flows flows;
	struct ob_sender *sender;
	struct ob_sink sink;
	struct ob_sample *sample;
};

static void run_done(struct run *r)
{
	ob_sink_done(&r->sink);
	ob_sender_freep(&r->sender);
	ob_flows_done(&r->flows);
	ob_setup_done(&r->setup);
	ob_topology_done(&r->topology);
}

static int refuse(struct run *r, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(struct run *r, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->sample->reason, sizeof(r->sample->reason), format, args);
	va_end(args);
	return -error;
}

static int set_up(struct run *r)
{
	int e = ob_topology_init(&r->topology);

	if (!e)
		e = ob_mode_setup(r->mode, r->programs, &r->topology,
				  &r->setup);
	if (!e)
		e = ob_flows_init(&r->flows, r->mode->flows,
				  r->mode->n_prefixes);
	if (!e)
		e = ob_sender_new(&r->topology, &r->flows, &r->sender);
	return e;
}

static int start_sink(struct run *r, bool capture)
{
	ob_sink_done(&r->sink);
	return ob_sink_init(&r->sink, r->setup.bench, &r->topology,
			    r->mode->kind == OB_MODE_BASELINE, capture);
}

static int check_frame(struct run *r, unsigned int i, struct ob_flows *sent)
{
	struct ob_bench_flow flow = ob_flows_next(sent);
	struct ob_frame_expect expect = ob_mode_expect(r->mode, &flow);
	struct ob_capture frame;
	const char *wrong;
	int e = ob_sink_frame(&r->sink, i, &frame);

	if (e)
		return e;
	wrong = ob_frame_check(&frame, &expect);
	return wrong ? refuse(r, EBADMSG, "self-test packet %u: %s", i, wrong)
		     : 0;
}

/* Packets go through one after the other, so the i-th in is the i-th out. */
static int self_test(struct run *r)
{
	struct ob_flows sent = r->flows;
	struct ob_window w;
	uint64_t got;
	int e = start_sink(r, true);

	if (!e)
		e = ob_sender_run(r->sender, WARM_UP_NS, OB_CAPTURE_FRAMES, &w);
	if (e)
		return e;
	got = ob_sink_wait(&r->sink, w.packets);
	if (got != w.packets)
		return refuse(r, EBADMSG, "self-test: sent %llu, received %llu",
			      (unsigned long long)w.packets,
			      (unsigned long long)got);
	for (unsigned int i = 0; !e && i < got && i < OB_CAPTURE_FRAMES; i++)
		e = check_frame(r, i, &sent);
	return e;
}

static int measure(struct run *r, int windows)
{
	bool fresh = r->mode->flows == OB_FLOW_NEW;
	uint64_t most =
		fresh ? NEW_TOTAL_PACKETS / (uint64_t)windows : WINDOW_PACKETS;
	uint64_t total;
	struct ob_window w;
	int e;

	e = ob_sender_run(r->sender, WARM_UP_NS,
			  fresh ? NEW_WARM_UP_PACKETS : WINDOW_PACKETS, &w);
	total = w.packets;
	for (int i = 0; !e && i < windows; i++) {
		e = ob_sender_run(r->sender, WINDOW_NS, most, &w);
		if (e)
			break;
		total += w.packets;
		r->sample->ns[r->sample->n++] =
			(double)w.cpu_ns / (double)w.packets;
	}
	if (!e && ob_sink_wait(&r->sink, total) != total)
		return refuse(r, EBADMSG, "sent %llu packets, received %llu",
			      (unsigned long long)total,
			      (unsigned long long)ob_sink_received(&r->sink));
	return e;
}

static uint64_t own_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static int measure_checked(struct run *r, const struct ob_sample_plan *plan)
{
	int thread = ob_softirq_thread(plan->cpu);
	uint64_t softirq = ob_softirq_cpu_ns(thread);
	uint64_t own = own_cpu_ns();
	int e = start_sink(r, false);

	if (!e)
		e = measure(r, plan->windows);
	if (e)
		return e;
	softirq = ob_softirq_cpu_ns(thread) - softirq;
	own = own_cpu_ns() - own;
	if ((double)softirq > KSOFTIRQD_LIMIT * (double)own)
		return refuse(r, EAGAIN, "ksoftirqd did %.0f%% of the work",
			      100.0 * (double)softirq /
				      (double)(own + softirq));
	if (ob_object_run_count(r->setup.bench, "sink_count"))
		return refuse(r, EBADMSG,
			      "bpf_stats is on: programs are being timed");
	return 0;
}

int ob_sample_run(const struct ob_mode *m, struct ob_programs *p,
		  const struct ob_sample_plan *plan, struct ob_sample *ret)
{
	_cleanup_(run_done) struct run r = {
		.mode = m,
		.programs = p,
		.topology = OB_TOPOLOGY_INIT,
		.sample = ret,
	};
	int e;

	*ret = (struct ob_sample){ .n = 0 };
	e = set_up(&r);
	if (!e && !plan->unchecked)
		e = self_test(&r);
	if (!e)
		e = measure_checked(&r, plan);
	if (e && !ret->reason[0])
		snprintf(ret->reason, sizeof(ret->reason), "%s", strerror(-e));
	return e;
}
