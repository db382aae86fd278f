/* SPDX-License-Identifier: Apache-2.0 */
/* One request as a curl handle. Private to this folder. */
#pragma once

#include <curl/curl.h>
#include <stddef.h>
#include <sys/queue.h>

#include "http/client.h"

struct ob_http_identity {
	char *url;
	char *tls_server_name;
	char *ca_pem, *cert_pem, *key_pem;
	char *agent;
};

struct ob_http_call {
	TAILQ_ENTRY(ob_http_call) all, ready;
	struct ob_http_client *client; /* NULL: it is gone */
	CURL *easy;
	struct curl_slist *headers, *connect_to;
	char *body;
	size_t body_size;
	const struct ob_http_call_ops *ops;
	void *arg;

	/* What curl had for us and ops do not know yet. */
	char *pending;
	size_t pending_size, pending_room;
	bool is_ready, headed, told_head, finished;
	bool busy, cancelled; /* inside of a function; do not call another */
	CURLcode result;
	struct ob_http_answer answer;
	char error[CURL_ERROR_SIZE];
};

/* Sets call->easy up. On failure, too, _done is due. */
int ob_http_transfer_init(struct ob_http_call *call,
			  const struct ob_http_identity *identity,
			  const struct ob_http_request *request);
void ob_http_transfer_done(struct ob_http_call *call);
/* The errno of a finished one, with answer->error filled in. */
int ob_http_transfer_result(struct ob_http_call *call);
