// SPDX-License-Identifier: Apache-2.0
#include "syncer/writes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/retry.h"
#include "kube/digest.h"
#include "kube/mcs.h"
#include "kube/table.h"
#include "model/peer.h"
#include "syncer/object.h"
#include "syncer/status.h"

/* How long a watch may be behind a write. */
#define PATIENCE_MS   10000
/* Of what a server may ask for with Retry-After. */
#define MOST_LATER_MS 120000
/* Ticks after which nobody wants the object any more: what is there is wanted
 * by every audit, and there were three of them. */
#define MOST_IDLE     1800

/* An object that was written, or is being. */
struct record {
	struct ob_writes *w;
	struct ob_kube_entry *entry;
	enum ob_target target;
	char *key; /* of the Service */
	struct ob_kube_call *call;
	bool deleting; /* the call, or the last one */
	struct ob_retry retry;
	char *failure; /* NULL: the last write was well */
	unsigned int idle;

	/* The last write that was well. */
	bool written;
	bool seen; /* the watch has shown it */
	uint64_t written_ms;
	uint64_t sent, desired; /* digests: of the call; that was written */
	uint64_t result;	/* of what came back */
	char version[OB_VERSION_LEN];
};

struct ob_writes {
	struct ob_writes_options o;
	struct ob_kube_table *records;
	size_t under_way[2]; /* hub, local */
	struct ob_writes_stats stats;
};

static const struct {
	const char *name, *subresource;
	bool local;
} targets[OB_TARGETS] = {
	[OB_TARGET_EXPORTED] = { "exportedservice", NULL, false },
	[OB_TARGET_HUB_SLICE] = { "hub_endpointslice", NULL, false },
	[OB_TARGET_IMPORT] = { "serviceimport", NULL, true },
	[OB_TARGET_SLICE] = { "endpointslice", NULL, true },
	[OB_TARGET_EXPORT_STATUS] = { "serviceexport_status", "status", true },
	[OB_TARGET_IMPORT_STATUS] = { "serviceimport_status", "status", true },
};

const char *ob_target_name(enum ob_target t)
{
	return targets[t].name;
}

static const struct ob_kube_resource *resource_of(const struct ob_writes *w,
						  enum ob_target t)
{
	switch (t) {
	case OB_TARGET_EXPORTED:
		return &ob_exported_services;
	case OB_TARGET_HUB_SLICE:
	case OB_TARGET_SLICE:
		return &ob_endpoint_slices;
	case OB_TARGET_IMPORT:
	case OB_TARGET_IMPORT_STATUS:
		return w->o.imports;
	case OB_TARGET_EXPORT_STATUS:
		return w->o.exports;
	case OB_TARGETS:
		break;
	}
	return NULL;
}

static uint64_t digest(const struct ob_writes *w, enum ob_target t,
		       const cJSON *tree)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = NULL;

	if (!targets[t].subresource)
		return ob_kube_digest_managed(w->o.seed, tree);
	a = ob_arena_new();
	return ob_kube_digest(w->o.seed, ob_status_ours(a, tree));
}

static uint64_t digest_of(enum ob_target t, const struct ob_actual *actual)
{
	return targets[t].subresource ? actual->status : actual->digest;
}

/* Records. */

static void record_free(struct record *r)
{
	struct ob_writes *w = r->w;

	if (r->call) {
		ob_kube_cancel(r->call);
		w->under_way[targets[r->target].local]--;
	}
	ob_kube_table_del(w->records, r->entry);
	free(r->key);
	free(r->failure);
	free(r);
}

static const char *record_key(const struct ob_write *want, char *buf,
			      size_t size)
{
	snprintf(buf, size, "%d/%s/%s", (int)want->target, want->namespace,
		 want->name);
	return buf;
}

#define RECORD_KEY_LEN 512

static struct record *record_get(struct ob_writes *w,
				 const struct ob_write *want)
{
	char key[RECORD_KEY_LEN];
	struct ob_kube_entry *entry = ob_kube_table_get(
		w->records, record_key(want, key, sizeof(key)));

	return entry ? entry->value : NULL;
}

