/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An HTTP client of one server, over libcurl's multi interface, driven by the
 * caller's sd-event loop. HTTP/2 with all requests on one connection where TLS
 * negotiates it, otherwise HTTP/1.1 with connections kept alive, at most 64 of
 * them. Requests under way at the same time are served in any order.
 *
 * The server's certificate is always verified, against the CA given or, when
 * there is none, the system's; never against both. Redirects are not followed,
 * proxies of the environment are not used, no user configuration is read.
 *
 * A process that has such a client ignores SIGPIPE, unless it handles it.
 *
 * The functions of a request run from the loop (or from _turn), never from
 * inside another function of this module, so they may send, cancel and free
 * whatever they like, the client included.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"
#include "base/status.h"

#define OB_HTTP_ERROR_LEN 256

struct ob_http_client;
struct ob_http_call;

/* All copied; secrets are wiped on free. PEM texts; NULL: none. */
struct ob_http_client_options {
	const char *url;	     /* "https://192.0.2.1:6443", no '/' */
	const char *tls_server_name; /* NULL: the host of the url */
	const char *ca_pem;
	const char *cert_pem, *key_pem;
	const char *agent; /* User-Agent */
};

struct ob_http_request {
	const char *method;
	const char *path;	    /* behind the url: "/version?x=y" */
	const char *const *headers; /* "Name: value" */
	size_t n_headers;
	const char *body; /* NULL: none */
	size_t body_size;
	uint32_t timeout_ms; /* for all of it; 0: for ever */
};

struct ob_http_answer {
	long code;		       /* 0: there was none */
	uint32_t retry_after_ms;       /* 0: nothing said */
	uint64_t received_bytes;       /* of the body */
	char error[OB_HTTP_ERROR_LEN]; /* what went wrong; "": nothing */
};

struct ob_http_call_ops {
	/* The head of the answer is there. May be NULL. */
	void (*head)(void *arg, long code);
	/* Some of the body. Negative: the call ends with that. */
	int (*data)(void *arg, const char *bytes, size_t size);
	/*
	 * Called once, last. r: 0 when the answer is complete, whatever its
	 * code; what data() returned; or
	 *   -EHOSTUNREACH -ENETUNREACH -ECONNREFUSED -ETIMEDOUT -ECONNRESET
	 *   -ENOTUNIQ     not the server we trust
	 *   -EKEYREJECTED our own certificate cannot be used
	 *   -EPROTO       no HTTP, no TLS
	 *   -ENOMEM -EIO
	 */
	void (*done)(void *arg, int r, const struct ob_http_answer *answer);
};

/* -ENOSYS: this libcurl cannot take certificates from memory. */
int ob_http_client_new(sd_event *event,
		       const struct ob_http_client_options *options,
		       struct ob_http_client **ret, struct ob_status *status);
/* Cancels whatever is under way. */
void ob_http_client_free(struct ob_http_client *c);
OB_DEFINE_CLEANUP(struct ob_http_client *, ob_http_client_free)

/* Copies the request. The call is freed after done(), or by _cancel. */
int ob_http_client_send(struct ob_http_client *c,
			const struct ob_http_request *request,
			const struct ob_http_call_ops *ops, void *arg,
			struct ob_http_call **ret);
/* None of its functions will be called any more. */
void ob_http_call_cancel(struct ob_http_call *call);
/*
 * Works for at most timeout_ms without the loop: before it runs, after it
 * ended, or from inside of one of its handlers. Functions of any request may
 * be called. Returns when something happened.
 */
int ob_http_client_turn(struct ob_http_client *c, uint32_t timeout_ms);
