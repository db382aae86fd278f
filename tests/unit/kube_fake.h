/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much of an API server as a reflector talks to: configmaps of namespace ns
 * named "obj-N", lists in pages of a snapshot, watches with history, and faults
 * by dice. Safe to change while it serves.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kube/client.h"

#define KUBE_FAKE_MAX 16384

/* Chances out of 1000, per page or per event. */
struct kube_faults {
	unsigned int list_error;   /* 500, 503, 429 */
	unsigned int list_cut;	   /* somewhere in the body */
	unsigned int list_expired; /* 410 on a continued page */
	unsigned int watch_error;  /* as the answer */
	unsigned int watch_expired;
	unsigned int drop;	/* at any byte of an event */
	unsigned int end;	/* cleanly */
	unsigned int gone;	/* ERROR event 410 */
	unsigned int error;	/* ERROR event 500 */
	unsigned int duplicate; /* the event again */
	unsigned int blue;	/* a deletion of what never was */
	unsigned int garbage;
	unsigned int bookmark;
	unsigned int dribble; /* byte by byte */
};

struct kube_fake;

struct kube_fake *kube_fake_start(uint32_t seed);
void kube_fake_stop(struct kube_fake *f);
/* A client of it. */
struct ob_kube *kube_fake_client(struct kube_fake *f, sd_event *event);
extern const struct ob_kube_ref kube_fake_ref;

void kube_fake_set(struct kube_fake *f, unsigned int i, unsigned int value);
void kube_fake_del(struct kube_fake *f, unsigned int i);
/* 0: there is none. Values begin at 1. */
unsigned int kube_fake_value(struct kube_fake *f, unsigned int i);
unsigned int kube_fake_count(struct kube_fake *f);
/* Forgets the history and the snapshots. */
void kube_fake_compact(struct kube_fake *f);
/* Goes back to an empty store at version 1, as a server restored. */
void kube_fake_forget(struct kube_fake *f);
void kube_fake_faults(struct kube_fake *f, const struct kube_faults *faults);
/* Ends the watches that are open. */
void kube_fake_end_watches(struct kube_fake *f);
/* Bytes of padding in each object. */
void kube_fake_pad(struct kube_fake *f, unsigned int bytes);
/* The next watch is answered with these bytes alone; NULL: as usual. */
void kube_fake_say(struct kube_fake *f, const char *bytes);
/* Called in the server's thread before each continued page. */
void kube_fake_between(struct kube_fake *f, void (*fn)(struct kube_fake *f));
/* Whole lists that were asked for without a limit. */
unsigned int kube_fake_whole_lists(struct kube_fake *f);
