/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Talking to one Kubernetes API server, from the caller's sd-event loop: HTTP/2
 * over one connection where the server speaks it, HTTP/1.1 otherwise. Nothing
 * blocks. A request is a function that is called once, later, with its result,
 * unless it is cancelled before.
 *
 * Requests that may be repeated (GET, and whatever the server answered with
 * 429 or 503 and Retry-After) are not repeated here: the caller decides.
 * Every request has a deadline. See Kubernetes API Concepts.
 *
 * Objects that somebody else writes, too, are changed with a patch: that leaves
 * alone what we do not know. An update replaces all of an object; when it is
 * based on one that was read, start from that very tree, never from a struct
 * of ours, or the fields that we do not know are gone.
 *
 * Requests under way at the same time are served in any order.
 * Functions of requests may send, cancel other requests and free the client.
 * Redirects are not followed, and proxies of the environment are not used.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/status.h"
#include "kube/config.h"

#define OB_KUBE_TIMEOUT_MS 15000		/* of a request */
#define OB_KUBE_MAX_BODY   (64UL * 1024 * 1024) /* of a reply */

struct ob_kube;

/* A kind of object and where it lives. Static strings. */
struct ob_kube_resource {
	const char *group; /* "" for core */
	const char *version;
	const char *plural;
	const char *kind;
	bool namespaced;
};

/* One object, or all of them (name NULL), of one or all (NULL) namespaces. */
struct ob_kube_ref {
	const struct ob_kube_resource *resource;
	const char *namespace;
	const char *name;
	const char *subresource; /* NULL, or "status" */
};

struct ob_kube_reply {
	long code;	    /* of HTTP; 0: there was no answer */
	const cJSON *body;  /* NULL: none, or no JSON; gone after the call */
	const char *reason; /* of a Status, "Conflict"; "": none */
	uint32_t retry_after_ms; /* 0: the server said nothing */
	struct ob_status status; /* a sentence for people, on failure */
};

/*
 * r: 0 for 2xx, otherwise
 *   -ENOENT 404          -EEXIST 409 AlreadyExists   -ESTALE 409 Conflict
 *   -EACCES 401, 403     -EKEYEXPIRED 410            -EINVAL 400, 422, other
 * 4xx -EBUSY 429           -EREMOTEIO 5xx              -EPROTO nonsense
 *   -ETIMEDOUT, -ECONNREFUSED, -EHOSTUNREACH, -ENOTUNIQ (TLS: not the server
 *   we trust), ... no answer
 */
typedef void (*ob_kube_reply_fn)(void *arg, int r,
				 const struct ob_kube_reply *reply);

struct ob_kube_call; /* under way; freed by itself after its function ran */

/* Takes the configuration over, also on failure. agent: "octopus/0.1.0". */
int ob_kube_new(sd_event *event, struct ob_kube_config *config,
		const char *agent, struct ob_kube **ret,
		struct ob_status *status);
/* Both in one, of a place. */
int ob_kube_open(sd_event *event, const struct ob_kube_place *place,
		 const char *agent, struct ob_kube **ret,
		 struct ob_status *status);
/* Cancels whatever is under way. */
void ob_kube_free(struct ob_kube *k);
OB_DEFINE_CLEANUP(struct ob_kube *, ob_kube_free)
const struct ob_kube_config *ob_kube_config_get(const struct ob_kube *k);

enum ob_kube_patch {
	OB_KUBE_PATCH_MERGE, /* RFC 7386 */
	OB_KUBE_PATCH_JSON,  /* RFC 6902 */
	OB_KUBE_PATCH_STRATEGIC,
	OB_KUBE_PATCH_APPLY, /* server-side apply; force is set */
};

/* What a delete insists on; NULL and "": nothing. */
struct ob_kube_preconditions {
	const char *uid;
	const char *resource_version;
};

/*
 * All return 0 when the request is on its way, -EINVAL when the reference is
 * not complete or cannot be a path, and what reading the token file said;
 * *ret_call may be NULL when it will never be cancelled. Bodies are copied.
 * field_manager is the agent's name up to its '/'.
 */
int ob_kube_get(struct ob_kube *k, const struct ob_kube_ref *ref,
		ob_kube_reply_fn fn, void *arg, struct ob_kube_call **ret_call);
/* All in one reply, for short lists; see kube/reflector.h for long ones.
 * selector: "label=value", NULL: all. */
int ob_kube_list(struct ob_kube *k, const struct ob_kube_ref *ref,
		 const char *label_selector, ob_kube_reply_fn fn, void *arg,
		 struct ob_kube_call **ret_call);
int ob_kube_create(struct ob_kube *k, const struct ob_kube_ref *ref,
		   const cJSON *object, ob_kube_reply_fn fn, void *arg,
		   struct ob_kube_call **ret_call);
int ob_kube_update(struct ob_kube *k, const struct ob_kube_ref *ref,
		   const cJSON *object, ob_kube_reply_fn fn, void *arg,
		   struct ob_kube_call **ret_call);
int ob_kube_patch(struct ob_kube *k, const struct ob_kube_ref *ref,
		  enum ob_kube_patch type, const cJSON *patch,
		  ob_kube_reply_fn fn, void *arg,
		  struct ob_kube_call **ret_call);
int ob_kube_delete(struct ob_kube *k, const struct ob_kube_ref *ref,
		   const struct ob_kube_preconditions *only_if,
		   ob_kube_reply_fn fn, void *arg,
		   struct ob_kube_call **ret_call);
/* Anything else: path "/version", GET. */
int ob_kube_raw_get(struct ob_kube *k, const char *path, ob_kube_reply_fn fn,
		    void *arg, struct ob_kube_call **ret_call);
/* Its function will not be called. */
void ob_kube_cancel(struct ob_kube_call *call);

/* Counters for metrics, since _new. */
struct ob_kube_stats {
	uint64_t requests, failures; /* failure: no 2xx */
	uint64_t received_bytes, sent_bytes;
	uint64_t last_answer_ms; /* CLOCK_MONOTONIC, any answer; 0: never */
};
struct ob_kube_stats ob_kube_stats_get(const struct ob_kube *k);

/*
 * For command line tools, before a loop runs and after it ended: waits until
 * the reply is there, without turning the loop; only functions of requests of
 * this client may be called meanwhile. The body lives in the arena.
 */
int ob_kube_get_wait(struct ob_kube *k, struct ob_arena *a,
		     const struct ob_kube_ref *ref,
		     struct ob_kube_reply *ret_reply);
int ob_kube_raw_get_wait(struct ob_kube *k, struct ob_arena *a,
			 const char *path, struct ob_kube_reply *ret_reply);
int ob_kube_list_wait(struct ob_kube *k, struct ob_arena *a,
		      const struct ob_kube_ref *ref, const char *label_selector,
		      struct ob_kube_reply *ret_reply);
int ob_kube_delete_wait(struct ob_kube *k, struct ob_arena *a,
			const struct ob_kube_ref *ref,
			struct ob_kube_reply *ret_reply);
