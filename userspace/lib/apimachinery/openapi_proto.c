// SPDX-License-Identifier: Apache-2.0
/*
 * openapi.v2.Document of gnostic in the protobuf encoding, from the document as
 * JSON. Each message is a table: JSON key, field number and how the value is
 * written. What kubectl does not look at is left out.
 */
#include "apimachinery/discovery.h"

#include <string.h>

enum kind {
	KIND_STRING,
	KIND_STRINGS,
	KIND_BOOL,
	KIND_INT,
	KIND_DOUBLE,
	KIND_ANY,
	KIND_ANYS,
	KIND_MESSAGE,
	KIND_NAMED,	/* of an object: {name = 1, value = 2} each */
	KIND_WRAPPED,	/* in a message of which it is field 1 */
	KIND_TYPES,	/* strings in such a message */
	KIND_SCHEMA_OR, /* a schema, or true */
	KIND_PARAMETERS,
};

struct field {
	const char *key;
	unsigned int number;
	enum kind kind;
	const struct message *message;
};

struct message {
	const struct field *fields;
	size_t n;
	unsigned int extensions; /* the field for x-...; 0: none */
};

#define MESSAGE(list, x)                                                       \
	{                                                                      \
		.fields = (list), .n = ARRAY_SIZE(list), .extensions = (x)     \
	}

static const struct message schema_message;

static const struct field schema_fields[] = {
	{ "$ref", 1, KIND_STRING, NULL },
	{ "format", 2, KIND_STRING, NULL },
	{ "title", 3, KIND_STRING, NULL },
	{ "description", 4, KIND_STRING, NULL },
	{ "default", 5, KIND_ANY, NULL },
	{ "multipleOf", 6, KIND_DOUBLE, NULL },
	{ "maximum", 7, KIND_DOUBLE, NULL },
	{ "exclusiveMaximum", 8, KIND_BOOL, NULL },
	{ "minimum", 9, KIND_DOUBLE, NULL },
	{ "exclusiveMinimum", 10, KIND_BOOL, NULL },
	{ "maxLength", 11, KIND_INT, NULL },
	{ "minLength", 12, KIND_INT, NULL },
	{ "pattern", 13, KIND_STRING, NULL },
	{ "maxItems", 14, KIND_INT, NULL },
	{ "minItems", 15, KIND_INT, NULL },
	{ "uniqueItems", 16, KIND_BOOL, NULL },
	{ "maxProperties", 17, KIND_INT, NULL },
	{ "minProperties", 18, KIND_INT, NULL },
	{ "required", 19, KIND_STRINGS, NULL },
	{ "enum", 20, KIND_ANYS, NULL },
	{ "additionalProperties", 21, KIND_SCHEMA_OR, &schema_message },
	{ "type", 22, KIND_TYPES, NULL },
	{ "items", 23, KIND_WRAPPED, &schema_message },
	{ "properties", 25, KIND_NAMED, &schema_message },
};
static const struct message schema_message = MESSAGE(schema_fields, 31);

static const struct field code_fields[] = {
	{ "description", 1, KIND_STRING, NULL },
};
static const struct message code_message = MESSAGE(code_fields, 5);

static const struct field query_fields[] = {
	{ "required", 1, KIND_BOOL, NULL },
	{ "in", 2, KIND_STRING, NULL },
	{ "name", 4, KIND_STRING, NULL },
	{ "type", 6, KIND_STRING, NULL },
};
static const struct message query_message = MESSAGE(query_fields, 23);

static const struct field path_fields[] = {
	{ "required", 1, KIND_BOOL, NULL },
	{ "in", 2, KIND_STRING, NULL },
	{ "name", 4, KIND_STRING, NULL },
	{ "type", 5, KIND_STRING, NULL },
};
static const struct message path_message = MESSAGE(path_fields, 22);

static const struct field operation_fields[] = {
	{ "parameters", 8, KIND_PARAMETERS, NULL },
	{ "responses", 9, KIND_NAMED, &code_message },
};
static const struct message operation_message = MESSAGE(operation_fields, 13);

static const struct field item_fields[] = {
	{ "get", 2, KIND_MESSAGE, &operation_message },
	{ "put", 3, KIND_MESSAGE, &operation_message },
	{ "post", 4, KIND_MESSAGE, &operation_message },
	{ "delete", 5, KIND_MESSAGE, &operation_message },
	{ "patch", 8, KIND_MESSAGE, &operation_message },
	{ "parameters", 9, KIND_PARAMETERS, NULL },
};
static const struct message item_message = MESSAGE(item_fields, 10);

