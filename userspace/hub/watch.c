// SPDX-License-Identifier: Apache-2.0
#include "hub/watch.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "apimachinery/meta.h"
#include "base/clock.h"
#include "base/log.h"
#include "hub/filter.h"
#include "hub/persist.h"
#include "hub/render.h"
#include "hub/revision.h"

#define CHUNK	    100
#define CHUNK_BYTES ((size_t)1024 * 1024)
#define BOOKMARK_S  50
#define DEFAULT_S   1800
#define MAX_S	    86400
#define JITTER_S    1800
/* What is made at once for a client that takes it. */
#define ENOUGH	    ((size_t)32 * 1024)

enum phase {
	PHASE_INITIAL, /* what there is, as ADDED */
	PHASE_INITIAL_END,
	PHASE_LIVE,
	PHASE_OVER,
};

struct watch {
	struct ob_hub_subscriber subscriber; /* first: see of() */
	struct ob_hub *hub;
	struct ob_hub_exchange *x;
	struct ob_hub_kind *kind;
	struct ob_arena *arena, *scratch;
	struct ob_hub_filter filter;
	struct ob_hub_view view;
	struct ob_hub_cursor cursor;
	const char *user, *token;
	enum phase phase;
	bool bookmarks, initial_end, columns_sent, closing;
	bool behind, over; /* too much waits, see tick(); it was cut off */
	const char *after_namespace, *after_name; /* of PHASE_INITIAL */
	int64_t end_s, bookmark_s, progress_s;	  /* monotonic seconds */
	size_t waiting;				  /* bytes published, unsent */
	/* What is to be sent. */
	FILE *f;
	char *out;
	size_t out_size, out_at;
};

static int64_t seconds(void)
{
	return (int64_t)(ob_clock_monotonic_ms() / 1000);
}

static struct watch *of(struct ob_hub_subscriber *s)
{
	return (struct watch *)s;
}

static void watch_free(void *arg)
{
	struct watch *w = arg;

	ob_hub_feed_unsubscribe(w->hub->feed, &w->subscriber);
	w->hub->traffic.watches--;
	ob_hub_cursor_done(&w->cursor);
	ob_hub_kind_unref(w->kind);
	ob_arena_free(w->arena);
	ob_arena_free(w->scratch);
	free(w->out);
	free(w);
}

/* --- events --- */

static void event_write(struct watch *w, const char *type, const char *object)
{
	fprintf(w->f, "{\"type\":\"%s\",\"object\":%s}\n", type, object);
}

static void object_write(struct watch *w, const char *type,
			 const struct ob_hub_object *o)
{
	const char *object =
		ob_hub_render(w->scratch, &w->view, o, !w->columns_sent,
			      (int64_t)ob_clock_realtime_s());

	if (!object)
		return;
	w->columns_sent = true;
	w->hub->traffic.watch_events++;
	event_write(w, type, object);
}

static void error_write(struct watch *w, int code, const char *reason,
			const char *message)
{
	event_write(
		w, "ERROR",
		ob_json_print(w->scratch,
			      ob_api_status(w->scratch, code, reason, message,
					    NULL, NULL, NULL, NULL)));
	w->phase = PHASE_OVER;
}

static void expired_write(struct watch *w)
{
	error_write(w, 410, "Expired",
		    ob_arena_printf(w->scratch,
				    "too old resource version: %" PRIu64
				    " (%" PRIu64 ")",
				    w->cursor.rv,
				    ob_hub_store_compacted(w->hub->store) + 1));
}

static void bookmark_write(struct watch *w, bool initial_end)
{
	event_write(w, "BOOKMARK",
		    ob_hub_render_bookmark(w->scratch, &w->view, w->cursor.rv,
					   initial_end));
	w->bookmark_s = seconds() + BOOKMARK_S;
}

static void blob_write(struct watch *w, const char *type, uint64_t rv,
		       const struct ob_hub_blob *b)
{
	const struct ob_hub_object o = { .rv = rv,
					 .text = b->bytes,
					 .size = b->size };

	object_write(w, type, &o);
}

/* The state before a change that took the object out of the selection, with
 * the revision in which that happened. */
