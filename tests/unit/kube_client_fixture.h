/* SPDX-License-Identifier: Apache-2.0 */
/* A client, and a TLS server that says what it is told and keeps what it saw.
 */
#pragma once

#include "kube/client.h"
#include "kube_server.h"

#define TOKEN "secret-token"

struct kube_fixture {
	struct kube_server *server;
	struct kube_tls tls;
	struct ob_arena *arena;
	sd_event *event;
	struct ob_kube *kube;
	char dir[64], ca[96], token[96], url[64];
	struct kube_request last; /* what the handler saw */
	char last_body[4096];
	/* what the handler says */
	int code;
	const char *extra, *body;
	bool silent, cut;
	/* of a request */
	int calls, r;
	long reply_code;
	char reason[64], message[OB_STATUS_MESSAGE_LEN];
	uint32_t retry_after_ms;
};

extern const struct ob_kube_resource kube_fixture_peers, kube_fixture_nodes;
/* Peer "one" in namespace "ns". */
extern const struct ob_kube_ref kube_fixture_peer;

/* cmocka's; the certificate is for 127.0.0.1 and api.example, or for the
 * latter only. */
int kube_fixture_setup(void **state);
int kube_fixture_setup_other_name(void **state);
int kube_fixture_teardown(void **state);

void kube_fixture_handler(void *arg, struct kube_conn *c,
			  const struct kube_request *request);
void kube_fixture_write(const char *path, const char *text);
struct ob_kube *kube_fixture_client(struct kube_fixture *f, const char *url,
				    const char *ca_pem);
/* Counts calls and keeps what it was told. */
void kube_fixture_reply(void *arg, int r, const struct ob_kube_reply *reply);
/* Until there were so many calls. */
void kube_fixture_turn(struct kube_fixture *f, int calls);
/* Gets the peer and returns how that ended. */
int kube_fixture_get(struct kube_fixture *f);
