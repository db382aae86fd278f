// SPDX-License-Identifier: Apache-2.0
#include "http/transfer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define CONNECT_TIMEOUT_MS 10000L
#define RETRY_AFTER_MAX_S  3600
/* A peer that vanished is noticed after about 20 s. */
#define KEEPALIVE_IDLE_S   10
#define KEEPALIVE_EVERY_S  3
#define KEEPALIVE_COUNT	   3
#define USER_TIMEOUT_MS	   15000
/* What a burst opened is closed some time after it, and its buffers and keys
 * with it; one that is used every 10 s stays. */
#define IDLE_MAX_S	   12L
/* Of what is sent in one go, for as long as a watch lives; the least. */
#define UPLOAD_BUFFER	   16384L

/* All of them exist in any libcurl that this project accepts. */
#define SET(easy, option, value)                                               \
	do {                                                                   \
		if (curl_easy_setopt((easy), (option), (value)) != CURLE_OK)   \
			return -ENOSYS;                                        \
	} while (0)

static size_t on_body(char *bytes, size_t one, size_t size, void *arg)
{
	struct ob_http_call *call = arg;
	size_t need = call->pending_size + size;

	(void)one;
	if (need > call->pending_room) {
		size_t room = need < 16384 ? 16384 : need * 2;
		char *bigger = realloc(call->pending, room);

		if (!bigger)
			return 0;
		call->pending = bigger;
		call->pending_room = room;
	}
	memcpy(call->pending + call->pending_size, bytes, size);
	call->pending_size = need;
	call->answer.received_bytes += size;
	return size;
}

/* Seconds; a date is as good as nothing. */
static void read_retry_after(struct ob_http_call *call, const char *value)
{
	unsigned long s = strtoul(value, NULL, 10);

	if (s > RETRY_AFTER_MAX_S)
		s = RETRY_AFTER_MAX_S;
	call->answer.retry_after_ms = (uint32_t)s * 1000;
}

static size_t on_header(char *line, size_t one, size_t size, void *arg)
{
	static const char name[] = "retry-after:";
	struct ob_http_call *call = arg;
	char value[16] = "";
	size_t len;

	(void)one;
	if (size > sizeof(name) && !strncasecmp(line, name, sizeof(name) - 1)) {
		len = size - (sizeof(name) - 1);
		if (len >= sizeof(value))
			len = sizeof(value) - 1;
		memcpy(value, line + sizeof(name) - 1, len);
		read_retry_after(call, value);
	}
	/* 1xx answers have a head, too. */
	if (size == 2 && line[0] == '\r') {
		curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE,
				  &call->answer.code);
		call->headed = call->answer.code >= 200;
	}
	return size;
}

/* Best effort: without them it takes longer to notice. */
static int on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S },
		{ IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_EVERY_S },
		{ IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS },
	};

	(void)arg;
	(void)purpose;
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		(void)setsockopt(fd, options[i].level, options[i].name,
				 &options[i].value, sizeof(options[i].value));
	return CURL_SOCKOPT_OK;
}

static int set_blob(CURL *easy, CURLoption option, char *pem)
{
	struct curl_blob blob = {
		.data = pem,
		.len = strlen(pem),
		.flags = CURL_BLOB_NOCOPY,
	};

	SET(easy, option, &blob);
	return 0;
}

static int set_tls(CURL *easy, const struct ob_http_identity *id)
{
	int r = 0;

	SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (id->ca_pem) {
		/* Distributions compile a default in, which a blob does not
		 * replace: every public CA would be trusted beside ours. */
		SET(easy, CURLOPT_CAPATH, NULL);
		SET(easy, CURLOPT_CAINFO, NULL);
		r = set_blob(easy, CURLOPT_CAINFO_BLOB, id->ca_pem);
	}
	if (r == 0 && id->cert_pem) {
		SET(easy, CURLOPT_SSLCERTTYPE, "PEM");
		SET(easy, CURLOPT_SSLKEYTYPE, "PEM");
		r = set_blob(easy, CURLOPT_SSLCERT_BLOB, id->cert_pem);
	}
	if (r == 0 && id->cert_pem)
		r = set_blob(easy, CURLOPT_SSLKEY_BLOB, id->key_pem);
	return r;
}

