// SPDX-License-Identifier: Apache-2.0
#include "crossdns/watch.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/retry.h"
#include "kube/informer.h"
#include "kube/mcs.h"
#include "kube/table.h"

#define AGENT	    "crossdns/" OB_VERSION
#define USEC_PER_MS 1000
#define COLLECT_US  100000 /* what readers had in hand, once more */
#define BY_SERVICE  0	   /* the index of slices */

enum kind {
	IMPORTS,
	SLICES,
	KINDS
};

/* What an informer's functions get. */
struct source {
	struct ob_crossdns_watch *w;
	struct ob_kube_informer *informer;
	struct ob_status trouble;
};

struct ob_crossdns_watch {
	struct ob_kube *kube;
	struct ob_records_options options;
	struct ob_names *names;
	struct source sources[KINDS];
	struct ob_kube_resource imports; /* with the version there is */
	struct ob_kube_call *asking;
	struct ob_retry retry;
	sd_event_source *ask, *flush, *collect;
	struct ob_kube_table *dirty; /* services to make anew */
	bool synced;
	uint64_t lost_ms; /* since when something is not watched; 0: all is */
};

static void check(int r, const char *what)
{
	if (r < 0)
		ob_error("event loop", "cannot=\"%s\" error=%d", what, r);
}

/* Names. */

struct collected {
	struct ob_arena *a;
	OB_LIST(const struct ob_endpoint_slice *) list;
};

static void collect_slice(void *arg, const char *key, const void *value)
{
	struct collected *c = arg;

	(void)key;
	*OB_PUSH(c->a, &c->list) = value;
}

static void forget(struct ob_crossdns_watch *w, const char *key)
{
	char namespace[OB_MCS_KEY_LEN];
	const char *slash = strchr(key, '/');

	if (!slash || (size_t)(slash - key) >= sizeof(namespace))
		return;
	memcpy(namespace, key, (size_t)(slash - key));
	namespace[slash - key] = '\0';
	ob_names_del(w->names, namespace, slash + 1);
}

static int make(struct ob_crossdns_watch *w, const char *key,
		const struct ob_service_import *import)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct collected c = { .a = a };
	struct ob_records_input in = { .import = import };
	struct ob_records *records;
	int r;

	ob_kube_informer_each_by(w->sources[SLICES].informer, BY_SERVICE, key,
				 collect_slice, &c);
	in.slices = c.list.v;
	in.n_slices = c.list.n;
	r = ob_records_new(&w->options, &in, &records);
	return r < 0 ? r : ob_names_set(w->names, records);
}

/* key: NAMESPACE/SERVICE. */
static void refresh(struct ob_crossdns_watch *w, const char *key)
{
	const struct ob_service_import *import =
		ob_kube_informer_get(w->sources[IMPORTS].informer, key);
	int r;

	if (!import) {
		forget(w, key);
		return;
	}
	r = make(w, key, import);
	if (r < 0)
		ob_warning("service without names", "service=%s error=%d", key,
			   r);
}

static int on_flush(sd_event_source *source, void *arg)
{
	struct ob_crossdns_watch *w = arg;
	struct ob_kube_entry *e;
	size_t at = 0;

	(void)source;
	while ((e = ob_kube_table_next(w->dirty, &at))) {
		refresh(w, e->key);
		ob_kube_table_del(w->dirty, e);
		at--; /* another one may be there now */
	}
	check(sd_event_source_set_time_relative(w->collect, COLLECT_US),
	      "set a timer");
	check(sd_event_source_set_enabled(w->collect, SD_EVENT_ONESHOT),
	      "enable a timer");
	return 0;
}

static int on_collect(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ob_crossdns_watch *w = arg;

	(void)source;
	(void)usec;
	ob_names_collect(w->names);
	return 0;
}

/* Once in a turn of the loop for each service, however much of it changed. */
static void mark(struct ob_crossdns_watch *w, const char *key)
{
	struct ob_kube_entry *e;

	if (!w->synced)
		return;
	if (ob_kube_table_add(w->dirty, key, &e) < 0)
		refresh(w, key);
	else
		check(sd_event_source_set_enabled(w->flush, SD_EVENT_ONESHOT),
		      "enable an event");
}

