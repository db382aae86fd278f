// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

#include "base/cleanup.h"
#include "base/log.h"

#define REASON	"InvalidYAML"
#define KEY_LEN 80 /* of a key, quoted, in a message */

/* A collection that is not closed yet. */
struct level {
	struct ob_yaml *node;
	struct ob_yaml **tail; /* where the next child goes */
	const char *key;       /* of a mapping: waits for its value */
	yaml_mark_t key_mark;
};

struct builder {
	struct ob_arena *arena;
	struct ob_status *status;
	yaml_parser_t parser;
	struct ob_yaml *root;
	struct level levels[OB_YAML_MAX_DEPTH];
	size_t depth;
	size_t n_nodes;
	bool done;
};

static int refuse(const struct builder *b, yaml_mark_t at, const char *what)
{
	return ob_status_set(b->status, EINVAL, REASON, "%zu:%zu: %s",
			     at.line + 1, at.column + 1, what);
}

/* libyaml gives a byte offset where it could not even read characters. */
static yaml_mark_t mark_of_offset(const char *bytes, size_t size, size_t offset)
{
	yaml_mark_t at = { 0 };

	for (size_t i = 0; i < offset && i < size; i++) {
		at.column++;
		if (bytes[i] == '\n') {
			at.line++;
			at.column = 0;
		}
	}
	return at;
}

static int parser_failed(const struct builder *b, const char *bytes,
			 size_t size)
{
	const yaml_parser_t *p = &b->parser;
	yaml_mark_t at = p->problem_mark;

	if (p->error == YAML_MEMORY_ERROR)
		return ob_status_set(b->status, ENOMEM, REASON,
				     "1:1: out of memory");
	if (p->error == YAML_READER_ERROR)
		at = mark_of_offset(bytes, size, p->problem_offset);
	return refuse(b, at, p->problem ?: "cannot be parsed");
}

/* Text of a scalar, copied; NULL when it holds a NUL byte. */
static const char *scalar_text(struct builder *b, const yaml_event_t *ev)
{
	size_t len = ev->data.scalar.length;
	const void *value = ev->data.scalar.value;
	char *s;

	if (memchr(value, '\0', len))
		return NULL;
	s = ob_arena_alloc(b->arena, len + 1);
	memcpy(s, value, len);
	return s;
}

/* Links a new node below the open collection, or makes it the root. */
static int node_add(struct builder *b, const yaml_event_t *ev,
		    enum ob_yaml_kind kind, struct ob_yaml **ret)
{
	struct level *parent = b->depth ? &b->levels[b->depth - 1] : NULL;
	yaml_mark_t at = ev->start_mark;
	struct ob_yaml *node;

	if (++b->n_nodes > OB_YAML_MAX_NODES)
		return refuse(b, at, "too many values in one document");
	node = ob_arena_alloc(b->arena, sizeof(*node));
	if (parent && parent->key) {
		node->key = TAKE_PTR(parent->key);
		at = parent->key_mark;
	}
	node->kind = kind;
	node->line = (unsigned int)at.line + 1;
	node->column = (unsigned int)at.column + 1;
	if (parent) {
		*parent->tail = node;
		parent->tail = &node->next;
		parent->node->n_children++;
	} else {
		b->root = node;
	}
	*ret = node;
	return 0;
}

/* Does the open collection wait for a key? */
static struct level *awaits_key(struct builder *b)
{
	struct level *top = b->depth ? &b->levels[b->depth - 1] : NULL;

	if (!top || top->node->kind != OB_YAML_MAPPING || top->key)
		return NULL;
	return top;
}

static int on_scalar(struct builder *b, const yaml_event_t *ev)
{
	struct level *mapping = awaits_key(b);
	const char *text = scalar_text(b, ev);
	struct ob_yaml *node;
	int r;

	if (!text)
		return refuse(b, ev->start_mark, "a value holds a NUL byte");
	if (mapping) {
		mapping->key = text;
		mapping->key_mark = ev->start_mark;
		return 0;
	}
	r = node_add(b, ev, OB_YAML_SCALAR, &node);
	if (r < 0)
		return r;
	node->scalar = text;
	node->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return 0;
}

static int on_open(struct builder *b, const yaml_event_t *ev,
		   enum ob_yaml_kind kind)
{
	struct ob_yaml *node;
	int r;

	if (awaits_key(b))
		return refuse(b, ev->start_mark, "a key must be plain text");
	if (b->depth == OB_YAML_MAX_DEPTH)
		return refuse(b, ev->start_mark, "nested too deep");
	r = node_add(b, ev, kind, &node);
	if (r < 0)
		return r;
	b->levels[b->depth++] = (struct level){
		.node = node,
		.tail = &node->children,
	};
	return 0;
}

static int by_position(const struct ob_yaml *x, const struct ob_yaml *y)
{
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

static int by_key(const void *a, const void *b)
{
	const struct ob_yaml *x = *(const struct ob_yaml *const *)a;
	const struct ob_yaml *y = *(const struct ob_yaml *const *)b;
	int r = strcmp(x->key, y->key);

	return r ? r : by_position(x, y);
}

/* The first member whose key an earlier one has. Sorting keeps a mapping of
 * many thousand members from taking minutes. */
static int find_duplicate(const struct ob_yaml *mapping,
			  const struct ob_yaml **ret)
{
	_free_ const struct ob_yaml **v = NULL;
	const struct ob_yaml *found = NULL;
	size_t n = 0;

	v = calloc(mapping->n_children + 1, sizeof(struct ob_yaml *));
	if (!v)
		return -ENOMEM;
	for (const struct ob_yaml *c = mapping->children; c; c = c->next)
		v[n++] = c;
	qsort(v, n, sizeof(struct ob_yaml *), by_key);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(v[i - 1]->key, v[i]->key) &&
		    (!found || by_position(v[i], found) < 0))
			found = v[i];
	*ret = found;
	return 0;
}

