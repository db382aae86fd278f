// SPDX-License-Identifier: Apache-2.0
#include "kube/path.h"

#include <errno.h>
#include <string.h>

#define REASON "InvalidReference"
#define PLAIN                                                                  \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

static const char *encode(struct ob_arena *a, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = ob_arena_alloc(a, 3 * strlen(s) + 1), *to = out;

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (strchr(PLAIN, c)) {
			*to++ = (char)c;
			continue;
		}
		*to++ = '%';
		*to++ = hex[c >> 4];
		*to++ = hex[c & 15];
	}
	return out;
}

/* What a server, or something before it, might take for another path. */
static bool fits(const char *part)
{
	return *part && strcmp(part, ".") != 0 && strcmp(part, "..") != 0 &&
	       !strpbrk(part, "/%");
}

static int check(const struct ob_kube_ref *ref, bool named,
		 struct ob_status *status)
{
	const char *plural = ref->resource->plural;

	if (named && !ref->name)
		return ob_status_set(status, EINVAL, REASON, "%s: no name",
				     plural);
	if (named && ref->resource->namespaced && !ref->namespace)
		return ob_status_set(status, EINVAL, REASON,
				     "%s \"%.253s\": no namespace", plural,
				     ref->name);
	if (ref->name && !fits(ref->name))
		return ob_status_set(status, EINVAL, REASON,
				     "%s: \"%.253s\" cannot be a name", plural,
				     ref->name);
	if (ref->namespace && !fits(ref->namespace))
		return ob_status_set(status, EINVAL, REASON,
				     "%s: \"%.253s\" cannot be a namespace",
				     plural, ref->namespace);
	return 0;
}

int ob_kube_path(struct ob_arena *a, const struct ob_kube_ref *ref, bool named,
		 const char **ret, struct ob_status *status)
{
	const struct ob_kube_resource *kind = ref->resource;
	const char *path;
	int r = check(ref, named, status);

	if (r < 0)
		return r;
	path = kind->group[0] ? ob_arena_printf(a, "/apis/%s/%s", kind->group,
						kind->version)
			      : ob_arena_printf(a, "/api/%s", kind->version);
	if (kind->namespaced && ref->namespace)
		path = ob_arena_printf(a, "%s/namespaces/%s", path,
				       encode(a, ref->namespace));
	path = ob_arena_printf(a, "%s/%s", path, kind->plural);
	if (named)
		path = ob_arena_printf(a, "%s/%s", path, encode(a, ref->name));
	if (named && ref->subresource)
		path = ob_arena_printf(a, "%s/%s", path, ref->subresource);
	*ret = path;
	return 0;
}

const char *ob_kube_path_query(struct ob_arena *a, const char *path,
			       const struct ob_kube_parameter *parameters,
			       size_t n)
{
	char separator = '?';

	for (size_t i = 0; i < n; i++) {
		const struct ob_kube_parameter *p = &parameters[i];

		if (!p->value)
			continue;
		path = ob_arena_printf(a, "%s%c%s=%s", path, separator, p->name,
				       encode(a, p->value));
		separator = '&';
	}
	return path;
}
