// SPDX-License-Identifier: Apache-2.0
#include "obctl/monitor.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "datapath/events.h"
#include "obctl/units.h"

#define POLL_MS 1000 /* a signal between check and wait is late by this */
#define VIEW_S	5    /* names of devices and clusters may be this old */

struct monitor {
	const struct ob_ctl_options *options;
	struct ob_datapath *dp;
	struct ob_ctl_view view;
	struct ob_arena *view_arena;
	uint64_t view_ns;	/* when it was read */
	struct ob_arena *arena; /* of one event */
	uint64_t start_ns;
	int64_t offset_ns;
	uint64_t counts[OB_REASON_COUNT];
	uint64_t n;
};

static volatile sig_atomic_t stopped;

static void on_signal(int signo __attribute__((unused)))
{
	stopped = 1;
}

/* The other cluster of a packet, if a route tells. */
static const char *cluster_of(const struct ob_ctl_view *view,
			      const struct ob_event *event)
{
	struct ob_addr src = ob_ctl_from_ip6(&event->src);
	struct ob_addr dst = ob_ctl_from_ip6(&event->dst);
	const struct ob_route_entry *route = NULL;

	if (event->family == 0)
		return NULL;
	if (event->hook == OB_HOOK_FROM_TUNNEL)
		route = ob_ctl_view_route(view, &src);
	if (!route)
		route = ob_ctl_view_route(view, &dst);
	return route ? route->value.cluster : NULL;
}

/* The few that operators know by name; /etc/protocols may be missing. */
static const char *protocol_text(struct ob_arena *a, uint8_t proto)
{
	switch (proto) {
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMPV6:
		return "icmpv6";
	case IPPROTO_SCTP:
		return "sctp";
	case IPPROTO_ESP:
		return "esp";
	case IPPROTO_GRE:
		return "gre";
	default:
		return ob_arena_printf(a, "ip-proto-%u", proto);
	}
}

static void split_time(const struct ob_event *event, int64_t offset_ns,
		       struct tm *ret, unsigned int *ret_ms)
{
	int64_t ns = (int64_t)event->time_ns + offset_ns;
	time_t s = ns / 1000000000;

	gmtime_r(&s, ret);
	*ret_ms = (unsigned int)(ns % 1000000000 / 1000000);
}

static const char *ports_text(struct ob_arena *a, const struct ob_event *event)
{
	if (!event->sport && !event->dport)
		return "-";
	return ob_arena_printf(a, "%u>%u", event->sport, event->dport);
}

void ob_ctl_monitor_print(const struct ob_ctl_view *view, struct ob_arena *a,
			  const struct ob_event *event, int64_t offset_ns,
			  FILE *out)
{
	struct ob_addr src = ob_ctl_from_ip6(&event->src);
	struct ob_addr dst = ob_ctl_from_ip6(&event->dst);
	const char *cluster = cluster_of(view, event);
	unsigned int ms;
	struct tm tm;

	split_time(event, offset_ns, &tm, &ms);
	fprintf(out, "%02d:%02d:%02d.%03u %-17s %-11s %-10s ", tm.tm_hour,
		tm.tm_min, tm.tm_sec, ms, ob_reason_name(event->reason),
		ob_hook_name(event->hook),
		ob_ctl_view_device(view, a, (int)event->ifindex));
	if (event->family == 0) {
		fprintf(out, "unreadable, %u bytes\n", event->len);
		return;
	}
	fprintf(out, "%s > %s %s %s len %u cluster %s\n", ob_ctl_addr(a, &src),
		ob_ctl_addr(a, &dst), protocol_text(a, event->proto),
		ports_text(a, event), event->len, cluster ? cluster : "-");
}

cJSON *ob_ctl_monitor_json(const struct ob_ctl_view *view, struct ob_arena *a,
			   const struct ob_event *event, int64_t offset_ns)
{
	struct ob_addr src = { 0 }, dst = { 0 };
	cJSON *object = ob_json_object(a);
	unsigned int ms;
	char text[64];
	struct tm tm;
	size_t n;

	split_time(event, offset_ns, &tm, &ms);
	n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, sizeof(text) - n, ".%03uZ", ms);
	if (event->family) {
		src = ob_ctl_from_ip6(&event->src);
		dst = ob_ctl_from_ip6(&event->dst);
	}
	ob_ctl_json_string(a, object, "time", text);
	ob_ctl_json_string(a, object, "reason", ob_reason_name(event->reason));
	ob_ctl_json_string(
		a, object, "action",
		ob_reason_action(event->reason) == OB_DROP ? "drop" : "kernel");
	ob_ctl_json_string(a, object, "hook", ob_hook_name(event->hook));
	ob_ctl_json_string(a, object, "device",
			   ob_ctl_view_device(view, a, (int)event->ifindex));
	ob_ctl_json_u64(a, object, "ifindex", event->ifindex);
	ob_ctl_json_addr(a, object, "src", &src);
	ob_ctl_json_addr(a, object, "dst", &dst);
	ob_ctl_json_u64(a, object, "protocol", event->proto);
	ob_ctl_json_u64(a, object, "sport", event->sport);
	ob_ctl_json_u64(a, object, "dport", event->dport);
	ob_ctl_json_u64(a, object, "ttl", event->ttl);
	ob_ctl_json_u64(a, object, "length", event->len);
	ob_ctl_json_string(a, object, "cluster", cluster_of(view, event));
	return object;
}

