/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a server has promised: for every object the last write that it has
 * acknowledged, the one that was under way when it died, and the events that
 * a watcher is due. Pure; sentences about broken promises go to a violation.
 *
 * An object has one writer, which waits for the answer: so there is at most
 * one write that may or may not have happened.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"

#define OB_LEDGER_NAME_LEN 48

enum ob_ledger_type {
	OB_LEDGER_ADDED,
	OB_LEDGER_MODIFIED,
	OB_LEDGER_DELETED
};

struct ob_ledger_event {
	enum ob_ledger_type type;
	uint64_t rv; /* 0: not told, as of a deletion */
	uint64_t value;
};

struct ob_ledger_events {
	struct ob_ledger_event *v;
	size_t n, room;
};

struct ob_ledger_object {
	char name[OB_LEDGER_NAME_LEN];
	bool exists; /* as acknowledged */
	uint64_t rv, value;
	bool pending; /* a write without an answer */
	struct ob_ledger_event unsure;
	struct ob_ledger_events due, seen; /* of this round */
	bool found;			   /* in the list that is checked */
};

struct ob_ledger {
	struct ob_ledger_object *v;
	size_t n;
	uint64_t max_rv; /* the newest that anybody was told */
};

struct ob_violation {
	bool broken;
	char text[512];
};
/* The first one stays. */
void ob_violation_set(struct ob_violation *v, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* n objects, those of writer w are named "wW-NUMBER". */
void ob_ledger_init(struct ob_ledger *l, struct ob_arena *a, size_t writers,
		    size_t each);
struct ob_ledger_object *ob_ledger_find(struct ob_ledger *l, const char *name);

/* An answer came: the object is so now. */
void ob_ledger_acknowledge(struct ob_arena *a, struct ob_ledger_object *o,
			   const struct ob_ledger_event *event);

/* The object's value as it is written: twice, and in padding. */
const char *ob_ledger_data(struct ob_arena *a, uint64_t value);
/* -EINVAL: the parts do not belong together. */
int ob_ledger_data_check(const cJSON *object, uint64_t *ret_value);

/*
 * list: everything there is after a crash. Unsure writes are settled by it.
 */
void ob_ledger_check_list(struct ob_ledger *l, struct ob_arena *a,
			  const cJSON *list, struct ob_violation *v);
/* What was due against what was seen; starts the next round. */
void ob_ledger_check_events(struct ob_ledger *l, struct ob_violation *v);
uint64_t ob_ledger_rv(const cJSON *object);
