/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the datapath has of services, as far as we know: each address, port and
 * protocol once, and whose it is.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "datapath/services.h"

struct ob_held;

/* All of one owner. */
struct ob_held_list {
	struct ob_held **v;
	size_t n, room;
};

struct ob_held {
	struct ob_service_entry entry;
	struct ob_held_list *owner; /* NULL: nobody's */
	uint64_t audit;		    /* for its user: when it was seen last */
};

struct ob_held_table {
	void *tree;
	size_t n;
};

void ob_held_done(struct ob_held_table *t);
/* NULL: there is none. */
struct ob_held *ob_held_find(const struct ob_held_table *t,
			     const struct ob_service_id *id);
/* Nobody's, and without backends. NULL: out of memory. */
struct ob_held *ob_held_add(struct ob_held_table *t,
			    const struct ob_service_id *id);
void ob_held_del(struct ob_held_table *t, struct ob_held *h);
/* Copies all of the entry. -ENOMEM: it is as it was. */
int ob_held_set(struct ob_held *h, const struct ob_service_entry *entry);
/* Takes it from whoever had it. -ENOMEM: that one still has it. */
int ob_held_own(struct ob_held_list *owner, struct ob_held *h);
int ob_service_id_compare(const struct ob_service_id *a,
			  const struct ob_service_id *b);
/* In order; the table must not change meanwhile. */
void ob_held_each(const struct ob_held_table *t,
		  void (*fn)(void *arg, void *held), void *arg);
/* The same for any tree of search.h. */
void ob_tree_each(const void *tree, void (*fn)(void *arg, void *element),
		  void *arg);
