// SPDX-License-Identifier: Apache-2.0
#include "hub/list.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "hub/filter.h"
#include "hub/persist.h"
#include "hub/render.h"
#include "hub/revision.h"

/* Objects at a time: what is in memory of a list that is being sent. */
#define CHUNK	    100
#define CHUNK_BYTES ((size_t)1024 * 1024)

int ob_hub_get(struct ob_hub_call *c)
{
	const struct ob_hub_key key = { c->kind->id, c->route.namespace,
					c->route.name };
	struct ob_hub_view view = ob_hub_view_of(c, c->a);
	struct ob_hub_object o;
	const char *text;
	uint64_t rv;
	int r;

	if (ob_hub_revision_number(
		    ob_hub_route_param(&c->route, "resourceVersion"), &rv) ==
		    0 &&
	    rv > ob_hub_store_rv(c->hub->store))
		return ob_hub_revision_too_large(c, rv);
	r = ob_hub_store_get(c->hub->store, &key, c->a, &o);
	if (r == -ENOENT)
		return ob_hub_call_not_found(c, c->route.name);
	if (r < 0)
		return ob_hub_call_error(c, r);
	text = ob_hub_render(c->a, &view, &o, true, c->now_s);
	if (!text)
		return ob_hub_call_error(c, -EUCLEAN);
	ob_hub_call_reply_text(c, 200, "application/json", text);
	return 0;
}

/* --- a list under way --- */

struct list {
	struct ob_hub *hub;
	struct ob_hub_kind *kind;
	struct ob_arena *arena;	  /* of the whole list */
	struct ob_arena *scratch; /* of what is being sent */
	struct ob_hub_filter filter;
	struct ob_hub_view view;
	struct ob_hub_page page;
	int64_t now_s;
	bool begun, read_all, more, ended;
	uint64_t n; /* items so far */
	cJSON *table;
	/* What is to be sent, in scratch. */
	const char *out;
	size_t out_size;
};

static void list_free(void *arg)
{
	struct list *l = arg;

	ob_hub_kind_unref(l->kind);
	ob_arena_free(l->arena);
	ob_arena_free(l->scratch);
	free(l);
}

/* Text that grows; the result is put into an arena. */
struct buffer {
	char *bytes;
	size_t size;
	FILE *f;
};

static void buffer_open(struct buffer *b)
{
	b->f = open_memstream(&b->bytes, &b->size);
	if (!b->f)
		abort();
}

static void buffer_close(struct buffer *b, struct list *l)
{
	char *copy;

	if (fclose(b->f) != 0)
		abort();
	copy = ob_arena_alloc(l->scratch, b->size + 1);
	memcpy(copy, b->bytes, b->size);
	free(b->bytes);
	l->out = copy;
	l->out_size = b->size;
}

static bool is_table(const struct list *l)
{
	return l->view.media == OB_HUB_MEDIA_TABLE;
}

static void head_write(struct list *l, FILE *f)
{
	const struct ob_api_resource *r = l->kind->r;
	bool partial = l->view.media == OB_HUB_MEDIA_PARTIAL;
	const char *version;

	if (partial)
		version = ob_arena_printf(l->arena, "meta.k8s.io/%s",
					  l->view.meta_version);
	else
		version = ob_hub_kind_api_version(l->arena, l->kind,
						  l->view.version);
	fprintf(f, "{\"kind\":\"%s\",\"apiVersion\":\"%s\",\"items\":[",
		partial ? "PartialObjectMetadataList" : r->list_kind, version);
}

/* How many there are behind the page: only without selectors, as elsewhere. */
static bool remaining(struct list *l, uint64_t *ret)
{
	const struct ob_hub_range range = {
		.resource = l->kind->id,
		.namespace = l->filter.namespace,
		.after_namespace = l->page.after_namespace,
		.after_name = l->page.after_name,
	};

	return ob_hub_filter_is_simple(&l->filter) &&
	       ob_hub_store_count(l->hub->store, &range, ret) == 0 && *ret > 0;
}

static cJSON *list_meta(struct list *l)
{
	struct ob_arena *a = l->arena;
	cJSON *meta = ob_json_object(a);
	uint64_t n;

	ob_json_set_string(a, meta, "resourceVersion",
			   ob_arena_printf(a, "%" PRIu64, l->page.rv));
	if (!l->more)
		return meta;
	ob_json_set_string(a, meta, "continue",
			   ob_hub_page_token(a, l->page.rv,
					     l->page.after_namespace,
					     l->page.after_name));
	if (remaining(l, &n))
		ob_json_set_number(a, meta, "remainingItemCount", (double)n);
	return meta;
}

static void tail_write(struct list *l, FILE *f)
{
	l->ended = true;
	if (!is_table(l)) {
		fprintf(f, "],\"metadata\":%s}",
			ob_json_print(l->arena, list_meta(l)));
		return;
	}
	ob_json_set(l->arena, l->table, "metadata", list_meta(l));
	fputs(ob_json_print(l->arena, l->table), f);
}

/* Items of built-in lists leave out what the list says already: all of them
 * begin with it. */
static const char *without_type(const struct list *l, const char *text)
{
	const char *kind, *end;

	if (l->kind->r->custom || l->view.media != OB_HUB_MEDIA_JSON)
		return text;
	kind = strstr(text, ",\"kind\":\"");
	end = kind ? strchr(kind + strlen(",\"kind\":\""), '"') : NULL;
	return end && end[1] == ',' ? end + 2 : text;
}

