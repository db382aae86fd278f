// SPDX-License-Identifier: Apache-2.0
#include "hub/route.h"

#include <errno.h>
#include <string.h>

#define MAX_PARTS 8

static const char *const verb_names[OB_HUB_VERBS] = {
	[OB_HUB_GET] = "get",
	[OB_HUB_LIST] = "list",
	[OB_HUB_WATCH] = "watch",
	[OB_HUB_CREATE] = "create",
	[OB_HUB_UPDATE] = "update",
	[OB_HUB_PATCH] = "patch",
	[OB_HUB_DELETE] = "delete",
	[OB_HUB_DELETECOLLECTION] = "deletecollection",
	[OB_HUB_NO_VERB] = "none",
};

const char *ob_hub_verb_name(enum ob_hub_verb verb)
{
	return verb_names[verb];
}

static int bad(struct ob_status *status, const char *what)
{
	return ob_status_set(status, EINVAL, "BadRequest",
			     "the request's target is malformed: %s", what);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Percent-decoding (RFC 3986); '+' is a space in a query. NULL: malformed, or
 * it has a NUL in it, which no string of ours can hold. */
static const char *decode(struct ob_arena *a, const char *s, size_t size,
			  bool query)
{
	char *out = ob_arena_alloc(a, size + 1);
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		int high, low;

		if (s[i] != '%') {
			out[n++] = query && s[i] == '+' ? ' ' : s[i];
			continue;
		}
		if (size - i < 3)
			return NULL;
		high = hex_digit(s[i + 1]);
		low = hex_digit(s[i + 2]);
		if (high < 0 || low < 0 || (high == 0 && low == 0))
			return NULL;
		out[n++] = (char)(high << 4 | low);
		i += 2;
	}
	return out;
}

static int params_parse(struct ob_arena *a, const char *query,
			struct ob_hub_route *route, struct ob_status *status)
{
	OB_LIST(struct ob_hub_param) list = { 0 };

	while (*query) {
		size_t size = strcspn(query, "&");
		size_t name = strcspn(query, "=&");
		struct ob_hub_param *p;

		if (size > 0) {
			if (list.n == OB_HUB_MAX_PARAMS)
				return bad(status, "too many parameters");
			p = OB_PUSH(a, &list);
			p->name = decode(a, query, name, true);
			p->value = name < size ? decode(a, query + name + 1,
							size - name - 1, true)
					       : "";
			if (!p->name || !p->value)
				return bad(status, "the query");
		}
		query += size + (query[size] == '&');
	}
	route->params = list.v;
	route->n_params = list.n;
	return 0;
}

/* The parts between slashes; -EINVAL when there are empty or too many. */
static int split(struct ob_arena *a, const char *path, size_t size,
		 const char *parts[MAX_PARTS], size_t *ret_n)
{
	size_t n = 0, begin = 1;

	while (begin < size) {
		size_t end = begin;

		while (end < size && path[end] != '/')
			end++;
		if (end == begin || n == MAX_PARTS)
			return -EINVAL;
		parts[n] = decode(a, path + begin, end - begin, false);
		if (!parts[n])
			return -EINVAL;
		n++;
		begin = end + 1;
	}
	*ret_n = n;
	return 0;
}

/* parts: behind the version. */
static bool object_parse(const char *const *parts, size_t n,
			 struct ob_hub_route *route)
{
	if (n >= 3 && strcmp(parts[0], "namespaces") == 0 &&
	    strcmp(parts[2], "status") != 0 &&
	    strcmp(parts[2], "finalize") != 0) {
		route->namespace = parts[1];
		parts += 2;
		n -= 2;
	}
	if (n == 0 || n > 3)
		return false;
	route->resource = parts[0];
	route->name = n > 1 ? parts[1] : "";
	route->subresource = n > 2 ? parts[2] : "";
	route->is_resource = true;
	return true;
}

/* parts: behind the version. "watch/..." is how clients of long ago said
 * ?watch=true. */
static void resource_parse(const char *const *parts, size_t n,
			   struct ob_hub_route *route)
{
	route->watch_path = n > 1 && strcmp(parts[0], "watch") == 0;
	object_parse(parts + route->watch_path, n - route->watch_path, route);
}

static void path_parse(const char *const *parts, size_t n,
		       struct ob_hub_route *route)
{
	if (n >= 3 && strcmp(parts[0], "api") == 0) {
		route->version = parts[1];
		resource_parse(parts + 2, n - 2, route);
	} else if (n >= 4 && strcmp(parts[0], "apis") == 0) {
		route->group = parts[1];
		route->version = parts[2];
		resource_parse(parts + 3, n - 3, route);
	}
}

static enum ob_hub_verb verb_of_get(const struct ob_hub_route *route)
{
	if (!route->is_resource)
		return OB_HUB_GET;
	if (route->watch_path)
		return *route->subresource ? OB_HUB_NO_VERB : OB_HUB_WATCH;
	if (*route->name)
		return OB_HUB_GET;
	return ob_hub_route_flag(route, "watch") ? OB_HUB_WATCH : OB_HUB_LIST;
}

static enum ob_hub_verb verb_parse(const char *method,
				   const struct ob_hub_route *route)
{
	bool named = *route->name;

	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		return verb_of_get(route);
	if (!route->is_resource)
		return OB_HUB_NO_VERB;
	if (strcmp(method, "POST") == 0 && (!named || *route->subresource))
		return OB_HUB_CREATE;
	if (strcmp(method, "PUT") == 0 && named)
		return OB_HUB_UPDATE;
	if (strcmp(method, "PATCH") == 0 && named)
		return OB_HUB_PATCH;
	if (strcmp(method, "DELETE") == 0)
		return named ? OB_HUB_DELETE : OB_HUB_DELETECOLLECTION;
	return OB_HUB_NO_VERB;
}

int ob_hub_route_parse(struct ob_arena *a, const char *method,
		       const char *target, struct ob_hub_route *ret,
		       struct ob_status *status)
{
	size_t size = strcspn(target, "?");
	const char *parts[MAX_PARTS];
	struct ob_hub_route route = {
		.group = "",
		.version = "",
		.resource = "",
		.namespace = "",
		.name = "",
		.subresource = "",
	};
	size_t n;
	int r;

	if (*target != '/')
		return bad(status, "it does not begin with /");
	route.path = decode(a, target, size, false);
	if (!route.path)
		return bad(status, "the path");
	if (target[size] == '?') {
		r = params_parse(a, target + size + 1, &route, status);
		if (r < 0)
			return r;
	}
	if (split(a, target, size, parts, &n) == 0)
		path_parse(parts, n, &route);
	route.verb = verb_parse(method, &route);
	*ret = route;
	return 0;
}

const char *ob_hub_route_param(const struct ob_hub_route *route,
			       const char *name)
{
	for (size_t i = 0; i < route->n_params; i++)
		if (strcmp(route->params[i].name, name) == 0)
			return route->params[i].value;
	return NULL;
}

bool ob_hub_route_flag(const struct ob_hub_route *route, const char *name)
{
	const char *v = ob_hub_route_param(route, name);

	return v && strcmp(v, "false") != 0 && strcmp(v, "0") != 0;
}
