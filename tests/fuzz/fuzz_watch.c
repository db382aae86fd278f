// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes as a watch, in two ways at once: in one piece, and cut where its
 * own bytes say. Both must give the same lines; each line is an event that
 * keeps the promises of kube/watch.h, or a status with a sentence.
 */
#include "kube/watch.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "kube/digest.h"
#include "kube/lines.h"

#define LINE_MAX_LEN 4096
#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct ob_kube_seed seed = { { 1, 2 } };

struct heard {
	uint64_t digest;
	size_t n;
	struct ob_arena *arena; /* NULL: do not decode */
};

static void check_name(const char *key)
{
	CHECK(key && *key);
	for (; *key; key++)
		CHECK((unsigned char)*key > ' ');
}

static void check_event(const struct ob_kube_watch_event *e)
{
	CHECK(cJSON_IsObject(e->object));
	if (e->type != OB_KUBE_EVENT_ERROR)
		CHECK(*e->version && strlen(e->version) < OB_KUBE_VERSION_LEN);
	if (e->type == OB_KUBE_EVENT_SET || e->type == OB_KUBE_EVENT_DELETED)
		check_name(e->key);
	CHECK(ob_kube_digest(&seed, e->object) ==
	      ob_kube_digest(&seed, e->object));
}

static void check_page(const cJSON *body)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_kube_page page = { 0 };

	if (ob_kube_watch_page(body, &page, &status) < 0) {
		CHECK(status.reason && !page.version);
		return;
	}
	CHECK(!page.items || cJSON_IsArray(page.items));
	CHECK(!page.continue_from || *page.continue_from);
}

static int on_line(void *arg, const char *line, size_t size)
{
	struct ob_kube_watch_event e = { 0 };
	struct ob_status status = OB_STATUS_INIT;
	struct heard *h = arg;

	CHECK(size > 0 && size <= LINE_MAX_LEN && !memchr(line, '\n', size));
	h->digest = h->digest * 31 + ob_kube_hash(&seed, line, size);
	h->n++;
	if (!h->arena)
		return 0;
	ob_arena_reset(h->arena);
	if (ob_kube_watch_decode(h->arena, line, size, &e, &status) < 0) {
		CHECK(status.reason && status.message[0] && !e.object);
		return 0;
	}
	check_event(&e);
	check_page(e.object);
	return 0;
}

static int feed_cut(struct ob_kube_lines *l, const uint8_t *data, size_t size,
		    struct heard *h)
{
	size_t at = 0, piece;
	int r = 0;

	while (at < size && r == 0) {
		piece = 1 + data[at] % 13;
		if (piece > size - at)
			piece = size - at;
		r = ob_kube_lines_feed(l, (const char *)data + at, piece,
				       on_line, h);
		at += piece;
	}
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_lines whole = { .max = LINE_MAX_LEN };
	struct ob_kube_lines cut = { .max = LINE_MAX_LEN };
	struct heard x = { .arena = a }, y = { 0 };
	int r = ob_kube_lines_feed(&whole, (const char *)data, size, on_line,
				   &x);

	CHECK(feed_cut(&cut, data, size, &y) == r);
	CHECK(x.n == y.n && x.digest == y.digest);
	CHECK(r == 0 || r == -EMSGSIZE);
	ob_kube_lines_done(&whole);
	ob_kube_lines_done(&cut);
	return 0;
}
