// SPDX-License-Identifier: Apache-2.0
#include "hub/call.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "apimachinery/meta.h"
#include "base/log.h"

#define JSON "application/json"

void ob_hub_call_reply_text(struct ob_hub_call *c, unsigned int code,
			    const char *content_type, const char *body)
{
	c->reply->code = code;
	c->reply->content_type = content_type;
	c->reply->body = body;
	c->reply->size = strlen(body);
}

void ob_hub_call_reply(struct ob_hub_call *c, unsigned int code,
		       const cJSON *body)
{
	ob_hub_call_reply_text(c, code, JSON, ob_json_print(c->a, body));
}

static const char *format_args(struct ob_arena *a, const char *format,
			       va_list args)
	__attribute__((format(printf, 2, 0)));
static const char *format_args(struct ob_arena *a, const char *format,
			       va_list args)
{
	_free_ char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		abort();
	return ob_arena_strdup(a, text);
}

int ob_hub_call_fail(struct ob_hub_call *c, unsigned int code,
		     const char *reason, const char *format, ...)
{
	const char *message;
	va_list args;

	va_start(args, format);
	message = format_args(c->a, format, args);
	va_end(args);
	ob_hub_call_reply(c, code,
			  ob_api_status(c->a, (int)code, reason, message, NULL,
					NULL, NULL, NULL));
	return -EINVAL;
}

int ob_hub_call_fail_object(struct ob_hub_call *c, unsigned int code,
			    const char *reason, const char *name,
			    const struct ob_api_causes *causes,
			    const char *format, ...)
{
	const char *message, *kind;
	va_list args;

	va_start(args, format);
	message = format_args(c->a, format, args);
	va_end(args);
	/* Only "invalid" speaks of the kind, everything else of the resource.
	 */
	kind = strcmp(reason, "Invalid") == 0 ? c->kind->r->kind
					      : c->kind->r->plural;
	ob_hub_call_reply(c, code,
			  ob_api_status(c->a, (int)code, reason, message,
					c->kind->r->group, kind, name, causes));
	return -EINVAL;
}

int ob_hub_call_not_found(struct ob_hub_call *c, const char *name)
{
	return ob_hub_call_fail_object(
		c, 404, "NotFound", name, NULL, "%s \"%s\" not found",
		ob_hub_kind_resource(c->a, c->kind), name);
}

int ob_hub_call_conflict(struct ob_hub_call *c, const char *name,
			 const char *why)
{
	return ob_hub_call_fail_object(
		c, 409, "Conflict", name, NULL,
		"Operation cannot be fulfilled on %s \"%s\": %s",
		ob_hub_kind_resource(c->a, c->kind), name, why);
}

/* One: "field: message"; several: "[field: message, field: message]". */
static const char *causes_sentence(struct ob_arena *a,
				   const struct ob_api_causes *causes)
{
	const char *s = "";

	for (size_t i = 0; i < causes->n; i++)
		s = ob_arena_printf(a, "%s%s%s: %s", s, i ? ", " : "",
				    causes->v[i].field, causes->v[i].message);
	return causes->n > 1 ? ob_arena_printf(a, "[%s]", s) : s;
}

int ob_hub_call_invalid(struct ob_hub_call *c, const char *name,
			const struct ob_api_causes *causes)
{
	const struct ob_api_resource *r = c->kind->r;

	return ob_hub_call_fail_object(c, 422, "Invalid", name, causes,
				       "%s%s%s \"%s\" is invalid: %s", r->kind,
				       *r->group ? "." : "", r->group, name,
				       causes_sentence(c->a, causes));
}

int ob_hub_call_bad_option(struct ob_hub_call *c, const char *options,
			   const char *type, const char *field,
			   const char *message)
{
	struct ob_api_causes causes = { 0 };

	ob_api_causes_add(c->a, &causes, type, field, "%s", message);
	ob_hub_call_reply(
		c, 422,
		ob_api_status(c->a, 422, "Invalid",
			      ob_arena_printf(c->a,
					      "%s.meta.k8s.io \"\" is invalid: "
					      "%s: %s",
					      options, field, message),
			      "meta.k8s.io", options, NULL, &causes));
	return -EINVAL;
}

int ob_hub_call_error(struct ob_hub_call *c, int error)
{
	ob_error("a request failed", "path=\"%s\" error=%d text=\"%s\"",
		 c->route.path, -error, strerrordesc_np(-error));
	return ob_hub_call_fail(c, 500, "InternalError",
				"Internal error occurred: %s",
				strerrordesc_np(-error));
}

int ob_hub_call_no_such_path(struct ob_hub_call *c)
{
	ob_hub_call_reply_text(c, 404, "text/plain; charset=utf-8",
			       "404 page not found\n");
	return -ENOENT;
}

static bool group_is_served(struct ob_hub_call *c)
{
	const struct ob_hub_kind *k;

	for (size_t i = 0; (k = ob_hub_catalog_at(c->hub->catalog, i)); i++)
		if (strcmp(k->r->group, c->route.group) == 0 &&
		    ob_api_resource_version(k->r, c->route.version))
			return true;
	return false;
}

int ob_hub_call_no_such_resource(struct ob_hub_call *c)
{
	cJSON *status;

	if (!group_is_served(c))
		return ob_hub_call_no_such_path(c);
	status = ob_api_status(c->a, 404, "NotFound",
			       "the server could not find the requested "
			       "resource",
			       NULL, NULL, NULL, NULL);
	ob_json_set(c->a, status, "details", ob_json_object(c->a));
	ob_hub_call_reply(c, 404, status);
	return -ENOENT;
}

/* A method that means nothing still has a name. */
static const char *action_verb(struct ob_hub_call *c)
{
	static const struct {
		const char *method, *verb;
	} verbs[] = {
		{ "POST", "create" },
		{ "PUT", "update" },
		{ "PATCH", "patch" },
		{ "DELETE", "delete" },
	};
	char *lower;

	if (c->route.is_resource && c->route.verb != OB_HUB_NO_VERB)
		return ob_hub_verb_name(c->route.verb);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (c->route.is_resource &&
		    strcmp(c->x->method, verbs[i].method) == 0)
			return verbs[i].verb;
	lower = ob_arena_strdup(c->a, c->x->method);
	for (char *p = lower; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return lower;
}

struct ob_hub_action ob_hub_call_action(struct ob_hub_call *c, const char *name)
{
	return (struct ob_hub_action){
		.verb = action_verb(c),
		.group = c->route.group,
		.resource = c->route.resource,
		.subresource = c->route.subresource,
		.namespace = c->route.namespace,
		.name = name,
		.path = c->route.is_resource ? NULL : c->route.path,
	};
}

int ob_hub_call_forbidden(struct ob_hub_call *c,
			  const struct ob_hub_action *what)
{
	ob_hub_call_reply(
		c, 403,
		ob_api_status(
			c->a, 403, "Forbidden",
			ob_hub_rules_refusal(c->a, &c->who.identity, what),
			what->group, what->resource, what->name, NULL));
	return -EINVAL;
}

void ob_hub_call_warn(struct ob_hub_call *c, const char *text)
{
	char *s = ob_arena_alloc(c->a, 2 * strlen(text) + 16);
	size_t n = (size_t)snprintf(s, 16, "299 - \"");

	/* A quoted-string of RFC 9110; what may not be in a header goes. */
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20)
			continue;
		if (*text == '"' || *text == '\\')
			s[n++] = '\\';
		s[n++] = *text;
	}
	s[n] = '"';
	ob_hub_reply_header(c->reply, "Warning", s);
}
