/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of a Kubernetes object as C values, with a limit on each and a
 * sentence that names kind, object and field when one makes no sense:
 * "Peer c1: spec.port: is out of range". Text is copied into the arena.
 * A member that is null is as good as missing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/status.h"

struct ob_reader {
	struct ob_arena *arena;
	struct ob_status *status;
	const char *reason; /* of the status, "InvalidPeer" */
	const char *kind;
	const char *name;  /* of the object; "?" until it is known */
	const char *where; /* "spec", "status.conditions[2]"; "": the top */
};

/* Sizes of what metadata has, with the NUL. */
#define OB_READER_NAME_LEN    254
#define OB_READER_LABEL_LEN   64 /* of namespaces, too */
#define OB_READER_UID_LEN     129
#define OB_READER_VERSION_LEN 65

/* What most kinds of objects need of it; text: "" when missing. */
struct ob_reader_metadata {
	const char *name, *namespace, *uid;
	bool deleting;
};

/* All of these return 0, or -EINVAL with the status set. */
/* A name has to be there and becomes the reader's; where is "metadata"
 * afterwards. name_size: with the NUL. */
int ob_reader_metadata(struct ob_reader *r, const cJSON *object,
		       size_t name_size, struct ob_reader_metadata *ret);
int ob_reader_refuse(const struct ob_reader *r, const char *key,
		     const char *what);
const cJSON *ob_reader_member(const cJSON *object, const char *key);
/* size: with the NUL. Missing: "". */
int ob_reader_text(const struct ob_reader *r, const cJSON *object,
		   const char *key, size_t size, const char **ret);
int ob_reader_bool(const struct ob_reader *r, const cJSON *object,
		   const char *key, bool otherwise, bool *ret);
/* Missing: 0. */
int ob_reader_int(const struct ob_reader *r, const cJSON *object,
		  const char *key, int64_t min, int64_t max, int64_t *ret);
/* Seconds since 1970; missing: 0. */
int ob_reader_time(const struct ob_reader *r, const cJSON *object,
		   const char *key, int64_t *ret);
/* An array of at most max elements; missing: NULL and 0. */
int ob_reader_list(const struct ob_reader *r, const cJSON *object,
		   const char *key, size_t max, const cJSON **ret,
		   size_t *ret_n);
/* A time that says that something is being done: is it there? */
int ob_reader_is_set(const struct ob_reader *r, const cJSON *object,
		     const char *key, bool *ret);
