// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/causes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apimachinery/tree.h"

#define SHOWN_MAX 100

static size_t place_length(const struct ob_api_place *p)
{
	size_t n = 0;

	for (; p; p = p->parent)
		n += p->key ? strlen(p->key) + 2 : 24;
	return n;
}

/* Writes behind what the parents wrote. */
static size_t place_write(char *s, size_t size, const struct ob_api_place *p)
{
	size_t n = 0;
	int len;

	if (!p)
		return 0;
	n = place_write(s, size, p->parent);
	if (!p->key)
		len = snprintf(s + n, size - n, "[%zu]", p->index);
	else if (p->bracket)
		len = snprintf(s + n, size - n, "[%s]", p->key);
	else
		len = snprintf(s + n, size - n, "%s%s", n ? "." : "", p->key);
	return n + (len > 0 ? (size_t)len : 0);
}

const char *ob_api_place_print(struct ob_arena *a, const struct ob_api_place *p)
{
	size_t size = place_length(p) + 1;
	char *s = ob_arena_alloc(a, size);

	place_write(s, size, p);
	return s;
}

void ob_api_buffer_add(struct ob_arena *a, struct ob_api_buffer *b,
		       const char *s)
{
	size_t n = strlen(s);

	if (b->n + n + 1 > b->room) {
		size_t room = 2 * (b->n + n + 1);
		char *more = ob_arena_alloc(a, room);

		if (b->n)
			memcpy(more, b->s, b->n);
		b->s = more;
		b->room = room;
	}
	memcpy(b->s + b->n, s, n + 1);
	b->n += n;
}

static size_t quote_byte(char *out, unsigned char c)
{
	static const char plain[] = "\"\\\n\t\r", letters[] = "\"\\ntr";
	const char *found = c ? strchr(plain, c) : NULL;

	if (found) {
		out[0] = '\\';
		out[1] = letters[found - plain];
		return 2;
	}
	if (c >= 0x20 && c != 0x7f) {
		out[0] = (char)c;
		return 1;
	}
	return (size_t)snprintf(out, 5, "\\x%02x", c);
}

const char *ob_api_quote(struct ob_arena *a, const char *s)
{
	char *out = ob_arena_alloc(a, strlen(s) * 4 + 8);
	size_t n = 0;

	out[n++] = '"';
	for (; *s; s++)
		n += quote_byte(out + n, (unsigned char)*s);
	out[n++] = '"';
	return out;
}

static int by_name(const void *x, const void *y)
{
	const cJSON *const *p = x, *const *q = y;

	return strcmp((*p)->string, (*q)->string);
}

static const char *show_object(struct ob_arena *a, const cJSON *v)
{
	size_t n = (size_t)cJSON_GetArraySize(v), i = 0;
	const cJSON **members = ob_arena_array(a, n, sizeof(*members));
	const char *text = "map[string]interface {}{";

	for (const cJSON *c = v->child; c; c = c->next)
		members[i++] = c;
	if (n)
		qsort(members, n, sizeof(*members), by_name);
	for (i = 0; i < n; i++)
		text = ob_arena_printf(a, "%s%s%s:%s", text, i ? ", " : "",
				       ob_api_quote(a, members[i]->string),
				       ob_api_show(a, members[i]));
	return ob_arena_printf(a, "%s}", text);
}

static const char *show_array(struct ob_arena *a, const cJSON *v)
{
	const char *text = "[]interface {}{";

	for (const cJSON *c = v->child; c; c = c->next)
		text = ob_arena_printf(a, "%s%s%s", text,
				       c == v->child ? "" : ", ",
				       ob_api_show(a, c));
	return ob_arena_printf(a, "%s}", text);
}

const char *ob_api_show(struct ob_arena *a, const cJSON *v)
{
	if (!v || cJSON_IsNull(v))
		return "null";
	if (cJSON_IsString(v))
		return ob_api_quote(a, v->valuestring);
	if (!cJSON_IsObject(v) && !cJSON_IsArray(v))
		return ob_json_print(a, v);
	/* Text grows by copying: what is large is not worth the time. */
	if (ob_api_count(v) > SHOWN_MAX)
		return "...";
	return cJSON_IsObject(v) ? show_object(a, v) : show_array(a, v);
}

void ob_api_causes_add(struct ob_arena *a, struct ob_api_causes *list,
		       const char *type, const char *field, const char *format,
		       ...)
{
	struct ob_api_cause *cause;
	char *message;
	va_list args;
	int len;

	if (!list)
		return;
	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	message = ob_arena_alloc(a, len > 0 ? (size_t)len + 1 : 1);
	va_start(args, format);
	vsnprintf(message, len > 0 ? (size_t)len + 1 : 1, format, args);
	va_end(args);
	cause = OB_PUSH(a, list);
	cause->type = type;
	cause->field = ob_arena_strdup(a, field);
	cause->message = message;
}

void ob_api_causes_required(struct ob_arena *a, struct ob_api_causes *list,
			    const char *field, const char *detail)
{
	ob_api_causes_add(a, list, "FieldValueRequired", field,
			  "Required value%s%s", *detail ? ": " : "", detail);
}

void ob_api_causes_forbidden(struct ob_arena *a, struct ob_api_causes *list,
			     const char *field, const char *detail)
{
	ob_api_causes_add(a, list, "FieldValueForbidden", field,
			  "Forbidden: %s", detail);
}

void ob_api_causes_invalid(struct ob_arena *a, struct ob_api_causes *list,
			   const char *field, const char *shown,
			   const char *detail)
{
	ob_api_causes_add(a, list, "FieldValueInvalid", field,
			  "Invalid value: %s: %s", shown, detail);
}

void ob_api_causes_join(struct ob_arena *a, struct ob_api_causes *list,
			const struct ob_api_causes *from, const char *prefix)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct ob_api_cause *c = &from->v[i];
		const char *dot =
			*prefix && *c->field && *c->field != '[' ? "." : "";
		struct ob_api_cause *to = OB_PUSH(a, list);

		*to = *c;
		to->field = ob_arena_printf(a, "%s%s%s", prefix, dot, c->field);
	}
}