static int item_write(struct list *l, FILE *f, const struct ob_hub_object *o)
{
	const char *rest;

	const char *text;

	l->n++;
	if (is_table(l)) {
		ob_hub_render_row(l->arena, &l->view, l->table, o->text,
				  o->size, l->now_s);
		return 0;
	}
	text = ob_hub_render(l->scratch, &l->view, o, false, l->now_s);
	if (!text)
		return -EUCLEAN;
	if (l->n > 1)
		fputc(',', f);
	rest = without_type(l, text);
	if (rest != text)
		fputc('{', f);
	fputs(rest, f);
	return 0;
}

/* One more than fits the page says that there is a next one. */
static bool page_is_full(struct list *l)
{
	return l->page.limit && l->n == l->page.limit;
}

static void position_set(struct list *l, const struct ob_hub_object *o)
{
	l->page.after_namespace = ob_arena_strdup(l->arena, o->namespace);
	l->page.after_name = ob_arena_strdup(l->arena, o->name);
}

static int items_write(struct list *l, FILE *f,
		       const struct ob_hub_objects *objects)
{
	const struct ob_hub_object *last = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < objects->n; i++) {
		const struct ob_hub_object *o = &objects->v[i];

		if (!ob_hub_filter_key(&l->filter, o->namespace, o->name) ||
		    !ob_hub_filter_object(&l->filter, l->scratch, o->text,
					  o->size))
			continue;
		if (page_is_full(l)) {
			l->more = l->read_all = true;
			break;
		}
		r = item_write(l, f, o);
		last = o;
	}
	if (l->more && last)
		position_set(l, last);
	return r;
}

/* One object that is named need not be looked for. */
static int read_one(struct list *l, struct ob_hub_objects *ret)
{
	const struct ob_hub_key key = {
		l->kind->id,
		l->filter.namespace ? l->filter.namespace : "",
		l->filter.name,
	};
	int r = ob_hub_store_get(l->hub->store, &key, l->scratch,
				 OB_PUSH(l->scratch, ret));

	l->read_all = true;
	if (r == -ENOENT) {
		ret->n = 0;
		r = 0;
	}
	return r;
}

static int read_some(struct list *l, struct ob_hub_objects *ret)
{
	const char *after_namespace = l->page.after_namespace;
	struct ob_hub_range range = {
		.resource = l->kind->id,
		.namespace = l->filter.namespace,
		.rv = l->page.rv,
		.after_namespace = after_namespace,
		.after_name = l->page.after_name,
		.max = CHUNK,
		.max_bytes = CHUNK_BYTES,
	};
	int r;

	if (l->filter.name && range.namespace &&
	    l->page.rv == ob_hub_store_rv(l->hub->store))
		return read_one(l, ret);
	if (l->page.limit && l->page.limit < CHUNK &&
	    ob_hub_filter_is_simple(&l->filter))
		range.max = l->page.limit + 1;
	r = ob_hub_store_list(l->hub->store, &range, l->scratch, ret);
	if (r == 0 && ret->n < range.max && !ret->cut)
		l->read_all = true;
	return r;
}

static int chunk_write(struct list *l, FILE *f)
{
	struct ob_hub_objects objects = { 0 };
	int r;

	if (l->page.rv < ob_hub_store_compacted(l->hub->store))
		return -ESTALE;
	r = read_some(l, &objects);
	if (r < 0)
		return r;
	r = items_write(l, f, &objects);
	if (r < 0 || l->read_all || objects.n == 0)
		return r;
	/* Also behind what did not match. */
	position_set(l, &objects.v[objects.n - 1]);
	return 0;
}

static int produce(struct list *l)
{
	struct buffer b;
	int r = 0;

	ob_arena_reset(l->scratch);
	buffer_open(&b);
	if (!l->begun && !is_table(l))
		head_write(l, b.f);
	l->begun = true;
	if (!l->read_all)
		r = chunk_write(l, b.f);
	if (r == 0 && l->read_all)
		tail_write(l, b.f);
	buffer_close(&b, l);
	return r;
}

static ssize_t list_read(void *arg, char *buf, size_t size)
{
	struct list *l = arg;
	int r = 0;

	while (r == 0 && l->out_size == 0 && !l->ended)
		r = produce(l);
	if (r < 0)
		return r;
	if (l->out_size == 0)
		return -ENODATA;
	if (size > l->out_size)
		size = l->out_size;
	memcpy(buf, l->out, size);
	l->out += size;
	l->out_size -= size;
	return (ssize_t)size;
}

static const struct ob_hub_stream_ops list_ops = {
	.read = list_read,
	.free = list_free,
};

static struct list *list_new(struct ob_hub_call *c)
{
	struct list *l = calloc(1, sizeof(*l));

	if (!l)
		abort();
	l->hub = c->hub;
	l->kind = ob_hub_kind_ref(c->kind);
	l->arena = ob_arena_new();
	l->scratch = ob_arena_new();
	l->now_s = c->now_s;
	return l;
}

int ob_hub_list(struct ob_hub_call *c)
{
	struct list *l = list_new(c);
	int r = ob_hub_page_parse(c, &l->page);

	if (r == 0)
		r = ob_hub_filter_parse(c, l->arena, &l->filter);
	if (r < 0) {
		list_free(l);
		return r;
	}
	if (l->page.after_name) { /* from the call to the list */
		l->page.after_namespace =
			ob_arena_strdup(l->arena, l->page.after_namespace);
		l->page.after_name =
			ob_arena_strdup(l->arena, l->page.after_name);
	}
	l->view = ob_hub_view_of(c, l->arena);
	if (is_table(l))
		l->table = ob_hub_render_table(l->arena, &l->view, true);
	c->reply->code = 200;
	c->reply->content_type = "application/json";
	c->reply->stream_ops = &list_ops;
	c->reply->stream = l;
	return 0;
}
