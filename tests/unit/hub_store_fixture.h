/* SPDX-License-Identifier: Apache-2.0 */
/* A store of its own in a file that goes with the test. */
#pragma once

#include "hub/store.h"

struct store_fixture {
	char dir[64], path[80];
	struct ob_arena *a;
	struct ob_hub_store *s;
};

/* For cmocka; the state is the fixture. */
int store_setup(void **state);
int store_teardown(void **state);
/* As a restart of the hub does. */
void store_reopen(struct store_fixture *f);
/* Ends the turn: how much it changed. */
size_t store_commit(struct store_fixture *f);