static void gone_write(struct watch *w, const struct ob_hub_change *c)
{
	cJSON *old = ob_hub_persist_tree(w->scratch, w->kind,
					 ob_hub_kind_storage(w->kind),
					 c->old->bytes, c->old->size);
	struct ob_hub_object o = { .rv = c->rv };

	if (!old)
		return;
	ob_json_set_string(w->scratch, ob_json_get(old, "metadata"),
			   "resourceVersion",
			   ob_arena_printf(w->scratch, "%" PRIu64, c->rv));
	o.text = ob_json_print(w->scratch, old);
	o.size = strlen(o.text);
	object_write(w, "DELETED", &o);
}

static bool selects(struct watch *w, const struct ob_hub_blob *b)
{
	return b &&
	       ob_hub_filter_object(&w->filter, w->scratch, b->bytes, b->size);
}

static void change_write(struct watch *w, const struct ob_hub_change *c)
{
	bool was, is;

	if (!ob_hub_filter_key(&w->filter, c->key.namespace, c->key.name))
		return;
	was = c->type != OB_HUB_ADDED && selects(w, c->old);
	is = c->type != OB_HUB_DELETED && selects(w, c->object);
	if (is)
		blob_write(w, was ? "MODIFIED" : "ADDED", c->rv, c->object);
	else if (was && c->type == OB_HUB_DELETED)
		blob_write(w, "DELETED", c->rv, c->object);
	else if (was)
		gone_write(w, c);
}

/* --- phases --- */

static void initial_write(struct watch *w)
{
	const struct ob_hub_range range = {
		.resource = w->kind->id,
		.namespace = w->filter.namespace,
		.rv = w->cursor.rv,
		.after_namespace = w->after_namespace,
		.after_name = w->after_name,
		.max = CHUNK,
		.max_bytes = CHUNK_BYTES,
	};
	struct ob_hub_objects list = { 0 };
	const struct ob_hub_object *o = NULL;

	if (w->cursor.rv < ob_hub_store_compacted(w->hub->store)) {
		expired_write(w);
		return;
	}
	if (ob_hub_store_list(w->hub->store, &range, w->scratch, &list) < 0) {
		error_write(w, 500, "InternalError", "the store failed");
		return;
	}
	for (size_t i = 0; i < list.n; i++) {
		o = &list.v[i];
		if (ob_hub_filter_key(&w->filter, o->namespace, o->name) &&
		    ob_hub_filter_object(&w->filter, w->scratch, o->text,
					 o->size))
			object_write(w, "ADDED", o);
	}
	if (!o || (list.n < CHUNK && !list.cut)) {
		w->phase = PHASE_INITIAL_END;
		return;
	}
	w->after_namespace = ob_arena_strdup(w->arena, o->namespace);
	w->after_name = ob_arena_strdup(w->arena, o->name);
}

/* What a watch reads of the past never counted as waiting. */
static void sent(struct watch *w, size_t size)
{
	w->waiting -= size < w->waiting ? size : w->waiting;
}

static void live_write(struct watch *w)
{
	struct ob_hub_change *c;
	int r = 1;

	while (fflush(w->f) == 0 && w->out_size < ENOUGH &&
	       (r = ob_hub_feed_next(w->hub->feed, &w->cursor, &c)) > 0) {
		change_write(w, c);
		sent(w, c->object->size);
		ob_hub_change_unref(c);
	}
	if (r == 0)
		w->waiting = 0;
	else if (r == -ESTALE)
		expired_write(w);
	else if (r < 0)
		error_write(w, 500, "InternalError", "the store failed");
	if (r == 0 && w->bookmarks && seconds() >= w->bookmark_s)
		bookmark_write(w, false);
}

static void produce(struct watch *w)
{
	switch (w->phase) {
	case PHASE_INITIAL:
		initial_write(w);
		break;
	case PHASE_INITIAL_END:
		if (w->initial_end)
			bookmark_write(w, true);
		w->phase = PHASE_LIVE;
		break;
	case PHASE_LIVE:
		live_write(w);
		if (w->closing)
			w->phase = PHASE_OVER;
		break;
	case PHASE_OVER:
		break;
	}
}

