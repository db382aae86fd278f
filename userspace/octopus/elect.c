// SPDX-License-Identifier: Apache-2.0
#include "octopus/elect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "kube/lease.h"

/* Another gateway takes over within 5 s. */
#define LEASE_MS    3000
#define DEADLINE_MS 2000
#define RETRY_MS    500

#define HOST_LEN     256
#define IDENTITY_LEN 320

const struct ob_kube_resource ob_elect_resource = {
	.group = "coordination.k8s.io",
	.version = "v1",
	.plural = "leases",
	.kind = "Lease",
	.namespaced = true,
};

const char *ob_elect_name(const char *cluster_id, char *buf, size_t size)
{
	snprintf(buf, size, "%s-cnf", cluster_id);
	return buf;
}

struct ob_elect {
	struct ob_kube_lease *lease;
	void (*changed)(void *arg);
	void *arg;
	enum ob_standing standing;
	char identity[IDENTITY_LEN];
	char shown[2 * OB_ELECT_NAME_LEN];
};

/*
 * The same after a restart, so that a gateway need not wait for itself; another
 * one for every gateway: the name of the pod or, outside of pods, of the host
 * and its network namespace.
 */
static void find_identity(char *buf, size_t size)
{
	const char *pod = getenv("POD_NAME");
	char host[HOST_LEN] = "";
	struct stat netns = { 0 };

	if (pod && *pod) {
		snprintf(buf, size, "%s", pod);
		return;
	}
	(void)gethostname(host, sizeof(host) - 1);
	(void)stat("/proc/self/ns/net", &netns);
	snprintf(buf, size, "%s-%llu", host, (unsigned long long)netns.st_ino);
}

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

int ob_elect_new(struct ob_kube *k, const char *namespace,
		 const char *cluster_id, void (*changed)(void *arg), void *arg,
		 struct ob_elect **ret)
{
	_cleanup_(ob_elect_freep) struct ob_elect *e = calloc(1, sizeof(*e));
	char name[OB_ELECT_NAME_LEN];
	struct ob_kube_lease_options options = {
		.namespace = namespace,
		.name = name,
		.lease_duration_ms = LEASE_MS,
		.renew_deadline_ms = DEADLINE_MS,
		.retry_period_ms = RETRY_MS,
	};
	int r;

	if (!e)
		return -ENOMEM;
	e->changed = changed;
	e->arg = arg;
	find_identity(e->identity, sizeof(e->identity));
	options.identity = e->identity;
	ob_elect_name(cluster_id, name, sizeof(name));
	snprintf(e->shown, sizeof(e->shown), "%.255s/%s", namespace, name);
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
