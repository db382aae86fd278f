/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the lines of a watch and the items of a list say. Foreign bytes; pure.
 * Private to this folder.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/status.h"
#include "kube/hash.h"

#define OB_KUBE_EVENT_MAX   ((size_t)8 * 1024 * 1024) /* of one line */
#define OB_KUBE_VERSION_LEN 64 /* of a resourceVersion, with its NUL */

enum ob_kube_event_type {
	OB_KUBE_EVENT_SET, /* ADDED or MODIFIED: it makes no difference */
	OB_KUBE_EVENT_DELETED,
	OB_KUBE_EVENT_BOOKMARK,
	OB_KUBE_EVENT_ERROR, /* object is a Status */
};

struct ob_kube_watch_event {
	enum ob_kube_event_type type;
	const cJSON *object;
	const char *key;     /* "namespace/name" or "name"; SET, DELETED */
	const char *version; /* its resourceVersion; not of an ERROR */
};

/* All in the arena. -EPROTO with a sentence when it makes no sense. */
int ob_kube_watch_decode(struct ob_arena *a, const char *line, size_t size,
			 struct ob_kube_watch_event *ret,
			 struct ob_status *status);
/* Key and version of an object. -EPROTO with a sentence. */
int ob_kube_watch_identify(struct ob_arena *a, const cJSON *object,
			   const char **ret_key, const char **ret_version,
			   struct ob_status *status);

struct ob_kube_page {
	const cJSON *items;
	const char *version;	   /* of the whole list */
	const char *continue_from; /* NULL: it was the last page */
};

int ob_kube_watch_page(const cJSON *body, struct ob_kube_page *ret,
		       struct ob_status *status);
