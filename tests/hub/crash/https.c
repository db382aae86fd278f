// SPDX-License-Identifier: Apache-2.0
#include "https.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

struct buffer {
	char *v;
	size_t n, room;
};

struct ob_https {
	CURL *curl;
	const struct ob_kube_config *config;
	struct buffer in;
	const struct ob_https_lines *lines; /* of a stream */
};

void ob_https_global(void)
{
	if (curl_global_init(CURL_GLOBAL_ALL))
		abort();
}

static void append(struct buffer *b, const char *bytes, size_t size)
{
	if (b->n + size + 1 > b->room) {
		b->room = 2 * (b->n + size + 1);
		b->v = realloc(b->v, b->room);
		if (!b->v)
			abort();
	}
	memcpy(b->v + b->n, bytes, size);
	b->n += size;
	b->v[b->n] = '\0';
}

/* Hands out the whole lines and keeps the rest. */
static bool hand_out(struct ob_https *h)
{
	char *begin = h->in.v, *end;
	bool more = true;

	while (more && (end = memchr(begin, '\n',
				     h->in.n - (size_t)(begin - h->in.v)))) {
		*end = '\0';
		more = h->lines->line(h->lines->arg, begin,
				      (size_t)(end - begin));
		begin = end + 1;
	}
	h->in.n -= (size_t)(begin - h->in.v);
	memmove(h->in.v, begin, h->in.n);
	return more;
}

static size_t on_bytes(char *bytes, size_t one, size_t size, void *arg)
{
	struct ob_https *h = arg;

	append(&h->in, bytes, one * size);
	if (h->lines && !hand_out(h))
		return 0;
	return size;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c,
		       curl_off_t d)
{
	struct ob_https *h = arg;

	(void)a, (void)b, (void)c, (void)d;
	return h->lines && !h->lines->go(h->lines->arg);
}

static void set_blob(CURL *curl, CURLoption option, char *pem)
{
	struct curl_blob blob = {
		.data = pem,
		.len = pem ? strlen(pem) : 0,
		.flags = CURL_BLOB_COPY,
	};

	if (pem)
		curl_easy_setopt(curl, option, &blob);
}

struct ob_https *ob_https_new(const struct ob_kube_config *c)
{
	struct ob_https *h = calloc(1, sizeof(*h));

	if (!h || !(h->curl = curl_easy_init()))
		abort();
	h->config = c;
	set_blob(h->curl, CURLOPT_CAINFO_BLOB, c->ca_pem);
	set_blob(h->curl, CURLOPT_SSLCERT_BLOB, c->cert_pem);
	set_blob(h->curl, CURLOPT_SSLKEY_BLOB, c->key_pem);
	curl_easy_setopt(h->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h->curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(h->curl, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(h->curl, CURLOPT_HTTP_VERSION,
			 (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, h);
	curl_easy_setopt(h->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(h->curl, CURLOPT_XFERINFODATA, h);
	curl_easy_setopt(h->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(h->curl, CURLOPT_TIMEOUT_MS, 20000L);
	return h;
}

void ob_https_free(struct ob_https *h)
{
	curl_easy_cleanup(h->curl);
	free(h->in.v);
	free(h);
}

static struct curl_slist *header(struct curl_slist *list, const char *name,
				 const char *value)
{
	_free_ char *text = NULL;

	if (asprintf(&text, "%s: %s", name, value) < 0)
		abort();
	return curl_slist_append(list, text);
}

static struct curl_slist *headers_of(const struct ob_https *h, const char *type)
{
	struct curl_slist *list = header(NULL, "Accept", "application/json");
	_free_ char *token = NULL;

	list = header(list, "Expect", "");
	list = header(list, "Content-Type", type ? type : "application/json");
	if (h->config->token) {
		if (asprintf(&token, "Bearer %s", h->config->token) < 0)
			abort();
		list = header(list, "Authorization", token);
	}
	return list;
}

/* The code; 0: no answer, or it was cut off. */
static long perform(struct ob_https *h, const char *path, const char *type)
{
	struct curl_slist *headers = headers_of(h, type);
	char url[2048];
	long code = 0;
	CURLcode r;

	snprintf(url, sizeof(url), "%s%s", h->config->server, path);
	h->in.n = 0;
	append(&h->in, "", 0);
	curl_easy_setopt(h->curl, CURLOPT_URL, url);
	curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, headers);
	r = curl_easy_perform(h->curl);
	if (r == CURLE_OK || h->lines)
		curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &code);
	curl_slist_free_all(headers);
	return code;
}

void ob_https_call(struct ob_https *h, const char *method, const char *path,
		   const char *type, const char *body,
		   struct ob_https_reply *ret)
{
	curl_easy_setopt(h->curl, CURLOPT_TIMEOUT_MS, 20000L);
	if (body) {
		curl_easy_setopt(h->curl, CURLOPT_POST, 1L);
		curl_easy_setopt(h->curl, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(h->curl, CURLOPT_POSTFIELDSIZE,
				 (long)strlen(body));
	} else {
		curl_easy_setopt(h->curl, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(h->curl, CURLOPT_CUSTOMREQUEST, method);
	ret->code = perform(h, path, type);
	ret->body = h->in.v;
	ret->size = h->in.n;
}

long ob_https_stream(struct ob_https *h, const char *path,
		     const struct ob_https_lines *lines)
{
	long code;

	curl_easy_setopt(h->curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(h->curl, CURLOPT_CUSTOMREQUEST, NULL);
	curl_easy_setopt(h->curl, CURLOPT_TIMEOUT_MS, 0L);
	h->lines = lines;
	code = perform(h, path, NULL);
	h->lines = NULL;
	return code;
}
