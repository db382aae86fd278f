// SPDX-License-Identifier: Apache-2.0
#include "hub/change.h"

#include <string.h>

/* Copies s to *at, and moves behind it. */
static const char *put(char **at, const char *s)
{
	const char *begin = *at;
	size_t size = strlen(s) + 1;

	memcpy(*at, s, size);
	*at += size;
	return begin;
}

struct ob_hub_change *ob_hub_change_new(const struct ob_hub_key *key,
					uint64_t rv,
					enum ob_hub_change_type type,
					struct ob_hub_blob *object,
					struct ob_hub_blob *old)
{
	size_t room = strlen(key->resource) + strlen(key->namespace) +
		      strlen(key->name) + 3;
	struct ob_hub_change *c = malloc(sizeof(*c) + room);
	char *at = (char *)(c + 1);

	if (!c)
		abort();
	c->refs = 1;
	c->rv = rv;
	c->type = type;
	c->key.resource = put(&at, key->resource);
	c->key.namespace = put(&at, key->namespace);
	c->key.name = put(&at, key->name);
	c->object = object;
	c->old = old;
	return c;
}

struct ob_hub_change *ob_hub_change_ref(struct ob_hub_change *c)
{
	c->refs++;
	return c;
}

void ob_hub_change_unref(struct ob_hub_change *c)
{
	if (!c || --c->refs > 0)
		return;
	ob_hub_blob_unref(c->object);
	ob_hub_blob_unref(c->old);
	free(c);
}

bool ob_hub_key_equal(const struct ob_hub_key *x, const struct ob_hub_key *y)
{
	return strcmp(x->name, y->name) == 0 &&
	       strcmp(x->namespace, y->namespace) == 0 &&
	       strcmp(x->resource, y->resource) == 0;
}