static const struct field info_fields[] = {
	{ "title", 1, KIND_STRING, NULL },
	{ "version", 2, KIND_STRING, NULL },
};
static const struct message info_message = MESSAGE(info_fields, 7);

static const struct field document_fields[] = {
	{ "swagger", 1, KIND_STRING, NULL },
	{ "info", 2, KIND_MESSAGE, &info_message },
	{ "paths", 8, KIND_NAMED, &item_message },
	{ "definitions", 9, KIND_NAMED, &schema_message },
};
static const struct message document_message = MESSAGE(document_fields, 16);

struct buffer {
	struct ob_arena *a;
	unsigned char *v;
	size_t n, room;
};

static void put_bytes(struct buffer *b, const void *bytes, size_t n)
{
	if (b->n + n > b->room) {
		size_t room = (b->n + n) * 2 + 32;
		unsigned char *more = ob_arena_alloc(b->a, room);

		if (b->n)
			memcpy(more, b->v, b->n);
		b->v = more;
		b->room = room;
	}
	if (n)
		memcpy(b->v + b->n, bytes, n);
	b->n += n;
}

static void put_varint(struct buffer *b, uint64_t n)
{
	unsigned char bytes[10];
	size_t len = 0;

	do {
		bytes[len++] = (unsigned char)((n & 0x7f) | (n > 0x7f) << 7);
		n >>= 7;
	} while (n);
	put_bytes(b, bytes, len);
}

enum wire {
	WIRE_VARINT = 0,
	WIRE_FIXED64 = 1,
	WIRE_BYTES = 2,
};

static void put_tag(struct buffer *b, unsigned int number, enum wire wire)
{
	put_varint(b, number << 3 | wire);
}

static void put_string(struct buffer *b, unsigned int number, const char *s)
{
	put_tag(b, number, WIRE_BYTES);
	put_varint(b, strlen(s));
	put_bytes(b, s, strlen(s));
}

static void put_message(struct buffer *b, unsigned int number,
			const struct buffer *message)
{
	put_tag(b, number, WIRE_BYTES);
	put_varint(b, message->n);
	put_bytes(b, message->v, message->n);
}

static void put_double(struct buffer *b, unsigned int number, double n)
{
	unsigned char bytes[sizeof(n)];
	uint64_t bits;

	memcpy(&bits, &n, sizeof(bits));
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(bits >> (8 * i));
	put_tag(b, number, WIRE_FIXED64);
	put_bytes(b, bytes, sizeof(bytes));
}

/* Any value, as YAML, of which JSON is a part. */
static void put_any(struct buffer *b, unsigned int number, const cJSON *v)
{
	struct buffer any = { .a = b->a };

	put_string(&any, 2, ob_json_print(b->a, v));
	put_message(b, number, &any);
}

static struct buffer encode(struct ob_arena *a, const struct message *m,
			    const cJSON *v);

/* {name = 1, value = 2} */
static void put_named(struct buffer *b, unsigned int number, const char *name,
		      const struct buffer *value)
{
	struct buffer named = { .a = b->a };

	put_string(&named, 1, name);
	put_message(&named, 2, value);
	put_message(b, number, &named);
}

/* Definitions and properties are a list of these in a message; paths are field
 * 2 of one, since 1 is for extensions; of codes each is wrapped once more. */
static struct buffer encode_named(struct ob_arena *a, const cJSON *v,
				  const struct message *m)
{
	struct buffer list = { .a = a };

	for (const cJSON *c = v->child; c; c = c->next) {
		struct buffer value = encode(a, m, c), wrapped = { .a = a };

		put_message(&wrapped, 1, &value);
		put_named(&list, m == &item_message ? 2 : 1, c->string,
			  m == &code_message ? &wrapped : &value);
	}
	return list;
}

/* ParametersItem.parameter.non_body_parameter.{query,path}_... */
static void put_parameter(struct buffer *b, unsigned int number, const cJSON *p)
{
	const char *in = ob_json_string(p, "in");
	bool path = in && !strcmp(in, "path");
	struct buffer own =
		encode(b->a, path ? &path_message : &query_message, p);
	struct buffer no_body = { .a = b->a }, any = { .a = b->a };
	struct buffer item = { .a = b->a };

	put_message(&no_body, path ? 4 : 3, &own);
	put_message(&any, 2, &no_body);
	put_message(&item, 1, &any);
	put_message(b, number, &item);
}

