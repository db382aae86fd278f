// SPDX-License-Identifier: Apache-2.0
#include "kube/reflector.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "kube/answer.h"
#include "kube/backoff.h"
#include "kube/lines.h"
#include "kube/path.h"
#include "kube/request.h"
#include "kube/seen.h"
#include "kube/watch.h"

#define REASON		  "UnexpectedAnswer"
#define LIST_TIMEOUT_MS	  60000 /* of one page */
#define WATCH_MIN_S	  300
#define WATCH_SPREAD_S	  300
#define WATCH_GRACE_MS	  30000 /* then the server forgot to end it */
/* A watch that lived so long, or brought anything, was a good one. */
#define WATCH_GOOD_MS	  1000
/* Answered but useless watches in a row: our version may be nonsense. */
#define MAX_STRIKES	  3
/* Lists that expired half-way, in a row: then all in one page. */
#define MAX_EXPIRED_LISTS 2

struct ob_kube_reflector {
	struct ob_kube *k;
	struct ob_kube_ref ref;
	char *namespace, *label_selector, *field_selector;
	uint32_t page;
	const struct ob_kube_reflector_ops *ops;
	void *arg;

	struct ob_kube_seen seen;
	struct ob_kube_call *call; /* the only one */
	sd_event_source *timer;
	struct ob_arena *arena; /* of one event */
	struct ob_kube_backoff backoff;

	bool listing;				/* else watching */
	char *continue_from;			/* the next page; NULL: first */
	char list_version[OB_KUBE_VERSION_LEN]; /* of its first page */
	char version[OB_KUBE_VERSION_LEN];	/* to watch from */
	unsigned int expired_lists, strikes;

	struct ob_kube_lines lines;
	uint64_t watch_began_ms;
	bool watch_brought;
	struct ob_status problem; /* why we ended a watch ourselves */

	bool synced, told;
	struct ob_status state; /* that was told last */
	unsigned int busy;
	bool freed;
	struct ob_kube_reflector_stats stats;
};

static void start(struct ob_kube_reflector *r);

static void release(struct ob_kube_reflector *r)
{
	if (--r->busy > 0 || !r->freed)
		return;
	ob_kube_seen_done(&r->seen);
	ob_kube_lines_done(&r->lines);
	ob_arena_free(r->arena);
	free(r->continue_from);
	free(r->namespace);
	free(r->label_selector);
	free(r->field_selector);
	free(r);
}

/* NULL: well. Only what is news. */
static void tell_state(struct ob_kube_reflector *r,
		       const struct ob_status *status)
{
	struct ob_status now =
		status ? *status : (struct ob_status)OB_STATUS_INIT;

	if (r->told && !now.reason && !r->state.reason)
		return;
	if (r->told && now.reason && r->state.reason &&
	    !strcmp(now.message, r->state.message))
		return;
	r->state = now;
	r->told = true;
	if (r->ops->state)
		r->ops->state(r->arg, &now);
}

static void wait_for(struct ob_kube_reflector *r, uint32_t ms)
{
	if (r->freed)
		return;
	sd_event_source_set_time_relative(r->timer, (uint64_t)ms * 1000);
	sd_event_source_set_enabled(r->timer, SD_EVENT_ONESHOT);
}

static void retry(struct ob_kube_reflector *r, uint32_t retry_after_ms)
{
	wait_for(r, ob_kube_backoff_next(&r->backoff, ob_kube_random(),
					 retry_after_ms));
}

static void failed(struct ob_kube_reflector *r, const struct ob_status *status,
		   uint32_t retry_after_ms)
{
	char message[OB_STATUS_MESSAGE_LEN];

	r->stats.errors++;
	ob_debug("reflector failed", "resource=%s error=%s",
		 r->ref.resource->plural,
		 ob_log_quote(status->message, message, sizeof(message)));
	retry(r, retry_after_ms);
	tell_state(r, status);
}

static void relist(struct ob_kube_reflector *r)
{
	free(TAKE_PTR(r->continue_from));
	r->listing = true;
}

static int set_object(struct ob_kube_reflector *r, const char *key,
		      const cJSON *object)
{
	struct ob_status status = OB_STATUS_INIT;
	char text[OB_STATUS_MESSAGE_LEN];
	int changed = ob_kube_seen_set(&r->seen, key, object);

	if (changed <= 0)
		return changed;
	if (r->ops->set(r->arg, key, object, &status) == 0 || r->freed)
		return 0;
	r->stats.refused++;
	ob_debug("object makes no sense", "resource=%s key=%s error=%s",
		 r->ref.resource->plural, key,
		 ob_log_quote(status.message, text, sizeof(text)));
	return 0;
}

