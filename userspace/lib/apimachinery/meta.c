// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/meta.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "apimachinery/causes.h"
#include "base/timestamp.h"

#define NAME_MAX_GENERATED 63
#define RANDOM_LEN	   5

static void random_bytes(void *p, size_t size)
{
	unsigned char *at = p;

	while (size > 0) {
		ssize_t n = getrandom(at, size, 0);

		if (n < 0 && errno != EINTR)
			abort(); /* no kernel that we run on does this */
		if (n > 0) {
			at += n;
			size -= (size_t)n;
		}
	}
}

const char *ob_api_name_generate(struct ob_arena *a, const char *prefix)
{
	/* No vowels: no words. No digits that look like letters. */
	static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
	unsigned char bytes[RANDOM_LEN];
	char tail[RANDOM_LEN + 1] = { 0 };

	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < RANDOM_LEN; i++)
		tail[i] = letters[bytes[i] % (sizeof(letters) - 1)];
	return ob_arena_printf(a, "%.*s%s", NAME_MAX_GENERATED - RANDOM_LEN,
			       prefix, tail);
}

const char *ob_api_uid_new(struct ob_arena *a)
{
	unsigned char b[16];

	random_bytes(b, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	return ob_arena_printf(a,
			       "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
			       "%02x%02x%02x%02x%02x%02x",
			       b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7],
			       b[8], b[9], b[10], b[11], b[12], b[13], b[14],
			       b[15]);
}

const char *ob_api_time(struct ob_arena *a, int64_t s)
{
	char text[OB_TIMESTAMP_STRLEN];

	return ob_arena_strdup(a, ob_timestamp_format(s, text, sizeof(text)));
}

static cJSON *status_causes(struct ob_arena *a,
			    const struct ob_api_causes *causes)
{
	cJSON *list = ob_json_array(a);

	for (size_t i = 0; i < causes->n; i++) {
		const struct ob_api_cause *c = &causes->v[i];
		cJSON *item = ob_json_object(a);

		ob_json_set_string(a, item, "reason", c->type);
		ob_json_set_string(a, item, "message", c->message);
		if (*c->field)
			ob_json_set_string(a, item, "field", c->field);
		ob_json_append(a, list, item);
	}
	return list;
}

static cJSON *status_details(struct ob_arena *a, const char *group,
			     const char *kind, const char *name,
			     const struct ob_api_causes *causes)
{
	cJSON *details = ob_json_object(a);

	if (name && *name)
		ob_json_set_string(a, details, "name", name);
	if (group && *group)
		ob_json_set_string(a, details, "group", group);
	if (kind && *kind)
		ob_json_set_string(a, details, "kind", kind);
	if (causes && causes->n)
		ob_json_set(a, details, "causes", status_causes(a, causes));
	return details;
}

cJSON *ob_api_status(struct ob_arena *a, int code, const char *reason,
		     const char *message, const char *group, const char *kind,
		     const char *name, const struct ob_api_causes *causes)
{
	cJSON *status = ob_json_object(a), *details;

	ob_json_set_string(a, status, "kind", "Status");
	ob_json_set_string(a, status, "apiVersion", "v1");
	ob_json_set(a, status, "metadata", ob_json_object(a));
	ob_json_set_string(a, status, "status",
			   code < 400 ? "Success" : "Failure");
	if (message && *message)
		ob_json_set_string(a, status, "message", message);
	if (reason && *reason)
		ob_json_set_string(a, status, "reason", reason);
	details = status_details(a, group, kind, name, causes);
	if (details->child)
		ob_json_set(a, status, "details", details);
	ob_json_set_number(a, status, "code", code);
	return status;
}

const char *ob_api_invalid_message(struct ob_arena *a, const char *group,
				   const char *kind, const char *name,
				   const struct ob_api_causes *causes)
{
	struct ob_api_buffer text = { .s = NULL };
	const char *dot = group && *group ? "." : "";

	ob_api_buffer_add(a, &text,
			  ob_arena_printf(a, "%s%s%s \"%s\" is invalid: %s",
					  kind, dot, group ? group : "",
					  name ? name : "",
					  causes->n > 1 ? "[" : ""));
	for (size_t i = 0; i < causes->n; i++) {
		const struct ob_api_cause *c = &causes->v[i];

		ob_api_buffer_add(a, &text, i ? ", " : "");
		ob_api_buffer_add(a, &text, c->field);
		ob_api_buffer_add(a, &text, *c->field ? ": " : "");
		ob_api_buffer_add(a, &text, c->message);
	}
	ob_api_buffer_add(a, &text, causes->n > 1 ? "]" : "");
	return text.s;
}
