/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of several of us leads: kube/lease.h as one word, with the difference
 * between somebody else who leads and a server that is away.
 */
#pragma once

#include "kube/lease.h"

enum ob_standing {
	OB_STANDING_UNKNOWN, /* not seen the Lease yet */
	OB_STANDING_LEADER,
	OB_STANDING_CUT_OFF, /* led, and cannot reach the API server now */
	OB_STANDING_ASIDE,   /* somebody else leads */
};

struct ob_elect;

/* The identity is ob_kube_lease_identity(). */
int ob_elect_new(struct ob_kube *k, const struct ob_kube_lease_options *options,
		 void (*changed)(void *arg), void *arg, struct ob_elect **ret);
/* Gives it back: turns the event loop for a moment. */
void ob_elect_release(struct ob_elect *e);
void ob_elect_free(struct ob_elect *e);
OB_DEFINE_CLEANUP(struct ob_elect *, ob_elect_free)
enum ob_standing ob_elect_standing(const struct ob_elect *e);
/* "": nobody, as far as we know. */
const char *ob_elect_holder(const struct ob_elect *e);
/* Ours. */
const char *ob_elect_identity(const struct ob_elect *e);
/* "NAMESPACE/NAME". */
const char *ob_elect_lease(const struct ob_elect *e);
