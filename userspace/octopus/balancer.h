/* SPDX-License-Identifier: Apache-2.0 */
/*
 * balance.h in the event loop, with the kernel below it: changes at once and a
 * few milliseconds at a time, audits every OB_BALANCER_AUDIT_MS, and idle
 * connections forgotten in small steps.
 */
#pragma once

#include <systemd/sd-event.h>

#include "octopus/balance.h"
#include "octopus/imports.h"

#define OB_BALANCER_AUDIT_MS 5000

struct ob_balancer;

/* changed: other addresses are unserved. */
int ob_balancer_new(sd_event *event, struct ob_datapath *dp,
		    void (*changed)(void *arg), void *arg,
		    struct ob_balancer **ret);
void ob_balancer_free(struct ob_balancer *b);
OB_DEFINE_CLEANUP(struct ob_balancer *, ob_balancer_free)

/* Borrowed until it is replaced; NULL: there are no services to balance. */
void ob_balancer_set_imports(struct ob_balancer *b,
			     const struct ob_imports *imports);
/* Of the imports: see their ops. */
void ob_balancer_changed(struct ob_balancer *b, const char *key);
void ob_balancer_state(struct ob_balancer *b);
void ob_balancer_view(struct ob_balancer *b,
		      const struct ob_service_view *view);

/* False: not known yet. The array lives in the arena. */
bool ob_balancer_unserved(const struct ob_balancer *b, struct ob_arena *a,
			  const struct ob_addr **ret, size_t *ret_n);
bool ob_balancer_is_alive(const struct ob_balancer *b, const char *cluster);
void ob_balancer_conditions(const struct ob_balancer *b, struct ob_arena *a,
			    struct ob_conditions *list);

struct ob_balancer_look {
	bool watched, synced;	  /* ServiceImports are; all is known */
	const char *version;	  /* NULL: the API server has none */
	struct ob_status trouble; /* reason NULL: none */
	struct ob_balance_totals totals;
	struct ob_balance_backends backends[OB_MAX_CLUSTERS]; /* by slot */
	struct ob_sweep swept; /* since the start */
};
void ob_balancer_look(const struct ob_balancer *b,
		      struct ob_balancer_look *ret);
