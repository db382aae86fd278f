// SPDX-License-Identifier: Apache-2.0
#include "kube_fake.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kube_server.h"

#define WAIT_US	     1000
#define HISTORY_STEP 4096

struct object {
	unsigned int value; /* 0: there is none */
	uint64_t version;
};

struct event {
	uint64_t version;
	unsigned int i, value; /* value 0: deleted */
};

struct kube_fake {
	struct kube_server *server;
	pthread_mutex_t lock;
	unsigned int dice;
	uint64_t version, compacted;
	struct object objects[KUBE_FAKE_MAX];
	struct object snapshot[KUBE_FAKE_MAX];
	uint64_t snapshot_version;
	struct event *history;
	size_t n, room;
	struct kube_faults faults;
	unsigned int watch_epoch, pad, whole_lists;
	const char *say;
	void (*between)(struct kube_fake *f);
};

static const struct ob_kube_resource configmaps = {
	"", "v1", "configmaps", "ConfigMap", true,
};
const struct ob_kube_ref kube_fake_ref = {
	.resource = &configmaps,
	.namespace = "ns",
};

static void lock(struct kube_fake *f)
{
	pthread_mutex_lock(&f->lock);
}

static void unlock(struct kube_fake *f)
{
	pthread_mutex_unlock(&f->lock);
}

static unsigned int throw(struct kube_fake * f)
{
	unsigned int x;

	lock(f);
	x = (unsigned int)rand_r(&f->dice);
	unlock(f);
	return x;
}

static bool happens(struct kube_fake *f, unsigned int per_mille)
{
	return per_mille && throw(f) % 1000 < per_mille;
}

static struct kube_faults faults_of(struct kube_fake *f)
{
	struct kube_faults faults;

	lock(f);
	faults = f->faults;
	unlock(f);
	return faults;
}

static void record(struct kube_fake *f, unsigned int i, unsigned int value)
{
	if (f->n == f->room) {
		f->room += HISTORY_STEP;
		f->history =
			realloc(f->history, f->room * sizeof(struct event));
	}
	f->version++;
	f->objects[i] = (struct object){ value, f->version };
	f->history[f->n++] = (struct event){ f->version, i, value };
}

void kube_fake_set(struct kube_fake *f, unsigned int i, unsigned int value)
{
	lock(f);
	record(f, i, value);
	unlock(f);
}

void kube_fake_del(struct kube_fake *f, unsigned int i)
{
	lock(f);
	if (f->objects[i].value)
		record(f, i, 0);
	unlock(f);
}

unsigned int kube_fake_value(struct kube_fake *f, unsigned int i)
{
	unsigned int value;

	lock(f);
	value = f->objects[i].value;
	unlock(f);
	return value;
}

unsigned int kube_fake_count(struct kube_fake *f)
{
	unsigned int n = 0;

	lock(f);
	for (unsigned int i = 0; i < KUBE_FAKE_MAX; i++)
		n += f->objects[i].value != 0;
	unlock(f);
	return n;
}

static void compact(struct kube_fake *f)
{
	f->n = 0;
	f->compacted = f->version;
	f->snapshot_version = 0;
}

void kube_fake_compact(struct kube_fake *f)
{
	lock(f);
	compact(f);
	unlock(f);
}

void kube_fake_forget(struct kube_fake *f)
{
	lock(f);
	memset(f->objects, 0, sizeof(f->objects));
	f->version = 1;
	compact(f);
	unlock(f);
}

void kube_fake_faults(struct kube_fake *f, const struct kube_faults *faults)
{
	lock(f);
	f->faults = *faults;
	unlock(f);
}

void kube_fake_end_watches(struct kube_fake *f)
{
	lock(f);
	f->watch_epoch++;
	unlock(f);
}

void kube_fake_pad(struct kube_fake *f, unsigned int bytes)
{
	f->pad = bytes;
}

void kube_fake_say(struct kube_fake *f, const char *bytes)
{
	lock(f);
	f->say = bytes;
	unlock(f);
}

void kube_fake_between(struct kube_fake *f, void (*fn)(struct kube_fake *f))
{
	f->between = fn;
}

unsigned int kube_fake_whole_lists(struct kube_fake *f)
{
	return f->whole_lists;
}

/* typed: as in a watch, with apiVersion and kind; a list has none. */
static int print_object(char *out, size_t size, unsigned int i,
			unsigned int value, uint64_t version, unsigned int pad,
			bool typed)
{
	return snprintf(out, size,
			"{%s\"metadata\":{\"name\":\"obj-%u\",\"namespace\":"
			"\"ns\",\"resourceVersion\":\"%llu\"},\"data\":{\"v\":"
			"\"%u\",\"pad\":\"%0*d\"}}",
			typed ? "\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\","
			      : "",
			i, (unsigned long long)version, value, (int)pad, 0);
}

static unsigned long parameter(const char *target, const char *name)
{
	const char *at = strstr(target, name);

	return at ? strtoul(at + strlen(name), NULL, 10) : 0;
}