static void fill(struct watch *w)
{
	enum phase before;

	ob_arena_reset(w->scratch);
	free(w->out);
	w->out = NULL;
	w->out_size = w->out_at = 0;
	w->f = open_memstream(&w->out, &w->out_size);
	if (!w->f)
		abort();
	do {
		before = w->phase;
		produce(w);
		fflush(w->f);
	} while (w->out_size == 0 &&
		 (w->phase != before || w->phase == PHASE_INITIAL));
	if (fclose(w->f) != 0)
		abort();
}

static ssize_t watch_read(void *arg, char *buf, size_t size)
{
	struct watch *w = arg;

	w->progress_s = seconds();
	if (w->out_at == w->out_size)
		fill(w);
	if (w->out_at == w->out_size)
		return w->phase == PHASE_OVER ? -ENODATA : 0;
	if (size > w->out_size - w->out_at)
		size = w->out_size - w->out_at;
	memcpy(buf, w->out + w->out_at, size);
	w->out_at += size;
	return (ssize_t)size;
}

static const struct ob_hub_stream_ops watch_ops = {
	.read = watch_read,
	.free = watch_free,
};

static void cut_off(struct watch *w, const char *why)
{
	w->over = true;
	w->hub->traffic.slow_watches++;
	ob_info("a watch was cut off", "user=%s resource=%s why=\"%s\"",
		w->user, w->kind->id, why);
	ob_hub_exchange_abort(w->x);
}

static void on_change(struct ob_hub_subscriber *s,
		      const struct ob_hub_change *c)
{
	struct watch *w = of(s);

	/* It is no stall that there was nothing to take. */
	if (!w->waiting)
		w->progress_s = seconds();
	w->waiting += c->object->size;
	ob_hub_exchange_wake(w->x);
}

/* --- the request --- */

static unsigned int watches_of(struct ob_hub *hub, const char *user)
{
	unsigned int n = 0;

	for (struct ob_hub_subscriber *s = ob_hub_feed_subscribers(hub->feed);
	     s; s = s->next)
		n += strcmp(of(s)->user, user) == 0;
	return n;
}

/* How long it may last; without a wish, not all end in the same minute. */
static int64_t duration(struct ob_hub_call *c)
{
	const char *text = ob_hub_route_param(&c->route, "timeoutSeconds");
	uint64_t s;

	if (ob_hub_revision_number(text, &s) < 0 || s == 0)
		return DEFAULT_S +
		       (int64_t)(ob_clock_monotonic_ns() / 1000 % JITTER_S);
	return s > MAX_S ? MAX_S : (int64_t)s;
}

/* Where it begins: with what there is, or behind a revision. */
static int start_parse(struct ob_hub_call *c, uint64_t *ret_rv,
		       enum phase *ret_phase, bool *ret_initial_end)
{
	const char *text = ob_hub_route_param(&c->route, "resourceVersion");
	bool initial = ob_hub_route_flag(&c->route, "sendInitialEvents");
	bool asked = ob_hub_route_param(&c->route, "sendInitialEvents");
	const char *match =
		ob_hub_route_param(&c->route, "resourceVersionMatch");

	if (ob_hub_revision_number(text, ret_rv) < 0)
		return ob_hub_call_fail(c, 400, "BadRequest",
					"resourceVersion: Invalid value: "
					"\"%s\": must be a number",
					text);
	if (asked && (!match || strcmp(match, "NotOlderThan") != 0))
		return ob_hub_call_fail(
			c, 422, "Invalid",
			"ListOptions.meta.k8s.io \"\" is invalid: "
			"resourceVersionMatch: Forbidden: sendInitialEvents "
			"requires setting resourceVersionMatch to "
			"NotOlderThan");
	*ret_initial_end =
		initial && ob_hub_route_flag(&c->route, "allowWatchBookmarks");
	*ret_phase = PHASE_LIVE;
	if (initial || (!asked && *ret_rv == 0))
		*ret_phase = PHASE_INITIAL;
	if (initial || *ret_rv == 0)
		*ret_rv = ob_hub_store_rv(c->hub->store);
	return 0;
}

