// SPDX-License-Identifier: Apache-2.0
#include "watcher.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_SIZE ((size_t)1024 * 1024)
#define RETRY_US      5000

static int type_of(const char *name, enum ob_ledger_type *ret)
{
	static const char *const names[] = { "ADDED", "MODIFIED", "DELETED" };

	for (size_t i = 0; name && i < ARRAY_SIZE(names); i++)
		if (strcmp(name, names[i]) == 0) {
			*ret = (enum ob_ledger_type)i;
			return 0;
		}
	return -1;
}

static void note(struct ob_watcher *w, const cJSON *object,
		 enum ob_ledger_type type)
{
	const char *name = ob_json_string(object, "metadata.name");
	struct ob_ledger_object *o = ob_ledger_find(w->ledger, name);
	uint64_t rv = ob_ledger_rv(object), value = 0;

	if (!o)
		ob_violation_set(&w->violation, "watch: %s was never written",
				 name);
	else if (ob_ledger_data_check(object, &value) < 0)
		ob_violation_set(&w->violation, "watch: %s is a half write",
				 name);
	else if (rv <= w->rv)
		ob_violation_set(&w->violation,
				 "watch: %s at %" PRIu64 " came after %" PRIu64,
				 name, rv, w->rv);
	else
		*OB_PUSH(w->arena, &o->seen) = (struct ob_ledger_event){
			.type = type,
			.rv = rv,
			.value = value,
		};
}

static void take(struct ob_watcher *w, const char *line, const cJSON *event)
{
	const char *type = ob_json_string(event, "type");
	const cJSON *object = ob_json_get(event, "object");
	enum ob_ledger_type t = OB_LEDGER_ADDED;

	if (type_of(type, &t) == 0)
		note(w, object, t);
	else if (!type || strcmp(type, "BOOKMARK") != 0)
		ob_violation_set(&w->violation, "watch: %.300s", line);
	if (ob_ledger_rv(object) > w->rv)
		w->rv = ob_ledger_rv(object);
}

static bool on_line(void *arg, const char *line, size_t size)
{
	struct ob_watcher *w = arg;
	cJSON *event = NULL;
	bool go;

	ob_arena_reset(w->line_arena);
	if (ob_json_parse(w->line_arena, line, size, LINE_MAX_SIZE, &event,
			  NULL) < 0)
		event = NULL;
	pthread_mutex_lock(&w->lock);
	if (event)
		take(w, line, event);
	else
		ob_violation_set(&w->violation, "watch: no JSON: %.300s", line);
	go = !w->stop && !w->violation.broken;
	pthread_mutex_unlock(&w->lock);
	return go;
}

static bool go_on(void *arg)
{
	struct ob_watcher *w = arg;
	bool go;

	pthread_mutex_lock(&w->lock);
	go = !w->stop && !w->violation.broken;
	pthread_mutex_unlock(&w->lock);
	return go;
}

static long watch_once(struct ob_watcher *w)
{
	_cleanup_(ob_https_freep) struct ob_https *h = ob_https_new(w->config);
	const struct ob_https_lines lines = {
		.line = on_line,
		.go = go_on,
		.arg = w,
	};
	char path[256];

	snprintf(path, sizeof(path),
		 "/api/v1/namespaces/%s/configmaps?watch=true"
		 "&allowWatchBookmarks=true&resourceVersion=%" PRIu64,
		 w->namespace, w->rv);
	return ob_https_stream(h, path, &lines);
}

static void *run(void *arg)
{
	struct ob_watcher *w = arg;

	while (go_on(w)) {
		long code = watch_once(w);

		w->resumed++;
		if (code && code != 200) {
			pthread_mutex_lock(&w->lock);
			ob_violation_set(&w->violation,
					 "watch from %" PRIu64 ": %ld", w->rv,
					 code);
			pthread_mutex_unlock(&w->lock);
		}
		if (!code)
			usleep(RETRY_US);
	}
	return NULL;
}

void ob_watcher_start(struct ob_watcher *w, uint64_t rv)
{
	w->arena = ob_arena_new();
	w->line_arena = ob_arena_new();
	w->rv = rv;
	pthread_mutex_init(&w->lock, NULL);
	if (pthread_create(&w->thread, NULL, run, w))
		abort();
}

void ob_watcher_stop(struct ob_watcher *w)
{
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	ob_arena_free(w->arena);
	ob_arena_free(w->line_arena);
}

uint64_t ob_watcher_rv(struct ob_watcher *w)
{
	uint64_t rv;

	pthread_mutex_lock(&w->lock);
	rv = w->rv;
	pthread_mutex_unlock(&w->lock);
	return rv;
}
