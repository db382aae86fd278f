/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer of an API server means: its code and, when there is one, its
 * Status object, as an errno, a reason and a sentence. Foreign bytes; pure.
 * Private to this folder.
 */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "kube/client.h"

/* The request, for sentences. */
struct ob_kube_asked {
	const char *server; /* URL */
	const char *method;
	const char *path; /* without query */
	bool object;	  /* a 2xx without a JSON object is nonsense */
};

/*
 * code: of HTTP. Fills *reply, whose body and reason live in the arena, and
 * returns what kube/client.h says about errors.
 */
int ob_kube_answer_decode(struct ob_arena *a, const struct ob_kube_asked *asked,
			  long code, const char *bytes, size_t size,
			  struct ob_kube_reply *reply);
/* The same for a Status object that came inside of something else. */
int ob_kube_answer_status(struct ob_arena *a, const struct ob_kube_asked *asked,
			  const cJSON *status, struct ob_kube_reply *reply);
/* r < 0 of the transport, which says error: fills reply->status. */
int ob_kube_answer_none(const struct ob_kube_asked *asked, int r,
			const char *error, struct ob_kube_reply *reply);
