/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps somebody's copy of a list up to date: list in pages, then watch with
 * bookmarks from the list's resourceVersion; resume where a watch ended; on
 * 410 Gone list again. Back-off with jitter, 0.5 s to 30 s, reset by success;
 * a watch that is silent for longer than its timeout is cut and resumed.
 *
 * The receiver sees, for each object, the same state as the server in the same
 * order, without loss and without repetition of what it has seen (an object is
 * not given again with the resourceVersion it had last). Pages are decoded one
 * after the other and let go: memory is that of one page, of a table of names
 * and digests, and whatever the receiver keeps.
 *
 * An object whose resourceVersion is the same but whose content is not (a
 * server restored from a backup) counts as another.
 *
 * While the server cannot be reached nothing but state() is called: what is
 * known, stays. Any function may free the reflector.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"
#include "kube/client.h"
#include "kube/table.h"

#define OB_KUBE_PAGE 500

struct ob_kube_reflector;

/* The key of an object: "namespace/name", or "name". */
struct ob_kube_reflector_ops {
	/*
	 * Added or changed. object is gone after the call: decode what is
	 * needed. A status (the object makes no sense) is logged and counted;
	 * the object counts as seen.
	 */
	int (*set)(void *arg, const char *key, const cJSON *object,
		   struct ob_status *status);
	/* Deleted, or no longer matched, or found missing by a list; its entry
	 * goes after that. */
	void (*del)(void *arg, const char *key);
	/* The first list is complete; called once. */
	void (*synced)(void *arg);
	/* Connected or not: for conditions. status.reason NULL: well. */
	void (*state)(void *arg, const struct ob_status *status);
};

struct ob_kube_reflector_options {
	struct ob_kube_ref ref;	    /* name: NULL */
	const char *label_selector; /* NULL: all */
	const char *field_selector; /* NULL: all */
	uint32_t page;		    /* 0: OB_KUBE_PAGE */
};

/* Starts at once; k has to outlive it. Strings are copied. */
int ob_kube_reflector_new(struct ob_kube *k,
			  const struct ob_kube_reflector_options *options,
			  const struct ob_kube_reflector_ops *ops, void *arg,
			  struct ob_kube_reflector **ret);
void ob_kube_reflector_free(struct ob_kube_reflector *r);
OB_DEFINE_CLEANUP(struct ob_kube_reflector *, ob_kube_reflector_free)

bool ob_kube_reflector_synced(const struct ob_kube_reflector *r);
/* The last that was heard of; "" before the first list. */
const char *
ob_kube_reflector_resource_version(const struct ob_kube_reflector *r);

/* What there is, by key; the values are the receiver's. */
struct ob_kube_table *ob_kube_reflector_table(struct ob_kube_reflector *r);

struct ob_kube_reflector_stats {
	uint64_t lists, watches, events, bookmarks, expired, errors, refused;
	uint64_t objects; /* now */
};
struct ob_kube_reflector_stats
ob_kube_reflector_stats_get(const struct ob_kube_reflector *r);