/* Its entry is there as long as the receiver may look at it. */
static void del_object(struct ob_kube_reflector *r, const char *key)
{
	if (!ob_kube_table_get(r->seen.table, key))
		return;
	r->ops->del(r->arg, key);
	ob_kube_seen_del(&r->seen, key);
}

static int no_room(struct ob_kube_reflector *r, int error,
		   struct ob_status *status)
{
	return ob_status_set(status, -error, "TooManyObjects",
			     "%s: %zu %s are as many as can be held",
			     ob_kube_config_get(r->k)->server,
			     ob_kube_table_count(r->seen.table),
			     r->ref.resource->plural);
}

static int take_items(struct ob_kube_reflector *r, const cJSON *items,
		      struct ob_status *status)
{
	const char *key = NULL, *version = NULL;
	const cJSON *item;
	int e;

	for (item = items ? items->child : NULL; item && !r->freed;
	     item = item->next) {
		ob_arena_reset(r->arena);
		e = ob_kube_watch_identify(r->arena, item, &key, &version,
					   status);
		if (e < 0)
			return e;
		e = set_object(r, key, item);
		if (e < 0)
			return no_room(r, e, status);
	}
	return 0;
}

/* What no page had is gone. */
static void sweep(struct ob_kube_reflector *r)
{
	size_t at = 0;

	while (!r->freed) {
		const char *key = ob_kube_seen_missing(&r->seen, &at);

		if (!key)
			return;
		del_object(r, key);
	}
}

static void list_done(struct ob_kube_reflector *r)
{
	sweep(r);
	if (r->freed)
		return;
	r->listing = false;
	r->expired_lists = r->strikes = 0;
	memcpy(r->version, r->list_version, sizeof(r->version));
	r->stats.lists++;
	tell_state(r, NULL);
	if (!r->freed && !r->synced) {
		r->synced = true;
		if (r->ops->synced)
			r->ops->synced(r->arg);
	}
	if (!r->freed)
		start(r);
}

/* A copy of the token, and whether the list goes anywhere with it. */
static int next_page(struct ob_kube_reflector *r,
		     const struct ob_kube_page *page, struct ob_status *status)
{
	_free_ char *before = TAKE_PTR(r->continue_from);

	if (!page->continue_from)
		return 0;
	if (before && !strcmp(before, page->continue_from))
		return ob_status_set(status, EPROTO, REASON,
				     "a list that does not get any further");
	r->continue_from = strdup(page->continue_from);
	return r->continue_from ? 0 : -ENOMEM;
}

static int take_page(struct ob_kube_reflector *r, const cJSON *body,
		     struct ob_status *status)
{
	struct ob_kube_page page = { 0 };
	int e = ob_kube_watch_page(body, &page, status);

	if (e < 0)
		return e;
	if (!r->continue_from)
		snprintf(r->list_version, sizeof(r->list_version), "%s",
			 page.version);
	e = take_items(r, page.items, status);
	if (e < 0 || r->freed)
		return e;
	return next_page(r, &page, status);
}

static void list_failed(struct ob_kube_reflector *r, int e,
			const struct ob_kube_reply *reply)
{
	/* The snapshot that the pages are of is no more: another. */
	if (e == -EKEYEXPIRED && r->continue_from) {
		r->stats.expired++;
		r->expired_lists++;
		relist(r);
		start(r);
		return;
	}
	failed(r, &reply->status, reply->retry_after_ms);
}

static void on_page(void *arg, int e, const struct ob_kube_reply *reply)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_kube_reflector *r = arg;

	r->busy++;
	r->call = NULL;
	if (e < 0) {
		list_failed(r, e, reply);
	} else if (take_page(r, reply->body, &status) < 0) {
		relist(r);
		failed(r, &status, 0);
	} else if (!r->freed) {
		if (r->continue_from)
			start(r);
		else
			list_done(r);
	}
	release(r);
}

