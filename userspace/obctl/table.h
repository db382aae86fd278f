/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables for people: columns as wide as their widest cell, two spaces apart,
 * numbers to the right, no trailing spaces. Cells are added row by row.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"

struct ob_ctl_column {
	const char *title;
	bool right;
};

struct ob_ctl_table {
	struct ob_arena *arena;
	const struct ob_ctl_column *columns;
	size_t n_columns;
	OB_LIST(const char *) cells;
};

/* columns are borrowed. */
void ob_ctl_table_init(struct ob_ctl_table *t, struct ob_arena *a,
		       const struct ob_ctl_column *columns, size_t n);
void ob_ctl_table_cell(struct ob_ctl_table *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Titles and rows. Nothing but the titles when there are no rows. */
void ob_ctl_table_print(const struct ob_ctl_table *t, FILE *out);
