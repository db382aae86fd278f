/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing to both API servers: at most so many at a time, never two of the same
 * object, again after a failure with back-off, and not at all when the object
 * is as it should be. The caller says what should be as often as it likes.
 *
 * What the server made of an object (defaults, what it prunes, what others
 * add) is remembered: as long as that does not change, there is nothing to
 * write. A watch that is behind our own write is waited for.
 */
#pragma once

#include <systemd/sd-event.h>

#include "kube/client.h"
#include "syncer/value.h"

#define OB_WRITES_PARALLEL 32 /* to each server */

enum ob_target {
	OB_TARGET_EXPORTED, /* on the hub */
	OB_TARGET_HUB_SLICE,
	OB_TARGET_IMPORT, /* on our own API server */
	OB_TARGET_SLICE,
	OB_TARGET_EXPORT_STATUS,
	OB_TARGET_IMPORT_STATUS,
	OB_TARGETS,
};
/* "exportedservice", ...: for metrics. */
const char *ob_target_name(enum ob_target t);

struct ob_writes;

struct ob_writes_options {
	struct ob_kube *hub, *local;
	const struct ob_kube_seed *seed;
	const struct ob_kube_resource *exports, *imports;
	/* Something of this Service should be looked at again. */
	void (*again)(void *arg, const char *key);
	void *arg;
};

int ob_writes_new(const struct ob_writes_options *options,
		  struct ob_writes **ret);
void ob_writes_free(struct ob_writes *w);
OB_DEFINE_CLEANUP(struct ob_writes *, ob_writes_free)

struct ob_write {
	enum ob_target target;
	const char *key; /* of the Service */
	const char *namespace, *name;
	const cJSON *tree;		/* NULL: it should not be there */
	const struct ob_actual *actual; /* as watched; NULL: it is not there */
};

enum ob_written {
	OB_WRITTEN_SETTLED, /* it is so */
	OB_WRITTEN_SENT,    /* now */
	OB_WRITTEN_WAITING, /* for an answer, or for the next try */
	OB_WRITTEN_FAILED,  /* the same, after a failure */
	OB_WRITTEN_BUSY,    /* too many are under way: say it again */
};

/* ret_failure: a sentence, with _FAILED. */
enum ob_written ob_writes_want(struct ob_writes *w, const struct ob_write *want,
			       uint64_t now_ms, const char **ret_failure);
/* Every now and then: who is due again. */
void ob_writes_tick(struct ob_writes *w, uint64_t now_ms);
/* None is under way: for leaving. */
bool ob_writes_idle(const struct ob_writes *w);

struct ob_writes_stats {
	uint64_t written[OB_TARGETS], deleted[OB_TARGETS], failed[OB_TARGETS];
	size_t failing;	   /* objects whose last write failed, now */
	size_t remembered; /* objects of which more is known than their watch
			    * says, now */
};
struct ob_writes_stats ob_writes_stats_get(const struct ob_writes *w);