static int send_page(struct ob_kube_reflector *r, struct ob_arena *a,
		     const char *path)
{
	bool whole = r->expired_lists >= MAX_EXPIRED_LISTS;
	const struct ob_kube_parameter parameters[] = {
		{ "limit", whole ? NULL : ob_arena_printf(a, "%u", r->page) },
		{ "continue", r->continue_from },
		{ "labelSelector", r->label_selector },
		{ "fieldSelector", r->field_selector },
	};
	struct ob_kube_request request = {
		.method = "GET",
		.path = ob_kube_path_query(a, path, parameters,
					   ARRAY_SIZE(parameters)),
		.timeout_ms = LIST_TIMEOUT_MS,
		.object = true,
	};

	if (!r->continue_from)
		ob_kube_seen_begin(&r->seen);
	return ob_kube_request_send(r->k, &request, on_page, r, &r->call);
}

static int on_error_event(struct ob_kube_reflector *r, const cJSON *object)
{
	struct ob_kube_reply reply = { .reason = "" };
	struct ob_kube_asked asked = {
		.server = ob_kube_config_get(r->k)->server,
		.method = "watch",
		.path = r->ref.resource->plural,
	};
	int e = ob_kube_answer_status(r->arena, &asked, object, &reply);

	r->problem = reply.status;
	return e;
}

static int on_event(struct ob_kube_reflector *r,
		    const struct ob_kube_watch_event *event)
{
	int e = 0;

	switch (event->type) {
	case OB_KUBE_EVENT_ERROR:
		return on_error_event(r, event->object);
	case OB_KUBE_EVENT_BOOKMARK:
		r->stats.bookmarks++;
		break;
	case OB_KUBE_EVENT_SET:
		r->stats.events++;
		e = set_object(r, event->key, event->object);
		if (e < 0)
			return no_room(r, e, &r->problem);
		break;
	case OB_KUBE_EVENT_DELETED:
		r->stats.events++;
		del_object(r, event->key);
		break;
	}
	if (r->freed)
		return -ECANCELED;
	snprintf(r->version, sizeof(r->version), "%s", event->version);
	r->watch_brought = true;
	return 0;
}

static int on_line(void *arg, const char *line, size_t size)
{
	struct ob_kube_reflector *r = arg;
	struct ob_kube_watch_event event = { 0 };
	int e;

	ob_arena_reset(r->arena);
	e = ob_kube_watch_decode(r->arena, line, size, &event, &r->problem);
	return e < 0 ? e : on_event(r, &event);
}

static int on_stream(void *arg, const char *bytes, size_t size)
{
	struct ob_kube_reflector *r = arg;
	int e;

	r->busy++;
	e = ob_kube_lines_feed(&r->lines, bytes, size, on_line, r);
	if (e == -EMSGSIZE)
		ob_status_set(&r->problem, EMSGSIZE, REASON,
			      "%s: watch %s: an event of more than %zu bytes",
			      ob_kube_config_get(r->k)->server,
			      r->ref.resource->plural, OB_KUBE_EVENT_MAX);
	release(r);
	return e;
}

static void on_opened(void *arg)
{
	struct ob_kube_reflector *r = arg;

	r->busy++;
	tell_state(r, NULL);
	release(r);
}

static bool watch_was_good(struct ob_kube_reflector *r)
{
	uint64_t lived = ob_clock_monotonic_ms() - r->watch_began_ms;

	if (!r->watch_brought && lived < WATCH_GOOD_MS)
		return false;
	r->backoff.failures = 0;
	r->strikes = 0;
	return true;
}

static void watch_ended(struct ob_kube_reflector *r, int e,
			const struct ob_kube_reply *reply)
{
	bool good = watch_was_good(r);

	ob_kube_lines_done(&r->lines);
	if (e == -EKEYEXPIRED) {
		r->stats.expired++;
		relist(r);
		if (good)
			start(r);
		else
			retry(r, reply->retry_after_ms);
		return;
	}
	/* The server's timeout, or ours. */
	if (good && (e == 0 || e == -ETIMEDOUT)) {
		start(r);
		return;
	}
	if (reply->code && !good && ++r->strikes >= MAX_STRIKES)
		relist(r);
	if (e < 0)
		failed(r, r->problem.reason ? &r->problem : &reply->status,
		       reply->retry_after_ms);
	else
		retry(r, 0);
}

static void on_watch_done(void *arg, int e, const struct ob_kube_reply *reply)
{
	struct ob_kube_reflector *r = arg;

	r->busy++;
	r->call = NULL;
	watch_ended(r, e, reply);
	release(r);
}