static struct record *record_add(struct ob_writes *w,
				 const struct ob_write *want)
{
	char key[RECORD_KEY_LEN];
	struct ob_kube_entry *entry = NULL;
	_free_ struct record *r = calloc(1, sizeof(*r));
	_free_ char *copy = strdup(want->key);

	if (!r || !copy ||
	    ob_kube_table_add(w->records, record_key(want, key, sizeof(key)),
			      &entry) < 0)
		return NULL;
	r->w = w;
	r->entry = entry;
	r->target = want->target;
	r->key = TAKE_PTR(copy);
	entry->value = r;
	return TAKE_PTR(r);
}

/* Answers. */

static void on_success(struct record *r, const struct ob_kube_reply *reply)
{
	struct ob_writes *w = r->w;
	struct ob_actual actual = { 0 };

	r->retry = (struct ob_retry){ 0 };
	free(TAKE_PTR(r->failure));
	r->written = true;
	r->seen = false;
	r->written_ms = ob_clock_monotonic_ms();
	r->desired = r->sent;
	if (r->deleting) {
		w->stats.deleted[r->target]++;
		return;
	}
	w->stats.written[r->target]++;
	ob_actual_of(w->o.seed, reply->body, &actual);
	r->result = digest_of(r->target, &actual);
	memcpy(r->version, actual.version, sizeof(r->version));
}

static void retry_later(struct record *r, uint32_t retry_after_ms)
{
	uint64_t now_ms = ob_clock_monotonic_ms();

	if (retry_after_ms > MOST_LATER_MS)
		retry_after_ms = MOST_LATER_MS;
	ob_retry_failed(&r->retry, now_ms);
	/* The server knows how much it can take. */
	if (r->retry.until_ms < now_ms + retry_after_ms)
		r->retry.until_ms = now_ms + retry_after_ms;
}

static void on_failure(struct record *r, const struct ob_kube_reply *reply)
{
	char message[OB_STATUS_MESSAGE_LEN + 2];

	r->w->stats.failed[r->target]++;
	r->written = false;
	retry_later(r, reply->retry_after_ms);
	free(r->failure);
	r->failure = strdup(reply->status.message);
	ob_warning(
		"a write failed", "object=%s error=%s",
		r->entry->key + 2, /* without the target */
		ob_log_quote(reply->status.message, message, sizeof(message)));
}

static void on_answer(void *arg, int result, const struct ob_kube_reply *reply)
{
	struct record *r = arg;
	struct ob_writes *w = r->w;
	_free_ char *key = strdup(r->key);

	r->call = NULL;
	w->under_way[targets[r->target].local]--;
	if (result == 0 || (result == -ENOENT && r->deleting))
		on_success(r, reply);
	else if (result == -ENOENT && targets[r->target].subresource)
		record_free(r); /* its object is gone: so is its status */
	else
		on_failure(r, reply);
	if (key)
		w->o.again(w->o.arg, key);
}

static enum ob_written submit(struct ob_writes *w, struct record *r,
			      const struct ob_write *want, uint64_t digest)
{
	bool local = targets[want->target].local;
	struct ob_kube *k = local ? w->o.local : w->o.hub;
	struct ob_kube_ref ref = {
		.resource = resource_of(w, want->target),
		.namespace = want->namespace,
		.name = want->name,
		.subresource = targets[want->target].subresource,
	};
	int e;

	r->deleting = !want->tree;
	r->sent = digest;
	if (want->tree)
		e = ob_kube_patch(k, &ref, OB_KUBE_PATCH_APPLY, want->tree,
				  on_answer, r, &r->call);
	else
		e = ob_kube_delete(k, &ref, NULL, on_answer, r, &r->call);
	if (e < 0) {
		struct ob_kube_reply reply = { 0 };

		ob_status_set(&reply.status, -e, "WriteFailed",
			      "%s %s/%s cannot be written: %s",
			      ref.resource->kind, want->namespace, want->name,
			      strerrordesc_np(-e) ?: "unknown error");
		on_failure(r, &reply);
		return OB_WRITTEN_FAILED;
	}
	w->under_way[local]++;
	return OB_WRITTEN_SENT;
}

