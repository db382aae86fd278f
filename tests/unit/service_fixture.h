/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services as a test says them, and a datapath made of a list. Three clusters:
 * "us" 10.113.0.0/16 with slot 0, "two" 10.114.0.0/16 slot 2 and "three"
 * 10.115.0.0/16 slot 3; the service block is 10.113.192.0/18.
 */
#pragma once

#include "octopus/balance.h"

#define FIXTURE_SERVICES 64
#define FIXTURE_SLICES	 8 /* of a service */

struct fixture_service {
	char *key; /* "ns/name"; NULL: none */
	struct ob_service_import import;
	struct ob_service_port ports[2];
	struct ob_endpoint_slice *slices[FIXTURE_SLICES];
	size_t n_slices;
};

struct service_fixture {
	struct ob_arena *arena;
	struct ob_service_cluster clusters[3];
	struct ob_prefix cidrs[3];
	struct ob_service_view view;
	struct fixture_service services[FIXTURE_SERVICES];
	/* The kernel. */
	OB_LIST(struct ob_service_entry) kernel;
	unsigned int sets, dels, reopens;
	/* What it says instead; 0: nothing. */
	int refuse, refuse_del, refuse_dump;
	size_t room; /* for entries; 0: for any number */
	struct ob_balance *balance;
};

/* cmocka's. */
int service_setup(void **state);
int service_teardown(void **state);

/* "ns/NAME" with TCP port 80 and, with two, UDP port 53. */
struct fixture_service *service_add(struct service_fixture *f, const char *name,
				    const char *ip, bool two);
/* A slice of TCP 80, target 8080; endpoints are words "ADDRESS", "-ADDRESS"
 * (not ready), "~ADDRESS" (terminating, serving). */
struct ob_endpoint_slice *service_slice(struct service_fixture *f,
					struct fixture_service *s,
					const char *cluster,
					const char *endpoints);
/* "10.113.192.1:80/tcp 10.114.0.1:8080 ~10.115.0.1:8080\n" for each. */
const char *service_show(struct service_fixture *f,
			 const struct ob_service_entries *entries);
/* What the kernel has, in order. */
const char *service_kernel(struct service_fixture *f);
const char *service_compute(struct service_fixture *f,
			    const struct fixture_service *s,
			    struct ob_service_desired *ret);
/* Works until there is nothing to do. */
void service_settle(struct service_fixture *f);
/* The balance starts: adopts and settles. */
void service_start(struct service_fixture *f);
/* As a new process: it knows nothing but what the kernel has. */
void service_restart(struct service_fixture *f);
