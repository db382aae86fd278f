// SPDX-License-Identifier: Apache-2.0
#include "hub_store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

void store_reopen(struct store_fixture *f)
{
	ob_hub_store_free(f->s);
	f->s = NULL;
	assert_int_equal(ob_hub_store_open(f->path, true, &f->s, NULL), 0);
}

int store_setup(void **state)
{
	struct store_fixture *f = calloc(1, sizeof(*f));

	snprintf(f->dir, sizeof(f->dir), "/tmp/ob-store.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/hub.db", f->dir);
	f->a = ob_arena_new();
	*state = f;
	store_reopen(f);
	return 0;
}

int store_teardown(void **state)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	struct store_fixture *f = *state;
	char path[96];

	ob_hub_store_free(f->s);
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, suffixes[i]);
		unlink(path);
	}
	rmdir(f->dir);
	ob_arena_free(f->a);
	free(f);
	return 0;
}

size_t store_commit(struct store_fixture *f)
{
	struct ob_hub_change *const *changes;
	size_t n;

	assert_int_equal(ob_hub_store_commit(f->s, &changes, &n), 0);
	for (size_t i = 0; i < n; i++)
		ob_hub_change_unref(changes[i]);
	return n;
}