/* The status of an error, as the body. */
static void refuse(struct kube_conn *c, int code, const char *reason,
		   const char *extra)
{
	char body[256];

	snprintf(body, sizeof(body),
		 "{\"kind\":\"Status\",\"code\":%d,\"reason\":\"%s\","
		 "\"message\":\"on purpose\"}",
		 code, reason);
	kube_answer(c, code, extra, body);
}

static bool refuse_by_dice(struct kube_fake *f, struct kube_conn *c,
			   unsigned int chance)
{
	if (!happens(f, chance))
		return false;
	switch (throw(f) % 3) {
	case 0:
		refuse(c, 500, "InternalError", "");
		break;
	case 1:
		refuse(c, 503, "ServiceUnavailable", "");
		break;
	case 2:
		refuse(c, 429, "TooManyRequests", "Retry-After: 1\r\n");
		break;
	}
	return true;
}

/* Items from *at on; *at moves behind them. */
static size_t print_items(struct kube_fake *f, char *out, size_t size,
			  unsigned long limit, unsigned int *at)
{
	size_t len = 0;
	unsigned long n = 0;

	for (; *at < KUBE_FAKE_MAX && (!limit || n < limit); (*at)++) {
		const struct object *o = &f->snapshot[*at];

		if (!o->value)
			continue;
		if (n++)
			out[len++] = ',';
		len += (size_t)print_object(out + len, size - len, *at,
					    o->value, o->version, f->pad,
					    false);
	}
	out[len] = '\0';
	while (*at < KUBE_FAKE_MAX && !f->snapshot[*at].value)
		(*at)++;
	return len;
}

/* "VERSION.INDEX"; false: of a snapshot that is no more. */
static bool find_snapshot(struct kube_fake *f, const char *target,
			  unsigned int *at)
{
	const char *from = strstr(target, "continue=");
	unsigned long long version;
	char *rest;

	if (!from) {
		memcpy(f->snapshot, f->objects, sizeof(f->snapshot));
		f->snapshot_version = f->version;
		*at = 0;
		return true;
	}
	version = strtoull(from + strlen("continue="), &rest, 10);
	if (*rest != '.' || version != f->snapshot_version)
		return false;
	*at = (unsigned int)strtoul(rest + 1, NULL, 10);
	return true;
}