static struct watch *watch_new(struct ob_hub_call *c, uint64_t rv)
{
	struct watch *w = calloc(1, sizeof(*w));
	int64_t now = seconds();

	if (!w)
		abort();
	w->hub = c->hub;
	w->x = c->x;
	w->kind = ob_hub_kind_ref(c->kind);
	w->arena = ob_arena_new();
	w->scratch = ob_arena_new();
	w->view = ob_hub_view_of(c, w->arena);
	w->user = ob_arena_strdup(w->arena, c->who.identity.user);
	w->token = ob_arena_strdup(w->arena, c->who.token);
	w->bookmarks = ob_hub_route_flag(&c->route, "allowWatchBookmarks");
	w->end_s = now + duration(c);
	w->bookmark_s = now + BOOKMARK_S;
	w->progress_s = now;
	ob_hub_cursor_init(&w->cursor, w->kind->id, rv);
	w->subscriber.resource = w->kind->id;
	w->subscriber.notify = on_change;
	ob_hub_feed_subscribe(c->hub->feed, &w->subscriber);
	c->hub->traffic.watches++;
	return w;
}

int ob_hub_watch(struct ob_hub_call *c)
{
	enum phase phase = PHASE_LIVE;
	bool initial_end = false;
	struct watch *w;
	uint64_t rv = 0;
	int r = start_parse(c, &rv, &phase, &initial_end);

	if (r < 0)
		return r;
	if (watches_of(c->hub, c->who.identity.user) >= OB_HUB_WATCH_MAX) {
		ob_hub_reply_header(c->reply, "Retry-After", "1");
		return ob_hub_call_fail(c, 429, "TooManyRequests",
					"Too many watches of this user, please "
					"try again later.");
	}
	w = watch_new(c, rv);
	w->phase = phase;
	w->initial_end = initial_end;
	r = ob_hub_filter_parse(c, w->arena, &w->filter);
	if (r < 0) {
		watch_free(w);
		return r;
	}
	c->reply->code = 200;
	c->reply->content_type = "application/json";
	c->reply->stream_ops = &watch_ops;
	c->reply->stream = w;
	return 0;
}

/* --- all of them --- */

static const char *slowness(struct watch *w, int64_t now)
{
	bool unsent = w->waiting || w->out_at < w->out_size;
	bool was_behind = w->behind;

	/* Any amount may be written at once: whoever takes it is not slow. */
	w->behind = w->waiting > OB_HUB_WATCH_MAX_BYTES;
	if (w->behind && was_behind)
		return "too much is waiting for it";
	if (unsent && now - w->progress_s > OB_HUB_WATCH_MAX_STALL_S)
		return "it takes nothing";
	return NULL;
}

static void tick(struct watch *w, int64_t now)
{
	const char *why = slowness(w, now);

	if (w->over)
		return;
	if (why) {
		cut_off(w, why);
		return;
	}
	if (now >= w->end_s && !w->closing) {
		w->closing = true;
		ob_hub_exchange_wake(w->x);
	} else if (w->bookmarks && now >= w->bookmark_s) {
		ob_hub_exchange_wake(w->x);
	}
}

void ob_hub_watch_tick(struct ob_hub *hub, int64_t now_s)
{
	struct ob_hub_subscriber *s, *next;
	int64_t now = seconds();

	for (s = ob_hub_feed_subscribers(hub->feed); s; s = next) {
		struct watch *w = of(s);

		next = s->next;
		if (!ob_hub_token_alive(hub->store, w->token, now_s))
			ob_hub_exchange_abort(w->x);
		else
			tick(w, now);
	}
}

void ob_hub_watch_close(struct ob_hub *hub, const char *id)
{
	struct ob_hub_subscriber *s, *next;

	for (s = ob_hub_feed_subscribers(hub->feed); s; s = next) {
		struct watch *w = of(s);

		next = s->next;
		if (id && strcmp(w->kind->id, id) != 0)
			continue;
		w->closing = true;
		ob_hub_exchange_wake(w->x);
	}
}
