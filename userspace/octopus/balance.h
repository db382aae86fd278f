/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps the datapath's services as ServiceImports say. What has changed is
 * computed anew, service by service, and compared with what the kernel has as
 * far as we know; an audit compares that with what it really has. Both come to
 * the same, whatever the order.
 *
 * No event loop and no kernel in here: both are given, so that tests give
 * theirs.
 */
#pragma once

#include "base/arena.h"
#include "base/cleanup.h"
#include "octopus/service_desired.h"
#include "octopus/status.h"

#define OB_BALANCE_MOST_NOTES 16 /* services with conditions of their own */

/* Where services come from. */
struct ob_balance_source {
	/* What is known of NAMESPACE/NAME, in the arena; false: nothing. */
	bool (*input)(void *arg, struct ob_arena *a, const char *key,
		      struct ob_service_input *ret);
	void (*each)(void *arg, void (*fn)(void *to, const char *key),
		     void *to);
	void *arg;
};

/* Where they go. */
struct ob_balance_kernel {
	int (*dump)(void *arg, struct ob_arena *a,
		    struct ob_service_entries *ret);
	int (*set)(void *arg, const struct ob_service_entry *entry,
		   struct ob_status *status);
	int (*del)(void *arg, const struct ob_service_id *id);
	/* Somebody else has changed something: read it anew. */
	int (*reopen)(void *arg, struct ob_status *status);
	void *arg;
};

struct ob_balance_totals {
	size_t services; /* ServiceImports that have an address */
	size_t entries;	 /* of address, port and protocol */
	size_t unserved; /* addresses */
	size_t failed;	 /* services that the kernel did not take */
	struct ob_service_refused refused; /* endpoints, now */
	uint64_t writes, audits, repairs;  /* since the start */
};

struct ob_balance;

int ob_balance_new(const struct ob_balance_source *source,
		   const struct ob_balance_kernel *kernel,
		   struct ob_balance **ret);
void ob_balance_free(struct ob_balance *b);
OB_DEFINE_CLEANUP(struct ob_balance *, ob_balance_free)

/* Clusters, service block, policy; copied. Nothing is done before the first. */
void ob_balance_view(struct ob_balance *b, const struct ob_service_view *view);
/* The source is complete, or another one. */
void ob_balance_start(struct ob_balance *b);
/* It is not complete any more: whatever the kernel has stays. */
void ob_balance_stop(struct ob_balance *b);
/* Something about this service. */
void ob_balance_changed(struct ob_balance *b, const char *key);
/* Does some of what there is to do, at most max services; true: there is
 * more. */
bool ob_balance_step(struct ob_balance *b, size_t max);
/* Compares with the kernel; what is not the same will be done by steps. */
int ob_balance_audit(struct ob_balance *b, struct ob_status *status);

/* All has been done once since the start: what is unserved is known. */
bool ob_balance_settled(const struct ob_balance *b);
/* Virtual addresses that nobody serves, in the arena. */
const struct ob_addr *ob_balance_unserved(const struct ob_balance *b,
					  struct ob_arena *a, size_t *ret_n);
/* Of the last view; false: there is none of that ID. */
bool ob_balance_is_alive(const struct ob_balance *b, const char *cluster);
/* It counts up when the unserved are others. */
uint64_t ob_balance_generation(const struct ob_balance *b);
struct ob_balance_totals ob_balance_totals(const struct ob_balance *b);
/* Ready and draining backends by slot of ob_cluster, of all services' ports. */
struct ob_balance_backends {
	size_t ready, draining;
};
void ob_balance_backends(const struct ob_balance *b,
			 struct ob_balance_backends ret[OB_MAX_CLUSTERS]);
void ob_balance_conditions(const struct ob_balance *b, struct ob_arena *a,
			   struct ob_conditions *list);