static void send_page(struct kube_fake *f, struct kube_conn *c, char *body,
		      size_t size)
{
	if (!happens(f, faults_of(f).list_cut)) {
		kube_answer(c, 200, "", body);
		return;
	}
	kube_sendf(c, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", size);
	kube_send(c, body, throw(f) % size);
	kube_hang_up(c);
}

static void list(struct kube_fake *f, struct kube_conn *c, const char *target)
{
	unsigned long limit = parameter(target, "limit=");
	size_t room = 4096 +
		      (limit && limit < KUBE_FAKE_MAX ? limit : KUBE_FAKE_MAX) *
			      (256UL + f->pad),
	       size;
	char *body = malloc(room), *items = malloc(room), token[64] = "";
	unsigned int at = 0;
	bool found;

	lock(f);
	f->whole_lists += !limit;
	found = find_snapshot(f, target, &at);
	if (found)
		print_items(f, items, room, limit, &at);
	if (found && at < KUBE_FAKE_MAX)
		snprintf(token, sizeof(token), "%llu.%u",
			 (unsigned long long)f->snapshot_version, at);
	size = (size_t)snprintf(body, room,
				"{\"kind\":\"ConfigMapList\",\"metadata\":{"
				"\"resourceVersion\":\"%llu\",\"continue\":"
				"\"%s\"},\"items\":[%s]}",
				(unsigned long long)f->snapshot_version, token,
				found ? items : "");
	unlock(f);
	if (found)
		send_page(f, c, body, size);
	else
		refuse(c, 410, "Expired", "");
	free(items);
	free(body);
}

static void on_list(struct kube_fake *f, struct kube_conn *c,
		    const char *target)
{
	struct kube_faults faults = faults_of(f);
	bool continued = strstr(target, "continue=") != NULL;

	if (continued && f->between)
		f->between(f);
	if (refuse_by_dice(f, c, faults.list_error))
		return;
	if (continued && happens(f, faults.list_expired))
		refuse(c, 410, "Expired", "");
	else
		list(f, c, target);
}

static bool send_line(struct kube_fake *f, struct kube_conn *c,
		      const char *line, size_t size)
{
	struct kube_faults faults = faults_of(f);

	if (happens(f, faults.drop)) {
		kube_send(c, line, throw(f) % (size + 1));
		kube_hang_up(c);
		return false;
	}
	if (!happens(f, faults.dribble))
		return kube_send(c, line, size);
	for (size_t i = 0; i < size; i++)
		if (!kube_send(c, line + i, 1))
			return false;
	return true;
}

static bool send_error_event(struct kube_conn *c, int code, const char *reason)
{
	kube_sendf(c,
		   "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\","
		   "\"code\":%d,\"reason\":\"%s\",\"message\":\"on "
		   "purpose\"}}\n",
		   code, reason);
	kube_hang_up(c);
	return false;
}

static bool send_fault(struct kube_fake *f, struct kube_conn *c)
{
	struct kube_faults faults = faults_of(f);

	if (happens(f, faults.gone))
		return send_error_event(c, 410, "Expired");
	if (happens(f, faults.error))
		return send_error_event(c, 500, "InternalError");
	if (happens(f, faults.garbage)) {
		kube_sendf(c, "{\"type\":\"MODIFIED\",\"object\":[%u\n",
			   throw(f));
		return !kube_stopping(c);
	}
	if (happens(f, faults.end)) {
		kube_hang_up(c);
		return false;
	}
	return true;
}

static void send_extra(struct kube_fake *f, struct kube_conn *c,
		       const struct event *e, const char *line, size_t size)
{
	struct kube_faults faults = faults_of(f);

	if (happens(f, faults.duplicate))
		kube_send(c, line, size);
	if (happens(f, faults.bookmark))
		kube_sendf(c,
			   "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{"
			   "\"resourceVersion\":\"%llu\"}}}\n",
			   (unsigned long long)e->version);
	if (happens(f, faults.blue))
		kube_sendf(c,
			   "{\"type\":\"DELETED\",\"object\":{\"metadata\":{"
			   "\"name\":\"never-%u\",\"resourceVersion\":"
			   "\"%llu\"}}}\r\n",
			   throw(f) % 1000, (unsigned long long)e->version);
}

static bool send_event(struct kube_fake *f, struct kube_conn *c,
		       const struct event *e)
{
	size_t room = 1024 + f->pad, size;
	char *line = malloc(room);
	bool ok;

	/* It makes no difference which: a watch may begin anywhere. */
	size = (size_t)snprintf(line, room, "{\"type\":\"%s\",\"object\":",
				!e->value      ? "DELETED"
				: throw(f) % 2 ? "ADDED"
					       : "MODIFIED");
	size += (size_t)print_object(line + size, room - size, e->i, e->value,
				     e->version, f->pad, true);
	size += (size_t)snprintf(line + size, room - size, "}\n");
	ok = send_fault(f, c) && send_line(f, c, line, size);
	if (ok)
		send_extra(f, c, e, line, size);
	free(line);
	return ok && !kube_stopping(c);
}

/* 1: *ret is the first behind version; 0: none yet; -1: it is forgotten. */
static int next_event(struct kube_fake *f, uint64_t version, struct event *ret)
{
	size_t behind;
	int r = 0;

	lock(f);
	if (version < f->compacted) {
		r = -1;
	} else if (version < f->version) {
		behind = (size_t)(version - f->compacted);
		*ret = f->history[behind];
		r = 1;
	}
	unlock(f);
	return r;
}

static void watch(struct kube_fake *f, struct kube_conn *c, uint64_t version,
		  unsigned int epoch)
{
	struct event e;
	int r;

	if (!kube_stream(c))
		return;
	while (!kube_stopping(c) && f->watch_epoch == epoch) {
		r = next_event(f, version, &e);
		if (r < 0) {
			send_error_event(c, 410, "Expired");
			return;
		}
		if (r == 0) {
			usleep(WAIT_US);
			continue;
		}
		if (!send_event(f, c, &e))
			return;
		version = e.version;
	}
	kube_hang_up(c);
}

static void on_watch(struct kube_fake *f, struct kube_conn *c,
		     const char *target)
{
	uint64_t version = parameter(target, "resourceVersion="), newest;
	struct kube_faults faults = faults_of(f);
	unsigned int epoch;
	const char *say;

	lock(f);
	newest = f->version;
	epoch = f->watch_epoch;
	say = f->say;
	f->say = NULL;
	unlock(f);
	if (say) {
		kube_stream(c);
		kube_send(c, say, strlen(say));
		kube_hang_up(c);
		return;
	}
	if (refuse_by_dice(f, c, faults.watch_error))
		return;
	if (happens(f, faults.watch_expired))
		refuse(c, 410, "Expired", "");
	else if (version > newest)
		refuse(c, 504, "Timeout", "");
	else
		watch(f, c, version, epoch);
}

static void handler(void *arg, struct kube_conn *c,
		    const struct kube_request *request)
{
	if (strstr(request->target, "watch=1"))
		on_watch(arg, c, request->target);
	else
		on_list(arg, c, request->target);
}

struct kube_fake *kube_fake_start(uint32_t seed)
{
	struct kube_fake *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->dice = seed;
	f->version = f->compacted = 1;
	pthread_mutex_init(&f->lock, NULL);
	f->server = kube_server_start(handler, f, NULL, false);
	return f;
}

void kube_fake_stop(struct kube_fake *f)
{
	kube_server_stop(f->server);
	pthread_mutex_destroy(&f->lock);
	free(f->history);
	free(f);
}

struct ob_kube *kube_fake_client(struct kube_fake *f, sd_event *event)
{
	return kube_server_client(f->server, event);
}
