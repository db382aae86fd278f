/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kube/client.h is made of, for the other files of this folder: a request
 * with a method, a path and a deadline, answered in one piece or as a stream.
 */
#pragma once

#include <stdint.h>

#include "kube/client.h"

struct ob_kube_request {
	const char *method;
	const char *path; /* with its query */
	const char *content_type;
	const cJSON *body;   /* NULL: none */
	uint32_t timeout_ms; /* 0: OB_KUBE_TIMEOUT_MS */
	bool object;	     /* a 2xx has to carry a JSON object */
	/*
	 * Not NULL: the body of a 2xx goes here as it comes and the reply has
	 * none. Negative: the request ends with that.
	 */
	int (*stream)(void *arg, const char *bytes, size_t size);
	/* A 2xx begins. May be NULL. */
	void (*opened)(void *arg);
};

int ob_kube_request_send(struct ob_kube *k,
			 const struct ob_kube_request *request,
			 ob_kube_reply_fn fn, void *arg,
			 struct ob_kube_call **ret_call);
/* Why the last request could not even be sent, after _send returned r. */
void ob_kube_problem(const struct ob_kube *k, int r, struct ob_status *ret);
sd_event *ob_kube_event_loop(const struct ob_kube *k);
/* "octopus" of "octopus/0.1.0". */
const char *ob_kube_manager(const struct ob_kube *k);
/* One turn of the client alone; see ob_http_client_turn(). */
int ob_kube_turn(struct ob_kube *k, uint32_t timeout_ms);