static int on_close(struct builder *b)
{
	const struct ob_yaml *node = b->levels[--b->depth].node;
	const struct ob_yaml *twice = NULL;
	char key[KEY_LEN];
	int r;

	if (node->kind != OB_YAML_MAPPING)
		return 0;
	r = find_duplicate(node, &twice);
	if (r < 0)
		return ob_status_set(b->status, -r, REASON,
				     "1:1: out of memory");
	if (!twice)
		return 0;
	return ob_status_set(b->status, EINVAL, REASON,
			     "%u:%u: duplicate key %s", twice->line,
			     twice->column,
			     ob_log_quote(twice->key, key, sizeof(key)));
}

static int check_plain(const struct builder *b, const yaml_event_t *ev,
		       const void *anchor, const void *tag)
{
	if (anchor)
		return refuse(b, ev->start_mark, "anchors are not supported");
	if (tag)
		return refuse(b, ev->start_mark, "tags are not supported");
	return 0;
}

static int on_value(struct builder *b, const yaml_event_t *ev)
{
	int r;

	if (ev->type == YAML_SCALAR_EVENT) {
		r = check_plain(b, ev, ev->data.scalar.anchor,
				ev->data.scalar.tag);
		return r < 0 ? r : on_scalar(b, ev);
	}
	if (ev->type == YAML_SEQUENCE_START_EVENT) {
		r = check_plain(b, ev, ev->data.sequence_start.anchor,
				ev->data.sequence_start.tag);
		return r < 0 ? r : on_open(b, ev, OB_YAML_SEQUENCE);
	}
	r = check_plain(b, ev, ev->data.mapping_start.anchor,
			ev->data.mapping_start.tag);
	return r < 0 ? r : on_open(b, ev, OB_YAML_MAPPING);
}

static int on_event(struct builder *b, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	case YAML_STREAM_END_EVENT:
		b->done = true;
		return 0;
	case YAML_DOCUMENT_START_EVENT:
		if (b->root)
			return refuse(b, ev->start_mark,
				      "more than one document");
		return 0;
	case YAML_ALIAS_EVENT:
		return refuse(b, ev->start_mark, "aliases are not supported");
	case YAML_SCALAR_EVENT:
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return on_value(b, ev);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_close(b);
	}
	return 0;
}

/* Does a line end right before bytes[at]? As YAML 1.1 counts line breaks. */
static bool begins_line(const char *bytes, size_t at)
{
	const char *c = bytes + at;

	return at == 0 || c[-1] == '\n' || c[-1] == '\r' ||
	       (at >= 2 && !memcmp(c - 2, "\xc2\x85", 2)) ||
	       (at >= 3 && !memcmp(c - 3, "\xe2\x80\xa8", 3)) ||
	       (at >= 3 && !memcmp(c - 3, "\xe2\x80\xa9", 3));
}

/*
 * libyaml compares every %TAG line with each one before, inside one call: a
 * few megabytes of them take minutes. Nobody needs directives, so no line
 * begins with '%', not even inside a scalar.
 */
static int refuse_directives(const struct builder *b, const char *bytes,
			     size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] == '%' && begins_line(bytes, i))
			return refuse(b, mark_of_offset(bytes, size, i),
				      "directives are not supported");
	return 0;
}

static int build(struct builder *b, const char *bytes, size_t size)
{
	int r;

	/* UTF-8 only, so a byte order mark says nothing; to libyaml it would
	 * be a first column. */
	if (size >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) {
		bytes += 3;
		size -= 3;
	}
	r = refuse_directives(b, bytes, size);
	yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b->parser, (const void *)bytes, size);
	while (r == 0 && !b->done) {
		yaml_event_t ev;

		if (!yaml_parser_parse(&b->parser, &ev))
			return parser_failed(b, bytes, size);
		r = on_event(b, &ev);
		yaml_event_delete(&ev);
	}
	if (r < 0)
		return r;
	if (!b->root ||
	    (b->root->kind == OB_YAML_SCALAR && b->root->scalar[0] == '\0'))
		return ob_status_set(b->status, EINVAL, REASON,
				     "1:1: the document is empty");
	return 0;
}

int ob_yaml_parse(struct ob_arena *a, const char *bytes, size_t size,
		  struct ob_yaml **ret, struct ob_status *status)
{
	struct builder b = { .arena = a, .status = status };
	int r;

	if (size > OB_YAML_MAX_BYTES)
		return ob_status_set(
			status, EINVAL, REASON,
			"1:1: the document has %zu bytes, %d at most", size,
			OB_YAML_MAX_BYTES);
	if (!yaml_parser_initialize(&b.parser))
		return ob_status_set(status, ENOMEM, REASON,
				     "1:1: out of memory");
	r = build(&b, bytes, size);
	yaml_parser_delete(&b.parser);
	if (r < 0)
		return r;
	*ret = b.root;
	return 0;
}

const struct ob_yaml *ob_yaml_get(const struct ob_yaml *node, const char *key)
{
	if (!node || node->kind != OB_YAML_MAPPING)
		return NULL;
	for (const struct ob_yaml *c = node->children; c; c = c->next)
		if (!strcmp(c->key, key))
			return c;
	return NULL;
}
