/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Service addresses on top of the harness: its maps, filled by the library
 * that fills them in earnest.
 *
 *   service block  10.113.192.0/18  fd70:0:113:c000::/50
 *   our service    10.113.200.1     fd70:0:113:c000::1    port 80
 */
#pragma once

#include "datapath/private.h"
#include "datapath/services.h"
#include "harness.h"

#define SERVICE_PORT	80
#define SERVICE_BACKEND 8080 /* port of endpoints */

struct services {
	struct harness *h;
	struct ob_datapath dp; /* the harness's maps */
	struct ob_services *s;
};

/* The virtual address of each family. */
const char *service_addr(const struct party *p);

/* Fixtures: *state stays the harness; service_of() finds the rest. */
int service_group_setup(void **state);
int service_group_teardown(void **state);
int service_fresh(void **state);
struct services *service_of(void **state);

#define service_test(f) cmocka_unit_test_setup(f, service_fresh)
#define service_main(tests)                                                    \
	cmocka_run_group_tests(tests, service_group_setup,                     \
			       service_group_teardown)

struct ob_addr service_parse(const char *text);
/* "10.114.1.2", ready, at SERVICE_BACKEND. */
struct ob_backend_entry service_backend(const char *addr);
/* Service addr:80/protocol with these endpoints; the test fails on errors. */
void service_set(struct services *s, const char *addr, uint8_t protocol,
		 struct ob_backend_entry *backends, size_t n);
/* The same with everything said. */
void service_put(struct services *s, const struct ob_service_entry *entry);

/* Runs from_pod on it once and returns the verdict, the packet in *ret. */
int service_send(struct services *s, const struct packet_spec *in,
		 struct packet *ret);
/* The destination that a packet has: its last byte tells backends apart. */
unsigned int service_last_byte(const struct packet *p);
/* Entries in a map. */
size_t service_count(const struct services *s, enum ob_map map);