static void make_first(void *arg, const char *key, const void *value)
{
	struct ob_crossdns_watch *w = arg;
	int r = make(w, key, value);

	if (r < 0)
		ob_warning("service without names", "service=%s error=%d", key,
			   r);
}

static void on_synced(void *arg)
{
	struct source *s = arg;
	struct ob_crossdns_watch *w = s->w;
	struct ob_names_stats stats;

	for (unsigned int i = 0; i < KINDS; i++)
		if (!w->sources[i].informer ||
		    !ob_kube_informer_synced(w->sources[i].informer))
			return;
	ob_kube_informer_each(w->sources[IMPORTS].informer, make_first, w);
	ob_names_complete(w->names);
	w->synced = true;
	stats = ob_names_stats_get(w->names);
	ob_info("names complete", "services=%llu endpoints=%llu",
		(unsigned long long)stats.services,
		(unsigned long long)stats.endpoints);
}

/* The state of the watches. */

static bool is_well(const struct ob_crossdns_watch *w)
{
	for (unsigned int i = 0; i < KINDS; i++)
		if (w->sources[i].trouble.reason)
			return false;
	return true;
}

static void set_trouble(struct source *s, const struct ob_status *status)
{
	struct ob_crossdns_watch *w = s->w;
	char message[OB_STATUS_MESSAGE_LEN + 2];
	bool news = !status->reason != !s->trouble.reason;

	s->trouble = *status;
	if (is_well(w))
		w->lost_ms = 0;
	else if (w->lost_ms == 0)
		w->lost_ms = ob_clock_monotonic_ms();
	if (news && status->reason)
		ob_warning("API server", "reason=%s message=%s", status->reason,
			   ob_log_quote(status->message, message,
					sizeof(message)));
}

static void on_state(void *arg, const struct ob_status *status)
{
	set_trouble(arg, status);
}

/* ServiceImports. */

static void import_changed(void *arg, const char *key, const void *before,
			   const void *after)
{
	struct source *s = arg;

	if (before && after && ob_service_import_equal(before, after))
		return;
	mark(s->w, key);
}

static const struct ob_kube_informer_ops imports_ops = {
	.decode = ob_mcs_import_decode,
	.free_value = ob_mcs_import_free,
	.changed = import_changed,
	.synced = on_synced,
	.state = on_state,
};

/* EndpointSlices. */

static void mark_key(void *arg, const char *key)
{
	mark(arg, key);
}

static void slice_changed(void *arg, const char *key, const void *before,
			  const void *after)
{
	const struct source *s = arg;

	(void)key;
	ob_mcs_slice_changed(before, after, mark_key, s->w);
}

static const struct ob_kube_informer_ops slices_ops = {
	.decode = ob_mcs_slice_decode,
	.free_value = ob_mcs_slice_free,
	.index = ob_mcs_slice_index,
	.changed = slice_changed,
	.synced = on_synced,
	.state = on_state,
};

/* Which version of ServiceImports there is. */

static int start_imports(struct ob_crossdns_watch *w, const char *version)
{
	const struct ob_kube_reflector_options options = {
		.ref = { .resource = &w->imports },
	};
	struct source *s = &w->sources[IMPORTS];

	w->imports = ob_mcs_imports(version);
	return ob_kube_informer_new(w->kube, &options, 0, &imports_ops, s,
				    &s->informer);
}

static void ask_again(struct ob_crossdns_watch *w)
{
	uint64_t now_ms = ob_clock_monotonic_ms();

	ob_retry_failed(&w->retry, now_ms);
	check(sd_event_source_set_time_relative(
		      w->ask, (w->retry.until_ms - now_ms) * USEC_PER_MS),
	      "set a timer");
	check(sd_event_source_set_enabled(w->ask, SD_EVENT_ONESHOT),
	      "enable a timer");
}

static void on_group(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct ob_crossdns_watch *w = arg;
	struct ob_status status = reply->status;
	const char *version = r == 0 ? ob_mcs_version(reply->body) : NULL;

	w->asking = NULL;
	if (version && start_imports(w, version) == 0)
		return;
	if (r == 0 || r == -ENOENT)
		ob_status_set(
			&status, ENOENT, "NoServiceImports",
			"the API server has no ServiceImports of " OB_MCS_GROUP
			": their "
			"CustomResourceDefinition is not there");
	set_trouble(&w->sources[IMPORTS], &status);
	ask_again(w);
}