static struct buffer encode_types(struct ob_arena *a, const cJSON *v)
{
	struct buffer types = { .a = a };

	if (cJSON_IsString(v))
		put_string(&types, 1, v->valuestring);
	for (const cJSON *c = v->child; c; c = c->next)
		if (cJSON_IsString(c))
			put_string(&types, 1, c->valuestring);
	return types;
}

static struct buffer encode_schema_or(struct ob_arena *a, const cJSON *v,
				      const struct message *m)
{
	struct buffer item = { .a = a }, schema;

	if (cJSON_IsBool(v)) {
		put_tag(&item, 2, WIRE_VARINT);
		put_varint(&item, cJSON_IsTrue(v));
		return item;
	}
	schema = encode(a, m, v);
	put_message(&item, 1, &schema);
	return item;
}

static void put_scalar(struct buffer *b, const struct field *f, const cJSON *v)
{
	if (f->kind == KIND_STRING && cJSON_IsString(v)) {
		put_string(b, f->number, v->valuestring);
	} else if (f->kind == KIND_BOOL && cJSON_IsBool(v)) {
		put_tag(b, f->number, WIRE_VARINT);
		put_varint(b, cJSON_IsTrue(v));
	} else if (f->kind == KIND_INT && cJSON_IsNumber(v) &&
		   v->valuedouble >= 0 && v->valuedouble < 9e15) {
		put_tag(b, f->number, WIRE_VARINT);
		put_varint(b, (uint64_t)(int64_t)v->valuedouble);
	} else if (f->kind == KIND_DOUBLE && cJSON_IsNumber(v)) {
		put_double(b, f->number, v->valuedouble);
	}
}

static void put_each(struct buffer *b, const struct field *f, const cJSON *v)
{
	for (const cJSON *c = v->child; c; c = c->next) {
		if (f->kind == KIND_PARAMETERS)
			put_parameter(b, f->number, c);
		else if (f->kind == KIND_ANYS)
			put_any(b, f->number, c);
		else if (cJSON_IsString(c))
			put_string(b, f->number, c->valuestring);
	}
}

static void put_field(struct buffer *b, const struct field *f, const cJSON *v)
{
	struct buffer value, wrapped = { .a = b->a };

	switch (f->kind) {
	case KIND_STRING:
	case KIND_BOOL:
	case KIND_INT:
	case KIND_DOUBLE:
		put_scalar(b, f, v);
		return;
	case KIND_ANY:
		put_any(b, f->number, v);
		return;
	case KIND_STRINGS:
	case KIND_ANYS:
	case KIND_PARAMETERS:
		put_each(b, f, v);
		return;
	case KIND_MESSAGE:
		value = encode(b->a, f->message, v);
		break;
	case KIND_NAMED:
		value = encode_named(b->a, v, f->message);
		break;
	case KIND_WRAPPED:
		value = encode(b->a, f->message, v);
		put_message(&wrapped, 1, &value);
		value = wrapped;
		break;
	case KIND_TYPES:
		value = encode_types(b->a, v);
		break;
	case KIND_SCHEMA_OR:
		value = encode_schema_or(b->a, v, f->message);
		break;
	}
	put_message(b, f->number, &value);
}

static void put_extension(struct buffer *b, unsigned int number, const cJSON *v)
{
	struct buffer any = { .a = b->a };

	put_string(&any, 2, ob_json_print(b->a, v));
	put_named(b, number, v->string, &any);
}

static struct buffer encode(struct ob_arena *a, const struct message *m,
			    const cJSON *v)
{
	struct buffer b = { .a = a };

	for (const cJSON *c = v->child; c; c = c->next) {
		const struct field *f = NULL;

		if (!c->string || cJSON_IsNull(c))
			continue;
		for (size_t i = 0; i < m->n && !f; i++)
			if (!strcmp(m->fields[i].key, c->string))
				f = &m->fields[i];
		if (f)
			put_field(&b, f, c);
		else if (m->extensions && !strncmp(c->string, "x-", 2))
			put_extension(&b, m->extensions, c);
	}
	return b;
}

const void *ob_api_openapi_v2_protobuf(struct ob_arena *a, const cJSON *v2,
				       size_t *ret_size)
{
	struct buffer b = encode(a, &document_message, v2);

	*ret_size = b.n;
	return b.v;
}
