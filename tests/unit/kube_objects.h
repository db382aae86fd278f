/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much of an API server as informers of several kinds talk to: lists,
 * watches, and which versions of an API group there are. No faults: those are
 * kube_fake.h's. Safe to change while it serves.
 */
#pragma once

#include "base/clock.h"
#include "kube/client.h"

#define KUBE_OBJECTS_DEADLINE_MS 20000

struct kube_objects;

struct kube_objects *kube_objects_start(void);
void kube_objects_stop(struct kube_objects *o);
struct ob_kube *kube_objects_client(struct kube_objects *o, sd_event *event);

/* GET /apis/GROUP, of whatever group: the code, and the versions ("v1beta1
 * v1alpha1") of 200. At first 404. */
void kube_objects_group(struct kube_objects *o, int code, const char *versions);
/* Lists of a kind are refused with this code; 0: they are not. */
void kube_objects_refuse(struct kube_objects *o, const char *plural, int code);
/* Adds or replaces NAMESPACE/NAME, or NAME: members are those beside metadata,
 * meta more members of that; ' stands for ". */
void kube_objects_set(struct kube_objects *o, const char *plural,
		      const char *key, const char *meta, const char *members);
void kube_objects_del(struct kube_objects *o, const char *plural,
		      const char *key);

/* Turns the loop until it is so; needs cmocka.h. */
#define kube_objects_until(event, condition)                                   \
	do {                                                                   \
		uint64_t until_ms_ =                                           \
			ob_clock_monotonic_ms() + KUBE_OBJECTS_DEADLINE_MS;    \
		while (!(condition) && ob_clock_monotonic_ms() < until_ms_)    \
			assert_true(sd_event_run(event, 100000) >= 0);         \
		assert_true(condition);                                        \
	} while (0)
