/* SPDX-License-Identifier: Apache-2.0 */
/* The library of services on real maps: services and what the maps make of
 * them. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "datapath/private.h"
#include "datapath/services_private.h"
#include "gateway.h"

#define SERVICES_MOST 64 /* endpoints of a service that is checked */

struct fixture {
	struct ob_datapath *dp;
	struct ob_services *s;
	struct ob_arena *arena;
};

/* Of each test: freshly loaded. */
int services_set_up(void **state);
int services_tear_down(void **state);
#define services_test(test)                                                    \
	cmocka_unit_test_setup_teardown(test, services_set_up,                 \
					services_tear_down)
/* As after a kill: whatever the memory knew is gone, the maps stay. */
void services_restart(struct fixture *f);

struct ob_addr services_address(const char *text);
/* Service 10.113.200.N:80/TCP with n endpoints from 10.114.1.first on. */
struct ob_service_entry *services_make(struct fixture *f, unsigned int number,
				       unsigned int first, size_t n);
void services_set(struct fixture *f, const struct ob_service_entry *e);
struct ob_service_entries services_dump(struct fixture *f);

/* What is in the maps. */
struct ob_service services_value_of(struct fixture *f,
				    const struct ob_service_entry *e);
struct ob_slots services_block_of(struct fixture *f, uint32_t block);
struct ob_backend services_backend_of(struct fixture *f, uint32_t number);
size_t services_entries(struct fixture *f, enum ob_map map);
/* Every slot of the service's table leads to a ready backend of its own, and
 * all of them have one. */
void services_check_table(struct fixture *f, const struct ob_service_entry *e);
/* And it is the only service. */
void services_expect_only(struct fixture *f, const struct ob_service_entry *e);
