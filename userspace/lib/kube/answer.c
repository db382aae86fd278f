// SPDX-License-Identifier: Apache-2.0
#include "kube/answer.h"

#include <errno.h>
#include <string.h>

#define TEXT_MAX	  300 /* of the server's sentence in ours */
#define REASON_MAX	  64
#define RETRY_AFTER_MAX_S 3600

/* The reason of our status: those of Kubernetes where they say enough. */
static const char *reason_of(int r, long code)
{
	switch (r) {
	case -ENOENT:
		return "NotFound";
	case -EEXIST:
		return "AlreadyExists";
	case -ESTALE:
		return "Conflict";
	case -EACCES:
		return code == 401 ? "Unauthorized" : "Forbidden";
	case -EKEYEXPIRED:
		return "Expired";
	case -EBUSY:
		return "TooManyRequests";
	case -EREMOTEIO:
		return "ServerError";
	case -EPROTO:
		return "UnexpectedAnswer";
	default:
		return code == 422 ? "Invalid" : "BadRequest";
	}
}

static int error_of(long code, const char *reason)
{
	if (code >= 200 && code < 300)
		return 0;
	if (code >= 500)
		return -EREMOTEIO;
	if (code < 400)
		return -EPROTO;
	switch (code) {
	case 401:
	case 403:
		return -EACCES;
	case 404:
		return -ENOENT;
	case 409:
		return !strcmp(reason, "AlreadyExists") ? -EEXIST : -ESTALE;
	case 410:
		return -EKEYEXPIRED;
	case 429:
		return -EBUSY;
	default:
		return -EINVAL;
	}
}

/* Cut between characters, control characters made visible: it goes into logs
 * and conditions. */
static const char *tame(struct ob_arena *a, const char *text, size_t max)
{
	size_t len = strlen(text);
	char *out;

	if (len > max) {
		len = max;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	out = ob_arena_printf(a, "%.*s", (int)len, text);
	for (char *c = out; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return out;
}

/* A sentence that did not fit may end in the middle of a character. */
static void drop_torn(char *message)
{
	size_t len = strlen(message), start = len;
	unsigned char first;

	while (start > 0 && ((unsigned char)message[start - 1] & 0xc0) == 0x80)
		start--;
	if (!start)
		return;
	first = (unsigned char)message[start - 1];
	if (first >= 0xc0 && len - (start - 1) < (first < 0xe0	 ? 2U
						  : first < 0xf0 ? 3U
								 : 4U))
		message[start - 1] = '\0';
}

static const char *code_name(long code)
{
	if (code >= 300 && code < 400)
		return "a redirection, which is not followed";
	return code >= 500 ? "the server failed" : "the server refused";
}

static void explain(struct ob_arena *a, const struct ob_kube_asked *asked,
		    int r, const char *message, struct ob_kube_reply *reply)
{
	if (!message || !*message)
		message = code_name(reply->code);
	ob_status_set(&reply->status, -r, reason_of(r, reply->code),
		      "%s: %s %.100s: %ld%s%s: %s", asked->server,
		      asked->method, asked->path, reply->code,
		      reply->reason[0] ? " " : "", reply->reason,
		      tame(a, message, TEXT_MAX));
	drop_torn(reply->status.message);
}

static void read_retry_after(const cJSON *status, struct ob_kube_reply *reply)
{
	int64_t s = 0;

	if (ob_json_int(status, "details.retryAfterSeconds", &s) < 0 || s <= 0)
		return;
	if (s > RETRY_AFTER_MAX_S)
		s = RETRY_AFTER_MAX_S;
	reply->retry_after_ms = (uint32_t)s * 1000;
}

static bool is_status(const cJSON *body)
{
	const char *kind = ob_json_string(body, "kind");

	return kind && !strcmp(kind, "Status");
}

int ob_kube_answer_status(struct ob_arena *a, const struct ob_kube_asked *asked,
			  const cJSON *status, struct ob_kube_reply *reply)
{
	const char *reason = ob_json_string(status, "reason");
	int64_t code = 0;
	int r;

	if (!is_status(status) || ob_json_int(status, "code", &code) < 0 ||
	    code < 300 || code > 599)
		code = 500;
	reply->code = (long)code;
	reply->body = status;
	reply->reason = reason ? tame(a, reason, REASON_MAX) : "";
	read_retry_after(status, reply);
	r = error_of(reply->code, reply->reason);
	explain(a, asked, r, ob_json_string(status, "message"), reply);
	return r;
}

static int nonsense(const struct ob_kube_asked *asked,
		    struct ob_kube_reply *reply, const char *problem)
{
	return ob_status_set(&reply->status, EPROTO, "UnexpectedAnswer",
			     "%s: %s %.100s: %ld: no JSON object: %.200s",
			     asked->server, asked->method, asked->path,
			     reply->code, problem);
}

int ob_kube_answer_decode(struct ob_arena *a, const struct ob_kube_asked *asked,
			  long code, const char *bytes, size_t size,
			  struct ob_kube_reply *reply)
{
	struct ob_status problem = OB_STATUS_INIT;
	const char *message = NULL;
	cJSON *body = NULL;
	int r;

	reply->code = code;
	reply->reason = "";
	if (size > 0 && ob_json_parse(a, bytes, size, OB_KUBE_MAX_BODY, &body,
				      &problem) == 0)
		reply->body = body;
	if (is_status(body)) {
		reply->reason = tame(a, ob_json_string(body, "reason") ?: "",
				     REASON_MAX);
		message = ob_json_string(body, "message");
		read_retry_after(body, reply);
	}
	r = error_of(code, reply->reason);
	if (r < 0)
		explain(a, asked, r, message, reply);
	else if (asked->object && !cJSON_IsObject(body))
		return nonsense(asked, reply,
				problem.reason ? problem.message : "empty");
	return r;
}

int ob_kube_answer_none(const struct ob_kube_asked *asked, int r,
			const char *error, struct ob_kube_reply *reply)
{
	const char *reason = "Unreachable", *what = "cannot be reached";

	if (r == -ENOTUNIQ) {
		reason = "UntrustedServer";
		what = "is not the server we trust: its certificate is of "
		       "another authority or for another name, or expired";
	} else if (r == -EKEYREJECTED) {
		reason = "InvalidClientCertificate";
		what = "our client certificate or key cannot be used";
	} else if (r == -ETIMEDOUT) {
		reason = "Timeout";
		what = "does not answer in time";
	} else if (r == -EMSGSIZE) {
		reason = "TooLarge";
		what = "answers with more than is taken";
	} else if (r == -EPROTO) {
		reason = "UnexpectedAnswer";
		what = "does not speak HTTP over TLS as it should";
	}
	reply->reason = "";
	return ob_status_set(&reply->status, -r, reason,
			     "%s: %s (%s %.100s%s%s)", asked->server, what,
			     asked->method, asked->path, *error ? ": " : "",
			     error);
}
