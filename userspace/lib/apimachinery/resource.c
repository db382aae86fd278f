// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/resource.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const struct ob_api_version *
ob_api_resource_version(const struct ob_api_resource *r, const char *version)
{
	for (size_t i = 0; i < r->n_versions; i++)
		if (r->versions[i].served &&
		    !strcmp(r->versions[i].name, version))
			return &r->versions[i];
	return NULL;
}

/* "v12beta3": 12, stage and 3. */
struct parsed {
	unsigned long major, minor;
	int stage; /* 0: no version of this form, 1 alpha, 2 beta, 3 stable */
};

static unsigned long read_number(const char **s)
{
	char *end;
	unsigned long n;

	if (!isdigit((unsigned char)**s) || **s == '0')
		return 0;
	n = strtoul(*s, &end, 10);
	*s = end;
	return n;
}

static struct parsed parse_version(const char *s)
{
	struct parsed p = { .stage = 0 };

	if (*s++ != 'v' || !(p.major = read_number(&s)))
		return (struct parsed){ .stage = 0 };
	if (!*s)
		p.stage = 3;
	else if (!strncmp(s, "alpha", 5))
		p.stage = 1;
	else if (!strncmp(s, "beta", 4))
		p.stage = 2;
	else
		return (struct parsed){ .stage = 0 };
	if (p.stage == 3)
		return p;
	s += p.stage == 1 ? 5 : 4;
	if (!(p.minor = read_number(&s)) || *s)
		return (struct parsed){ .stage = 0 };
	return p;
}

static int compare(unsigned long x, unsigned long y)
{
	return x < y ? -1 : x > y;
}

int ob_api_version_compare(const char *x, const char *y)
{
	struct parsed p = parse_version(x), q = parse_version(y);

	if (!p.stage && !q.stage)
		return strcmp(y, x);
	if (p.stage != q.stage)
		return p.stage < q.stage ? -1 : 1;
	if (p.major != q.major)
		return compare(p.major, q.major);
	return compare(p.minor, q.minor);
}
