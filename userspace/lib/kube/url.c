// SPDX-License-Identifier: Apache-2.0
#include "kube/url.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"

#define TLS   "https://"
#define PLAIN "http://"

bool ob_kube_url_is_tls(const char *url)
{
	return !strncasecmp(url, TLS, strlen(TLS));
}

/* The end of "[address]" or "name", or NULL when it is neither. */
static const char *host_end(const char *host)
{
	size_t len;

	if (*host == '[') {
		len = strspn(host + 1, "0123456789abcdefABCDEF:.");
		return len && host[1 + len] == ']' ? host + len + 2 : NULL;
	}
	len = strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "abcdefghijklmnopqrstuvwxyz0123456789.-_");
	return len && len < 254 ? host + len : NULL;
}

/* Behind ":port", or where there is none; NULL: none that exists. */
static const char *port_end(const char *port)
{
	unsigned long n;
	char *end;

	if (*port != ':')
		return port;
	if (port[1] < '0' || port[1] > '9')
		return NULL;
	n = strtoul(port + 1, &end, 10);
	return n > 0 && n < 65536 ? end : NULL;
}

static bool is_loopback(const char *host, const char *end)
{
	size_t len = (size_t)(end - host);

	if (len == 5 && !strncmp(host, "[::1]", len))
		return true;
	if (len == 9 && !strncasecmp(host, "localhost", len))
		return true;
	return !strncmp(host, "127.", 4) && strspn(host, "0123456789.") == len;
}

static const char *find_problem(const char *url)
{
	bool tls = ob_kube_url_is_tls(url);
	const char *host = url + strlen(tls ? TLS : PLAIN), *end, *path;

	if (!tls && strncasecmp(url, PLAIN, strlen(PLAIN)) != 0)
		return "does not begin with https://";
	if (strchr(host, '@'))
		return "must not name a user";
	if (strpbrk(host, "?#"))
		return "must not have a query or a fragment";
	end = host_end(host);
	if (!end)
		return "has no valid host";
	if (!tls && !is_loopback(host, end))
		return "must be https: only this machine itself may be asked "
		       "without";
	path = port_end(end);
	if (!path)
		return "has no valid port";
	if (*path && *path != '/')
		return "has no valid host";
	for (; *path; path++)
		if (*path <= ' ' || *path > '~')
			return "has characters in its path that no URL has";
	return NULL;
}

int ob_kube_url_normalize(const char *url, char **ret, const char **ret_problem)
{
	_free_ char *copy = NULL;
	const char *problem = find_problem(url);
	size_t len;

	if (problem) {
		*ret_problem = problem;
		return -EINVAL;
	}
	copy = strdup(url);
	if (!copy) {
		*ret_problem = "out of memory";
		return -ENOMEM;
	}
	for (len = strlen(copy); copy[len - 1] == '/'; len--)
		copy[len - 1] = '\0';
	*ret = TAKE_PTR(copy);
	return 0;
}
