// SPDX-License-Identifier: Apache-2.0
/*
 * A request line and headers of anybody: method, target, Accept, Content-Type
 * and a cluster that asks, separated by newlines. What comes out keeps to
 * hub/route.h and hub/media.h, means the same when it is written down again,
 * and never gives a member what is another's.
 */
#include "hub/route.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hub/media.h"
#include "hub/rules.h"

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)
#define FIELDS 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "%2f" for everything that is not a letter or a digit. */
static const char *encode(struct ob_arena *a, const char *s)
{
	static const char digits[] = "0123456789abcdef";
	char *out = ob_arena_alloc(a, 3 * strlen(s) + 1), *p = out;

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		*p++ = '%';
		*p++ = digits[c >> 4];
		*p++ = digits[c & 15];
	}
	return out;
}

static const char *part(struct ob_arena *a, const char *s)
{
	return *s ? ob_arena_printf(a, "/%s", encode(a, s)) : "";
}

static const char *target_of(struct ob_arena *a, const struct ob_hub_route *r)
{
	const char *root =
		*r->group ? ob_arena_printf(a, "/apis%s", part(a, r->group))
			  : "/api";
	const char *in = *r->namespace ? "/namespaces" : "";

	return ob_arena_printf(a, "%s%s%s%s%s%s%s", root, part(a, r->version),
			       in, part(a, r->namespace), part(a, r->resource),
			       part(a, r->name), part(a, r->subresource));
}

static void check_same(struct ob_arena *a, const char *method,
		       const struct ob_hub_route *r)
{
	struct ob_hub_route again;

	if (!r->is_resource || !*r->version)
		return;
	CHECK(ob_hub_route_parse(a, method, target_of(a, r), &again, NULL) ==
	      0);
	CHECK(again.is_resource && !strcmp(again.group, r->group) &&
	      !strcmp(again.resource, r->resource) &&
	      !strcmp(again.namespace, r->namespace) &&
	      !strcmp(again.name, r->name) &&
	      !strcmp(again.subresource, r->subresource));
}

static void check_route(const struct ob_hub_route *r)
{
	CHECK(r->verb < OB_HUB_VERBS && ob_hub_verb_name(r->verb));
	CHECK(r->path && r->path[0] == '/');
	CHECK(r->n_params <= OB_HUB_MAX_PARAMS);
	for (size_t i = 0; i < r->n_params; i++)
		CHECK(ob_hub_route_param(r, r->params[i].name));
	CHECK(!r->is_resource || *r->resource);
	CHECK(!*r->subresource || *r->name);
}

/* What a member writes is named as it is, or begins so. */
static void check_own(const char *resource, const char *name,
		      const char *cluster)
{
	size_t n = strlen(cluster);

	CHECK(n && strncmp(name, cluster, n) == 0);
	if (strcmp(resource, "peers") == 0)
		CHECK(!name[n]);
	else if (strcmp(resource, "leases") == 0)
		CHECK(strcmp(name + n, "-cnf") == 0 ||
		      strcmp(name + n, "-syncer") == 0);
	else
		CHECK(name[n] == '.' && name[n + 1]);
}

static void check_rules(struct ob_arena *a, const struct ob_hub_route *r,
			const char *cluster)
{
	static const char *const groups[] = { OB_HUB_GROUP_MEMBERS };
	const struct ob_hub_identity who = {
		.user = ob_arena_printf(a, "cluster:%s", cluster),
		.groups = groups,
		.n_groups = 1,
	};
	const struct ob_hub_action what = {
		.verb = ob_hub_verb_name(r->verb),
		.group = r->group,
		.resource = r->resource,
		.subresource = r->subresource,
		.namespace = r->namespace,
		.name = r->name,
		.path = r->is_resource ? NULL : r->path,
	};

	CHECK(*ob_hub_rules_refusal(a, &who, &what));
	if (!ob_hub_rules_allow(&who, &what) || what.path)
		return;
	CHECK(ob_hub_rules_may_allow(&who, &what));
	CHECK(strcmp(what.subresource, "status") != 0);
	if (r->verb > OB_HUB_WATCH && *what.namespace)
		check_own(what.resource, what.name, cluster);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ob_arena *a = ob_arena_new();
	char *copy = ob_arena_alloc(a, size + 1), *rest = copy;
	const char *field[FIELDS];
	struct ob_hub_route route;
	struct ob_status status = OB_STATUS_INIT;

	memcpy(copy, data, size);
	for (size_t i = 0; i < FIELDS; i++) {
		char *one = strsep(&rest, "\n");

		field[i] = one ? one : "";
	}
	if (ob_hub_route_parse(a, field[0], field[1], &route, &status) == 0) {
		check_route(&route);
		check_same(a, field[0], &route);
		check_rules(a, &route, field[4]);
	} else {
		CHECK(status.reason);
	}
	ob_hub_media_accept(a, field[2], UINT32_MAX);
	ob_hub_media_body(field[3]);
	ob_arena_free(a);
	return 0;
}