static int send_watch(struct ob_kube_reflector *r, struct ob_arena *a,
		      const char *path)
{
	uint32_t seconds = WATCH_MIN_S + ob_kube_random() % WATCH_SPREAD_S;
	const struct ob_kube_parameter parameters[] = {
		{ "watch", "1" },
		{ "allowWatchBookmarks", "true" },
		{ "resourceVersion", r->version },
		{ "timeoutSeconds", ob_arena_printf(a, "%u", seconds) },
		{ "labelSelector", r->label_selector },
		{ "fieldSelector", r->field_selector },
	};
	struct ob_kube_request request = {
		.method = "GET",
		.path = ob_kube_path_query(a, path, parameters,
					   ARRAY_SIZE(parameters)),
		.timeout_ms = seconds * 1000 + WATCH_GRACE_MS,
		.stream = on_stream,
		.opened = on_opened,
	};

	r->watch_began_ms = ob_clock_monotonic_ms();
	r->watch_brought = false;
	r->problem.reason = NULL;
	r->stats.watches++;
	return ob_kube_request_send(r->k, &request, on_watch_done, r, &r->call);
}

/* The next request: a page, or a watch. */
static void start(struct ob_kube_reflector *r)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_status status = OB_STATUS_INIT;
	const char *path = NULL;
	int e = ob_kube_path(a, &r->ref, false, &path, &status);

	if (e == 0)
		e = r->listing ? send_page(r, a, path) : send_watch(r, a, path);
	if (e == 0)
		return;
	if (!status.reason)
		ob_kube_problem(r->k, e, &status);
	failed(r, &status, 0);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *arg)
{
	struct ob_kube_reflector *r = arg;

	(void)source;
	(void)usec;
	r->busy++;
	start(r);
	release(r);
	return 0;
}

static int copy(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return from && !*to ? -ENOMEM : 0;
}

static int reflector_init(struct ob_kube_reflector *r,
			  const struct ob_kube_reflector_options *options)
{
	int e;

	r->ref.resource = options->ref.resource;
	r->page = options->page ?: OB_KUBE_PAGE;
	r->lines.max = OB_KUBE_EVENT_MAX;
	r->listing = true;
	r->arena = ob_arena_new();
	if (copy(&r->namespace, options->ref.namespace) < 0 ||
	    copy(&r->label_selector, options->label_selector) < 0 ||
	    copy(&r->field_selector, options->field_selector) < 0)
		return -ENOMEM;
	r->ref.namespace = r->namespace;
	e = ob_kube_seen_init(&r->seen);
	if (e < 0)
		return e;
	e = sd_event_add_time_relative(ob_kube_event_loop(r->k), &r->timer,
				       CLOCK_MONOTONIC, 0, 1, on_timer, r);
	return e < 0 ? e : 0;
}

int ob_kube_reflector_new(struct ob_kube *k,
			  const struct ob_kube_reflector_options *options,
			  const struct ob_kube_reflector_ops *ops, void *arg,
			  struct ob_kube_reflector **ret)
{
	_cleanup_(ob_kube_reflector_freep) struct ob_kube_reflector *r = NULL;
	int e;

	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->k = k;
	r->ops = ops;
	r->arg = arg;
	e = reflector_init(r, options);
	if (e < 0)
		return e;
	*ret = TAKE_PTR(r);
	return 0;
}

void ob_kube_reflector_free(struct ob_kube_reflector *r)
{
	if (!r)
		return;
	ob_kube_cancel(TAKE_PTR(r->call));
	r->timer = sd_event_source_disable_unref(r->timer);
	r->freed = true;
	r->busy++;
	release(r);
}

bool ob_kube_reflector_synced(const struct ob_kube_reflector *r)
{
	return r->synced;
}

const char *
ob_kube_reflector_resource_version(const struct ob_kube_reflector *r)
{
	return r->version;
}

struct ob_kube_table *ob_kube_reflector_table(struct ob_kube_reflector *r)
{
	return r->seen.table;
}

struct ob_kube_reflector_stats
ob_kube_reflector_stats_get(const struct ob_kube_reflector *r)
{
	struct ob_kube_reflector_stats stats = r->stats;

	stats.objects = ob_kube_table_count(r->seen.table);
	return stats;
}
