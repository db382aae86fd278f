// SPDX-License-Identifier: Apache-2.0
/* The waiting verbs of kube/client.h. */
#include "kube/client.h"

#include <errno.h>

#include "base/clock.h"
#include "kube/request.h"

struct waiter {
	struct ob_arena *arena;
	struct ob_kube_reply *ret;
	bool done;
	int r;
};

static void on_reply(void *arg, int r, const struct ob_kube_reply *reply)
{
	struct waiter *w = arg;

	*w->ret = *reply;
	w->ret->reason = ob_arena_strdup(w->arena, reply->reason);
	if (reply->body)
		w->ret->body = ob_json_copy(w->arena, reply->body);
	w->r = r;
	w->done = true;
}

/* sent: what the request's own function returned. The deadline of a request
 * ends it; ours is for a client that is broken. */
static int wait_for(struct ob_kube *k, struct waiter *w, int sent,
		    struct ob_kube_call *call)
{
	uint64_t until = ob_clock_monotonic_ms() + 2UL * OB_KUBE_TIMEOUT_MS;
	int r = sent;

	while (r >= 0 && !w->done && ob_clock_monotonic_ms() < until)
		r = ob_kube_turn(k, OB_KUBE_TIMEOUT_MS);
	if (w->done)
		return w->r;
	*w->ret = (struct ob_kube_reply){ .reason = "" };
	if (sent < 0) {
		ob_kube_problem(k, sent, &w->ret->status);
		return sent;
	}
	ob_kube_cancel(call);
	return ob_status_set(&w->ret->status, r < 0 ? -r : ETIMEDOUT, "Timeout",
			     "%s: the request did not end",
			     ob_kube_config_get(k)->server);
}

int ob_kube_get_wait(struct ob_kube *k, struct ob_arena *a,
		     const struct ob_kube_ref *ref,
		     struct ob_kube_reply *ret_reply)
{
	struct waiter w = { .arena = a, .ret = ret_reply };
	struct ob_kube_call *call = NULL;
	int r = ob_kube_get(k, ref, on_reply, &w, &call);

	return wait_for(k, &w, r, call);
}

int ob_kube_raw_get_wait(struct ob_kube *k, struct ob_arena *a,
			 const char *path, struct ob_kube_reply *ret_reply)
{
	struct waiter w = { .arena = a, .ret = ret_reply };
	struct ob_kube_call *call = NULL;
	int r = ob_kube_raw_get(k, path, on_reply, &w, &call);

	return wait_for(k, &w, r, call);
}

int ob_kube_list_wait(struct ob_kube *k, struct ob_arena *a,
		      const struct ob_kube_ref *ref, const char *label_selector,
		      struct ob_kube_reply *ret_reply)
{
	struct waiter w = { .arena = a, .ret = ret_reply };
	struct ob_kube_call *call = NULL;
	int r = ob_kube_list(k, ref, label_selector, on_reply, &w, &call);

	return wait_for(k, &w, r, call);
}

int ob_kube_delete_wait(struct ob_kube *k, struct ob_arena *a,
			const struct ob_kube_ref *ref,
			struct ob_kube_reply *ret_reply)
{
	struct waiter w = { .arena = a, .ret = ret_reply };
	struct ob_kube_call *call = NULL;
	int r = ob_kube_delete(k, ref, NULL, on_reply, &w, &call);

	return wait_for(k, &w, r, call);
}