static int on_ask(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ob_crossdns_watch *w = arg;

	(void)source;
	(void)usec;
	if (ob_kube_raw_get(w->kube, OB_MCS_PATH, on_group, w, &w->asking) < 0)
		ask_again(w);
	return 0;
}

/* Setting up. */

static int start_slices(struct ob_crossdns_watch *w)
{
	const struct ob_kube_reflector_options options = {
		.ref = { .resource = &ob_endpoint_slices },
		.label_selector = OB_LABEL_SERVICE_NAME,
	};
	struct source *s = &w->sources[SLICES];

	return ob_kube_informer_new(w->kube, &options, 1, &slices_ops, s,
				    &s->informer);
}

static int add_sources(struct ob_crossdns_watch *w, sd_event *event)
{
	int r = sd_event_add_time_relative(event, &w->ask, CLOCK_MONOTONIC, 0,
					   USEC_PER_MS, on_ask, w);

	if (r >= 0)
		r = sd_event_add_time_relative(event, &w->collect,
					       CLOCK_MONOTONIC, COLLECT_US,
					       USEC_PER_MS, on_collect, w);
	if (r >= 0)
		r = sd_event_add_defer(event, &w->flush, on_flush, w);
	if (r >= 0)
		r = sd_event_source_set_enabled(w->flush, SD_EVENT_OFF);
	return r;
}

int ob_crossdns_watch_new(sd_event *event, const struct ob_kube_place *api,
			  const struct ob_records_options *options,
			  struct ob_names *names,
			  struct ob_crossdns_watch **ret,
			  struct ob_status *status)
{
	_cleanup_(ob_crossdns_watch_freep) struct ob_crossdns_watch *w =
		calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -ENOMEM;
	w->options = *options;
	w->names = names;
	w->lost_ms = ob_clock_monotonic_ms();
	for (unsigned int i = 0; i < KINDS; i++) {
		w->sources[i].w = w;
		ob_status_set(&w->sources[i].trouble, EAGAIN, "NotReachedYet",
			      "the API server has not answered yet");
	}
	r = ob_kube_open(event, api, AGENT, &w->kube, status);
	if (r < 0)
		return r;
	w->dirty = ob_kube_table_new();
	r = w->dirty ? add_sources(w, event) : -ENOMEM;
	if (r >= 0)
		r = start_slices(w);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(w);
	return 0;
}

void ob_crossdns_watch_free(struct ob_crossdns_watch *w)
{
	if (w->asking)
		ob_kube_cancel(w->asking);
	for (unsigned int i = 0; i < KINDS; i++)
		ob_kube_informer_freep(&w->sources[i].informer);
	sd_event_source_disable_unref(w->flush);
	sd_event_source_disable_unref(w->collect);
	sd_event_source_disable_unref(w->ask);
	ob_kube_freep(&w->kube);
	if (w->dirty) {
		struct ob_kube_entry *e;

		for (size_t at = 0; (e = ob_kube_table_next(w->dirty, &at));
		     at--)
			ob_kube_table_del(w->dirty, e);
		ob_kube_table_free(w->dirty);
	}
	free(w);
}

static void add_informer(const struct source *s, uint64_t *n,
			 struct ob_crossdns_view *view)
{
	struct ob_kube_reflector_stats stats;

	if (!s->informer)
		return;
	stats = ob_kube_informer_stats_get(s->informer);
	*n = ob_kube_informer_count(s->informer);
	view->refused += stats.refused;
}

void ob_crossdns_watch_look(const struct ob_crossdns_watch *w, uint64_t now_ms,
			    struct ob_crossdns_view *ret)
{
	*ret = (struct ob_crossdns_view){
		.synced = w->synced,
		.version = w->imports.version ?: "",
		.stale_ms = w->lost_ms ? now_ms - w->lost_ms : 0,
		.api = ob_kube_stats_get(w->kube),
	};
	for (unsigned int i = 0; i < KINDS; i++)
		ret->trouble[i] = w->sources[i].trouble;
	add_informer(&w->sources[IMPORTS], &ret->imports, ret);
	add_informer(&w->sources[SLICES], &ret->slices, ret);
}
