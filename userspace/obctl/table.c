// SPDX-License-Identifier: Apache-2.0
#include "obctl/table.h"

#include <stdarg.h>
#include <string.h>

void ob_ctl_table_init(struct ob_ctl_table *t, struct ob_arena *a,
		       const struct ob_ctl_column *columns, size_t n)
{
	memset(t, 0, sizeof(*t));
	t->arena = a;
	t->columns = columns;
	t->n_columns = n;
}

void ob_ctl_table_cell(struct ob_ctl_table *t, const char *format, ...)
{
	_free_ char *text = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		text = NULL;
	*OB_PUSH(t->arena, &t->cells) =
		ob_arena_strdup(t->arena, text ? text : "");
}

static size_t column_width(const struct ob_ctl_table *t, size_t column)
{
	size_t width = strlen(t->columns[column].title);

	for (size_t i = column; i < t->cells.n; i += t->n_columns) {
		size_t n = strlen(t->cells.v[i]);

		if (n > width)
			width = n;
	}
	return width;
}

static void print_cell(const struct ob_ctl_table *t, const size_t *widths,
		       size_t column, const char *text, FILE *out)
{
	bool last = column + 1 == t->n_columns;
	int width = (int)widths[column];

	if (t->columns[column].right)
		fprintf(out, "%*s", width, text);
	else
		fprintf(out, "%-*s", last ? 0 : width, text);
	fputs(last ? "\n" : "  ", out);
}

void ob_ctl_table_print(const struct ob_ctl_table *t, FILE *out)
{
	size_t *widths =
		ob_arena_array(t->arena, t->n_columns, sizeof(*widths));

	for (size_t i = 0; i < t->n_columns; i++)
		widths[i] = column_width(t, i);
	for (size_t i = 0; i < t->n_columns; i++)
		print_cell(t, widths, i, t->columns[i].title, out);
	for (size_t i = 0, column = 0; i < t->cells.n; i++) {
		print_cell(t, widths, column, t->cells.v[i], out);
		column = column + 1 == t->n_columns ? 0 : column + 1;
	}
}
