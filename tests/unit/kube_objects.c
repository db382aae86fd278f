// SPDX-License-Identifier: Apache-2.0
#include "kube_objects.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kube_server.h"

#define MOST_CHANGES 4096
#define WAIT_US	     1000
#define FIRST	     100 /* resourceVersion of the empty store */

/* One change; its resourceVersion is FIRST, its place and 1. */
struct change {
	char *plural, *key, *text;
	bool deleted;
};

struct kube_objects {
	struct kube_server *server;
	pthread_mutex_t lock;
	struct change changes[MOST_CHANGES];
	size_t n;
	int group_code, refuse_code;
	char versions[64], refused[64];
};

static void lock(struct kube_objects *o)
{
	pthread_mutex_lock(&o->lock);
}

static void unlock(struct kube_objects *o)
{
	pthread_mutex_unlock(&o->lock);
}

/* The last segment of the path. */
static void plural_of(const char *target, char *buf, size_t size)
{
	size_t len = strcspn(target, "?");
	const char *slash = memrchr(target, '/', len);

	snprintf(buf, size, "%.*s", (int)(target + len - slash - 1), slash + 1);
}

/* Is the change the last word about its object, and is that there? */
static bool is_there(const struct kube_objects *o, size_t i)
{
	const struct change *c = &o->changes[i];

	for (size_t j = i + 1; j < o->n; j++)
		if (!strcmp(o->changes[j].plural, c->plural) &&
		    !strcmp(o->changes[j].key, c->key))
			return false;
	return !c->deleted;
}

static void answer_list(struct kube_objects *o, struct kube_conn *c,
			const char *plural)
{
	size_t size = 0;
	char *body = NULL;
	FILE *out = open_memstream(&body, &size);
	const char *comma = "";
	int code;

	lock(o);
	fprintf(out, "{\"metadata\":{\"resourceVersion\":\"%zu\"},\"items\":[",
		FIRST + o->n);
	for (size_t i = 0; i < o->n; i++) {
		if (strcmp(o->changes[i].plural, plural) != 0 ||
		    !is_there(o, i))
			continue;
		fprintf(out, "%s%s", comma, o->changes[i].text);
		comma = ",";
	}
	fputs("]}", out);
	code = strcmp(o->refused, plural) == 0 ? o->refuse_code : 0;
	unlock(o);
	fclose(out);
	kube_answer(c, code ?: 200, "", code ? "{}" : body);
	free(body);
}

/* Until the client goes away, or the server. */
static void answer_watch(struct kube_objects *o, struct kube_conn *c,
			 const char *target, const char *plural)
{
	const char *from = strstr(target, "resourceVersion=");
	size_t at =
		strtoul(from + strlen("resourceVersion="), NULL, 10) - FIRST;
	bool ok = kube_stream(c);

	while (ok && !kube_stopping(c)) {
		const struct change *change = NULL;

		lock(o);
		if (at < o->n)
			change = &o->changes[at++];
		unlock(o);
		if (!change)
			usleep(WAIT_US);
		else if (!strcmp(change->plural, plural))
			ok = kube_sendf(c, "{\"type\":\"%s\",\"object\":%s}\n",
					change->deleted ? "DELETED"
							: "MODIFIED",
					change->text);
	}
	kube_hang_up(c);
}

static void answer_group(struct kube_objects *o, struct kube_conn *c)
{
	char body[512] = "{\"versions\":[", copy[64], *rest = copy, *one;
	size_t len = strlen(body);
	int code;

	lock(o);
	code = o->group_code;
	memcpy(copy, o->versions, sizeof(copy));
	unlock(o);
	while (*rest && (one = strsep(&rest, " "))) {
		len += (size_t)snprintf(body + len, sizeof(body) - len,
					"%s{\"version\":\"%s\"}",
					one == copy ? "" : ",", one);
		if (!rest)
			break;
	}
	snprintf(body + len, sizeof(body) - len, "]}");
	kube_answer(c, code, "", code == 200 ? body : "{}");
}

static bool is_group(const char *target)
{
	return !strncmp(target, "/apis/", 6) && !strchr(target + 6, '/');
}

static void handler(void *arg, struct kube_conn *c,
		    const struct kube_request *request)
{
	char plural[64];

	plural_of(request->target, plural, sizeof(plural));
	if (is_group(request->target))
		answer_group(arg, c);
	else if (strstr(request->target, "watch=1"))
		answer_watch(arg, c, request->target, plural);
	else
		answer_list(arg, c, plural);
}

struct kube_objects *kube_objects_start(void)
{
	struct kube_objects *o = calloc(1, sizeof(*o));

	if (!o)
		abort();
	o->group_code = 404;
	pthread_mutex_init(&o->lock, NULL);
	o->server = kube_server_start(handler, o, NULL, false);
	return o;
}

void kube_objects_stop(struct kube_objects *o)
{
	kube_server_stop(o->server);
	pthread_mutex_destroy(&o->lock);
	for (size_t i = 0; i < o->n; i++) {
		free(o->changes[i].plural);
		free(o->changes[i].key);
		free(o->changes[i].text);
	}
	free(o);
}

struct ob_kube *kube_objects_client(struct kube_objects *o, sd_event *event)
{
	return kube_server_client(o->server, event);
}

void kube_objects_group(struct kube_objects *o, int code, const char *versions)
{
	lock(o);
	o->group_code = code;
	snprintf(o->versions, sizeof(o->versions), "%s", versions);
	unlock(o);
}

void kube_objects_refuse(struct kube_objects *o, const char *plural, int code)
{
	lock(o);
	o->refuse_code = code;
	snprintf(o->refused, sizeof(o->refused), "%s", plural);
	unlock(o);
}

static void append(struct kube_objects *o, const char *plural, const char *key,
		   const char *meta, const char *members, bool deleted)
{
	const char *slash = strchr(key, '/');
	struct change *c;

	lock(o);
	if (o->n == MOST_CHANGES)
		abort();
	c = &o->changes[o->n++];
	*c = (struct change){ strdup(plural), strdup(key), NULL, deleted };
	if (asprintf(&c->text,
		     "{'metadata':{'namespace':'%.*s','name':'%s',"
		     "'resourceVersion':'%zu'%s%s},%s}",
		     slash ? (int)(slash - key) : 0, key,
		     slash ? slash + 1 : key, FIRST + o->n, *meta ? "," : "",
		     meta, members) < 0)
		abort();
	for (char *at = c->text; *at; at++)
		if (*at == '\'')
			*at = '"';
	unlock(o);
}

void kube_objects_set(struct kube_objects *o, const char *plural,
		      const char *key, const char *meta, const char *members)
{
	append(o, plural, key, meta, members, false);
}

void kube_objects_del(struct kube_objects *o, const char *plural,
		      const char *key)
{
	append(o, plural, key, "", "'spec':{}", true);
}