void ob_ctl_monitor_summary(const uint64_t counts[OB_REASON_COUNT],
			    uint64_t suppressed, FILE *out)
{
	const char *separator = ": ";
	uint64_t n = 0;

	for (enum ob_reason i = 0; i < OB_REASON_COUNT; i++)
		n += counts[i];
	fprintf(out, "%" PRIu64 " events", n);
	for (enum ob_reason i = 0; i < OB_REASON_COUNT; i++) {
		if (!counts[i])
			continue;
		fprintf(out, "%s%" PRIu64 " %s", separator, counts[i],
			ob_reason_name(i));
		separator = ", ";
	}
	if (suppressed)
		fprintf(out,
			"; %" PRIu64 " more were not sent (rate limit), obctl "
			"drops has all",
			suppressed);
	fputc('\n', out);
}

static int refresh(struct monitor *m)
{
	uint64_t now_ns = ob_clock_monotonic_ns();

	if (m->view_ns && now_ns - m->view_ns < VIEW_S * 1000000000ULL)
		return 0;
	m->view_ns = now_ns;
	ob_arena_reset(m->view_arena);
	return ob_ctl_view_read(m->dp, m->options->pin_root,
				OB_CTL_ROUTES | OB_CTL_LINKS, m->view_arena,
				&m->view);
}

static int on_event(const struct ob_event *event, void *arg)
{
	struct monitor *m = arg;
	int r;

	if (event->time_ns < m->start_ns &&
	    !(m->options->given & OB_CTL_BACKLOG))
		return 0;
	r = refresh(m);
	if (r < 0)
		return r;
	ob_arena_reset(m->arena);
	if (m->options->json) {
		cJSON *json = ob_ctl_monitor_json(&m->view, m->arena, event,
						  m->offset_ns);

		ob_ctl_json_print_line(m->arena, json, stdout);
	} else {
		ob_ctl_monitor_print(&m->view, m->arena, event, m->offset_ns,
				     stdout);
	}
	if (fflush(stdout) != 0)
		return -errno;
	if (event->reason < OB_REASON_COUNT)
		m->counts[event->reason]++;
	m->n++;
	return m->options->count && m->n >= m->options->count ? -ECANCELED : 0;
}

static bool is_over(const struct monitor *m)
{
	uint64_t limit_ns = m->options->timeout_s * 1000000000ULL;

	return stopped ||
	       (limit_ns && ob_clock_monotonic_ns() - m->start_ns >= limit_ns);
}

static int wait_ms(const struct monitor *m)
{
	uint64_t limit_ns = m->options->timeout_s * 1000000000ULL;
	uint64_t passed_ns = ob_clock_monotonic_ns() - m->start_ns;
	uint64_t left_ms;

	if (!limit_ns)
		return POLL_MS;
	if (passed_ns >= limit_ns)
		return 0;
	left_ms = (limit_ns - passed_ns) / 1000000 + 1;
	return left_ms < POLL_MS ? (int)left_ms : POLL_MS;
}

static int follow(struct monitor *m, struct ob_events *events)
{
	while (!is_over(m)) {
		int r = ob_events_poll(events, wait_ms(m));

		if (r == -ECANCELED)
			return 0;
		if (r < 0 && r != -EINTR)
			return r;
	}
	return 0;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int run(struct ob_ctl *ctl)
{
	_cleanup_(ob_arena_freep) struct ob_arena *scratch = ob_arena_new();
	_cleanup_(ob_events_freep) struct ob_events *events = NULL;
	struct monitor m = { .options = &ctl->options,
			     .dp = ctl->dp,
			     .view_arena = ctl->arena,
			     .arena = scratch };
	uint64_t before = 0, after = 0;
	int r;

	m.start_ns = ob_clock_monotonic_ns();
	m.offset_ns =
		(int64_t)(ob_clock_realtime_s() * 1e9) - (int64_t)m.start_ns;
	r = ob_events_new(ctl->dp, on_event, &m, &events);
	if (r == -EBUSY) {
		fputs("obctl: another process reads the events already; there "
		      "can be one reader\n",
		      stderr);
		return OB_CTL_FAILURE;
	}
	if (r < 0)
		return ob_ctl_fail(r, "opening the events");
	catch_signals();
	(void)ob_events_suppressed(ctl->dp, &before);
	r = follow(&m, events);
	(void)ob_events_suppressed(ctl->dp, &after);
	/* Not on stdout: that is for events only. */
	ob_ctl_monitor_summary(m.counts, after - before, stderr);
	return r < 0 ? ob_ctl_fail(r, "reading events") : OB_CTL_OK;
}

const struct ob_ctl_verb ob_ctl_monitor = {
	.name = "monitor",
	.synopsis = "monitor [--backlog] [--count N] [--timeout S]",
	.summary = "packets that leave the fast path, as they do",
	.help = "One line for each event, times in UTC; with -o json one "
		"object on a line. At most\n64 events a second are sent for "
		"each reason and CPU. Ends with a summary on\nCtrl-C.\n\n"
		"\"cluster\" is the other side. Only one process can read "
		"events at a time.\n",
	.options = OB_CTL_BACKLOG | OB_CTL_COUNT | OB_CTL_TIMEOUT,
	.needs_datapath = true,
	.run = run,
};
