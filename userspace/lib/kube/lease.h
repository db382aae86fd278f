/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leader election over a coordination.k8s.io/v1 Lease, as client-go does it:
 * a candidate takes the lease when nobody holds it or when it has not seen it
 * renewed for a whole lease duration by its own monotonic clock (clocks of
 * different machines are never compared); every write carries the
 * resourceVersion it is based on. A leader that cannot renew before its
 * renew deadline has lost it, and says so before anybody else may take it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"
#include "kube/client.h"

#define OB_KUBE_IDENTITY_LEN 320

extern const struct ob_kube_resource ob_kube_leases;

/*
 * Who we are: the same after a restart, so that nobody need wait for himself;
 * another one for every other process: the name of the pod (POD_NAME) or,
 * outside of pods, of the host and its network namespace.
 */
void ob_kube_lease_identity(char *buf, size_t size);

struct ob_kube_lease;

struct ob_kube_lease_options {
	const char *namespace;
	const char *name;
	const char *identity;	    /* unique: the pod's name */
	uint32_t lease_duration_ms; /* 0: 15000; whole seconds on the wire */
	uint32_t renew_deadline_ms; /* 0: 10000 */
	uint32_t retry_period_ms;   /* 0: 2000 */
};

struct ob_kube_lease_ops {
	void (*leading)(void *arg); /* we hold it now */
	/* Somebody else may hold it now. unreachable: because the server could
	 * not be reached, as opposed to: somebody else took it. */
	void (*lost)(void *arg, bool unreachable);
	/* Who holds it has changed; "": nobody. */
	void (*observed)(void *arg, const char *holder);
};

int ob_kube_lease_new(struct ob_kube *k,
		      const struct ob_kube_lease_options *options,
		      const struct ob_kube_lease_ops *ops, void *arg,
		      struct ob_kube_lease **ret);
bool ob_kube_lease_is_leader(const struct ob_kube_lease *l);
const char *ob_kube_lease_holder(const struct ob_kube_lease *l);
/*
 * Gives it back, so that the next need not wait: turns the event loop until
 * that is done or 2 s have passed. lost() is not called.
 */
void ob_kube_lease_release(struct ob_kube_lease *l);
void ob_kube_lease_free(struct ob_kube_lease *l);
OB_DEFINE_CLEANUP(struct ob_kube_lease *, ob_kube_lease_free)

/*
 * The rules alone, without I/O: what to do with a lease as read at now_ms.
 */
struct ob_kube_lease_seen {
	bool exists;
	const char *holder; /* "" : nobody */
	const char *resource_version;
	uint32_t duration_ms;
	uint64_t changed_ms; /* our clock, when this version was first seen */
};

enum ob_kube_lease_step {
	OB_KUBE_LEASE_WAIT,
	OB_KUBE_LEASE_CREATE,
	OB_KUBE_LEASE_TAKE,
	OB_KUBE_LEASE_RENEW,
};

enum ob_kube_lease_step
ob_kube_lease_decide(const struct ob_kube_lease_seen *seen,
		     const char *identity, uint64_t now_ms);
