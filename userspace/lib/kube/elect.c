// SPDX-License-Identifier: Apache-2.0
#include "kube/elect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

#define SHOWN_LEN 512

struct ob_elect {
	struct ob_kube_lease *lease;
	void (*changed)(void *arg);
	void *arg;
	enum ob_standing standing;
	char identity[OB_KUBE_IDENTITY_LEN];
	char shown[SHOWN_LEN];
};

static void stand(struct ob_elect *e, enum ob_standing standing)
{
	if (e->standing == standing)
		return;
	e->standing = standing;
	e->changed(e->arg);
}

static void on_leading(void *arg)
{
	struct ob_elect *e = arg;

	ob_info("leading", "lease=%s identity=%s", e->shown, e->identity);
	stand(e, OB_STANDING_LEADER);
}

static void on_lost(void *arg, bool unreachable)
{
	struct ob_elect *e = arg;

	if (unreachable)
		ob_warning("the lease cannot be renewed, everything stays as "
			   "it is",
			   "lease=%s", e->shown);
	else
		ob_warning("somebody else leads", "lease=%s", e->shown);
	stand(e, unreachable ? OB_STANDING_CUT_OFF : OB_STANDING_ASIDE);
}

static void on_observed(void *arg, const char *holder)
{
	struct ob_elect *e = arg;

	if (!*holder || !strcmp(holder, e->identity))
		return;
	ob_info("somebody else leads", "lease=%s holder=%s", e->shown, holder);
	stand(e, OB_STANDING_ASIDE);
}

static const struct ob_kube_lease_ops lease_ops = {
	.leading = on_leading,
	.lost = on_lost,
	.observed = on_observed,
};

int ob_elect_new(struct ob_kube *k, const struct ob_kube_lease_options *given,
		 void (*changed)(void *arg), void *arg, struct ob_elect **ret)
{
	_cleanup_(ob_elect_freep) struct ob_elect *e = calloc(1, sizeof(*e));
	struct ob_kube_lease_options options = *given;
	int r;

	if (!e)
		return -ENOMEM;
	e->changed = changed;
	e->arg = arg;
	ob_kube_lease_identity(e->identity, sizeof(e->identity));
	options.identity = e->identity;
	snprintf(e->shown, sizeof(e->shown), "%.255s/%.255s", given->namespace,
		 given->name);
	r = ob_kube_lease_new(k, &options, &lease_ops, e, &e->lease);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(e);
	return 0;
}

void ob_elect_release(struct ob_elect *e)
{
	ob_kube_lease_release(e->lease);
}

void ob_elect_free(struct ob_elect *e)
{
	ob_kube_lease_freep(&e->lease);
	free(e);
}

enum ob_standing ob_elect_standing(const struct ob_elect *e)
{
	return e->standing;
}

const char *ob_elect_holder(const struct ob_elect *e)
{
	return ob_kube_lease_holder(e->lease) ?: "";
}

const char *ob_elect_lease(const struct ob_elect *e)
{
	return e->shown;
}

const char *ob_elect_identity(const struct ob_elect *e)
{
	return e->identity;
}