static int set_limits(CURL *easy, const struct ob_http_request *request)
{
	SET(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
	SET(easy, CURLOPT_PROXY, "");
	SET(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(easy, CURLOPT_NOSIGNAL, 1L);
	SET(easy, CURLOPT_PATH_AS_IS, 1L);
	SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	/* Rather wait for the first connection than open one for each. */
	SET(easy, CURLOPT_PIPEWAIT, 1L);
	SET(easy, CURLOPT_MAXAGE_CONN, IDLE_MAX_S);
	SET(easy, CURLOPT_UPLOAD_BUFFERSIZE, UPLOAD_BUFFER);
	SET(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	SET(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	return 0;
}

static int set_functions(struct ob_http_call *call)
{
	CURL *easy = call->easy;

	SET(easy, CURLOPT_PRIVATE, call);
	SET(easy, CURLOPT_ERRORBUFFER, call->error);
	SET(easy, CURLOPT_WRITEFUNCTION, on_body);
	SET(easy, CURLOPT_WRITEDATA, call);
	SET(easy, CURLOPT_HEADERFUNCTION, on_header);
	SET(easy, CURLOPT_HEADERDATA, call);
	SET(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
	return 0;
}

static int add_header(struct curl_slist **list, const char *line)
{
	struct curl_slist *more = curl_slist_append(*list, line);

	if (!more)
		return -ENOMEM;
	*list = more;
	return 0;
}

/* "https://" HOST[:PORT] [PATH] */
struct url_parts {
	const char *scheme_end, *host, *port; /* port: ":443", or its place */
	const char *path;
};

static struct url_parts split_url(const char *url)
{
	struct url_parts p = { .host = strstr(url, "://") + 3 };
	const char *end = *p.host == '[' ? strchr(p.host, ']') : p.host;

	p.scheme_end = p.host;
	p.path = p.host + strcspn(p.host, "/");
	p.port = (end ?: p.host) + strcspn(end ?: p.host, ":/");
	return p;
}

/*
 * A certificate for another name than the one we dial: curl is told that name
 * and where it is, and the server is asked by the one it knows.
 */
static int set_named_url(struct ob_http_call *call, const char *path,
			 const struct ob_http_identity *id)
{
	_free_ char *url = NULL, *to = NULL, *host = NULL;
	struct url_parts p = split_url(id->url);
	int host_len = (int)(p.port - p.host);
	int port_len = (int)(p.path - p.port);

	if (asprintf(&url, "%.*s%s%s%s", (int)(p.scheme_end - id->url), id->url,
		     id->tls_server_name, p.port, path) < 0 ||
	    asprintf(&to, "::%.*s:%.*s", host_len, p.host,
		     port_len > 1 ? port_len - 1 : 0,
		     port_len > 1 ? p.port + 1 : "") < 0 ||
	    asprintf(&host, "Host: %.*s", host_len + port_len, p.host) < 0)
		return -ENOMEM;
	SET(call->easy, CURLOPT_URL, url);
	call->connect_to = curl_slist_append(NULL, to);
	if (!call->connect_to)
		return -ENOMEM;
	SET(call->easy, CURLOPT_CONNECT_TO, call->connect_to);
	return add_header(&call->headers, host);
}

static int set_url(struct ob_http_call *call, const char *path,
		   const struct ob_http_identity *id)
{
	_free_ char *url = NULL;

	if (id->tls_server_name)
		return set_named_url(call, path, id);
	if (asprintf(&url, "%s%s", id->url, path) < 0)
		return -ENOMEM;
	SET(call->easy, CURLOPT_URL, url);
	return 0;
}

static int set_headers(struct ob_http_call *call,
		       const struct ob_http_request *request)
{
	/* No waiting for 100 Continue before a body. */
	int r = add_header(&call->headers, "Expect:");

	for (size_t i = 0; r == 0 && i < request->n_headers; i++)
		r = add_header(&call->headers, request->headers[i]);
	if (r < 0)
		return r;
	SET(call->easy, CURLOPT_HTTPHEADER, call->headers);
	return 0;
}

static int set_body(struct ob_http_call *call,
		    const struct ob_http_request *request)
{
	SET(call->easy, CURLOPT_CUSTOMREQUEST, request->method);
	if (!request->body)
		return 0;
	call->body = malloc(request->body_size + 1);
	if (!call->body)
		return -ENOMEM;
	memcpy(call->body, request->body, request->body_size);
	call->body_size = request->body_size;
	SET(call->easy, CURLOPT_POSTFIELDS, call->body);
	SET(call->easy, CURLOPT_POSTFIELDSIZE_LARGE,
	    (curl_off_t)call->body_size);
	return 0;
}

int ob_http_transfer_init(struct ob_http_call *call,
			  const struct ob_http_identity *identity,
			  const struct ob_http_request *request)
{
	int r;

	call->easy = curl_easy_init();
	if (!call->easy)
		return -ENOMEM;
	SET(call->easy, CURLOPT_USERAGENT, identity->agent);
	r = set_limits(call->easy, request);
	if (r == 0)
		r = set_tls(call->easy, identity);
	if (r == 0)
		r = set_functions(call);
	if (r == 0)
		r = set_url(call, request->path, identity);
	if (r == 0)
		r = set_body(call, request);
	return r == 0 ? set_headers(call, request) : r;
}

/* One of them is the token. */
static void wipe_headers(struct curl_slist *list)
{
	for (struct curl_slist *i = list; i; i = i->next)
		explicit_bzero(i->data, strlen(i->data));
	curl_slist_free_all(list);
}

void ob_http_transfer_done(struct ob_http_call *call)
{
	if (call->easy)
		curl_easy_cleanup(call->easy);
	wipe_headers(call->headers);
	curl_slist_free_all(call->connect_to);
	free(call->body);
	free(call->pending);
}

static int connect_error(CURL *easy)
{
	long err = 0;

	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &err);
	if (err == EHOSTUNREACH || err == ENETUNREACH || err == ETIMEDOUT)
		return -(int)err;
	return -ECONNREFUSED;
}

/*
 * A certificate of another CA that has the name of ours, as after the server
 * made itself new ones, fails in OpenSSL's arithmetic, not in its verification,
 * and curl reports it as any failed handshake.
 */
static int handshake_error(const char *text)
{
	static const char *const libraries[] = {
		":asn1 encoding routines:",
		":x509 certificate routines:",
		":rsa routines:",
	};

	for (size_t i = 0; i < ARRAY_SIZE(libraries); i++)
		if (strstr(text, libraries[i]))
			return -ENOTUNIQ;
	return -EPROTO;
}

static int error_of(const struct ob_http_call *call)
{
	/* Ours, not curl's, but curl has far too many to name each. */
	switch ((int)call->result) {
	case CURLE_OK:
		return 0;
	case CURLE_COULDNT_RESOLVE_HOST:
		return -EHOSTUNREACH;
	case CURLE_COULDNT_CONNECT:
		return connect_error(call->easy);
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return -ENOTUNIQ;
	case CURLE_SSL_CERTPROBLEM:
		return -EKEYREJECTED;
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return -ECONNRESET;
	case CURLE_SSL_CONNECT_ERROR:
		return handshake_error(call->error);
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		return -EPROTO;
	case CURLE_OUT_OF_MEMORY:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

/* libcurl's words are better, but where they count milliseconds: the same
 * failure would be news each time. */
static const char *error_text(const struct ob_http_call *call, int r)
{
	if (call->result == CURLE_COULDNT_CONNECT ||
	    call->result == CURLE_OPERATION_TIMEDOUT)
		return strerrordesc_np(-r);
	return call->error[0] ? call->error : curl_easy_strerror(call->result);
}

int ob_http_transfer_result(struct ob_http_call *call)
{
	int r = error_of(call);

	if (r < 0)
		snprintf(call->answer.error, sizeof(call->answer.error), "%s",
			 error_text(call, r));
	return r;
}