/* Is the watch behind our last write? */
static bool is_behind(const struct record *r, const struct ob_actual *actual)
{
	if (!r->written || r->seen)
		return false;
	if (r->deleting)
		return actual != NULL;
	return !actual ||
	       (r->version[0] && actual->version[0] &&
		ob_peer_version_compare(actual->version, r->version) < 0);
}

/* Nothing to do? */
static bool is_settled(struct record *r, const struct ob_write *want,
		       uint64_t digest)
{
	const struct ob_actual *actual = want->actual;

	if (r && is_behind(r, actual))
		return r->deleting == !want->tree &&
		       (r->deleting || r->desired == digest);
	if (r)
		r->seen = true;
	if (!want->tree)
		return !actual;
	if (!actual)
		return false;
	if (digest_of(want->target, actual) == digest)
		return true;
	return r && r->written && !r->deleting && r->desired == digest &&
	       r->result == digest_of(want->target, actual);
}

/* Would the same be found without it? */
static bool is_needless(const struct record *r, const struct ob_write *want,
			uint64_t digest)
{
	if (!r->seen)
		return false;
	return !want->tree || !want->actual ||
	       digest_of(want->target, want->actual) == digest;
}

enum ob_written ob_writes_want(struct ob_writes *w, const struct ob_write *want,
			       uint64_t now_ms, const char **ret_failure)
{
	uint64_t d = want->tree ? digest(w, want->target, want->tree) : 0;
	struct record *r = record_get(w, want);

	if (r)
		r->idle = 0;
	if (r && r->call) {
		*ret_failure = r->failure ?: "";
		return r->failure ? OB_WRITTEN_FAILED : OB_WRITTEN_WAITING;
	}
	if (is_settled(r, want, d)) {
		if (r && is_needless(r, want, d))
			record_free(r);
		return OB_WRITTEN_SETTLED;
	}
	if (r && !ob_retry_is_due(&r->retry, now_ms)) {
		*ret_failure = r->failure ?: "";
		return OB_WRITTEN_FAILED;
	}
	if (w->under_way[targets[want->target].local] >= OB_WRITES_PARALLEL)
		return OB_WRITTEN_BUSY;
	if (!r)
		r = record_add(w, want);
	if (!r)
		return OB_WRITTEN_BUSY;
	return submit(w, r, want, d);
}

/* Time. */

static void look_at(struct record *r, uint64_t now_ms)
{
	struct ob_writes *w = r->w;
	bool late =
		r->written && !r->seen && now_ms - r->written_ms > PATIENCE_MS;

	if (r->call)
		return;
	if (late)
		r->seen = true;
	if (late || (r->failure && ob_retry_is_due(&r->retry, now_ms)))
		w->o.again(w->o.arg, r->key);
	if (++r->idle > MOST_IDLE)
		record_free(r);
}

void ob_writes_tick(struct ob_writes *w, uint64_t now_ms)
{
	struct ob_kube_entry *entry;
	size_t at = 0;

	w->stats.failing = 0;
	while ((entry = ob_kube_table_next(w->records, &at))) {
		struct record *r = entry->value;
		size_t n = ob_kube_table_count(w->records);

		if (r->failure)
			w->stats.failing++;
		look_at(r, now_ms);
		/* Another may be in its place now. */
		if (ob_kube_table_count(w->records) < n)
			at--;
	}
}

bool ob_writes_idle(const struct ob_writes *w)
{
	return w->under_way[0] + w->under_way[1] == 0;
}

struct ob_writes_stats ob_writes_stats_get(const struct ob_writes *w)
{
	struct ob_writes_stats stats = w->stats;

	stats.remembered = ob_kube_table_count(w->records);
	return stats;
}

int ob_writes_new(const struct ob_writes_options *options,
		  struct ob_writes **ret)
{
	_cleanup_(ob_writes_freep) struct ob_writes *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->o = *options;
	w->records = ob_kube_table_new();
	if (!w->records)
		return -ENOMEM;
	*ret = TAKE_PTR(w);
	return 0;
}

void ob_writes_free(struct ob_writes *w)
{
	struct ob_kube_entry *entry;
	size_t at = 0;

	while (w->records && (entry = ob_kube_table_next(w->records, &at))) {
		record_free(entry->value);
		at--;
	}
	ob_kube_table_free(w->records);
	free(w);
}
