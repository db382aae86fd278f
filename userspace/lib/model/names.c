// SPDX-License-Identifier: Apache-2.0
#include "model/names.h"

#include <ctype.h>
#include <string.h>

#include "model/network.h"

#define LABEL_MAX 63

static bool is_label(const char *s, size_t len)
{
	if (len == 0 || len > LABEL_MAX || s[0] == '-' || s[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!islower((unsigned char)s[i]) &&
		    !isdigit((unsigned char)s[i]) && s[i] != '-')
			return false;
	return true;
}

bool ob_name_is_label(const char *s)
{
	return is_label(s, strlen(s));
}

/* Labels of either case between dots; one dot may end it. */
static bool is_dns_name(const char *s)
{
	for (const char *label = s;;) {
		size_t n = strcspn(label, ".");
		char lower[LABEL_MAX + 1];

		if (n > LABEL_MAX)
			return false;
		for (size_t i = 0; i < n; i++)
			lower[i] = (char)tolower((unsigned char)label[i]);
		if (!is_label(lower, n))
			return false;
		if (label[n] == '\0' || label[n + 1] == '\0')
			return true;
		label += n + 1;
	}
}

bool ob_name_is_host(const char *s)
{
	struct ob_addr addr;
	size_t len = strlen(s);

	if (ob_addr_parse(s, &addr) == 0)
		return true;
	if (len >= OB_HOST_LEN - 1)
		return false;
	/* Digits and dots only is an address gone wrong, not a name. */
	return strspn(s, "0123456789.") != len && is_dns_name(s);
}

static bool is_inside(const struct ob_addr *addr, const char *prefix)
{
	struct ob_prefix p;

	return ob_prefix_parse(prefix, &p) == 0 && ob_prefix_contains(&p, addr);
}

const char *ob_endpoint_addr_fault(const struct ob_addr *addr,
				   const struct ob_prefix *global,
				   size_t n_global)
{
	static const struct {
		const char *prefix;
		const char *fault;
	} nonsense[] = {
		{ "0.0.0.0/8", "is the unspecified address" },
		{ "127.0.0.0/8", "is a loopback address" },
		{ "169.254.0.0/16", "is a link-local address" },
		{ "224.0.0.0/4", "is a multicast address" },
		{ "240.0.0.0/4", "is a reserved address" },
		{ "::/128", "is the unspecified address" },
		{ "::1/128", "is a loopback address" },
		{ "::ffff:0:0/96", "is an IPv4 address in IPv6's clothes" },
		{ "fe80::/10", "is a link-local address" },
		{ "ff00::/8", "is a multicast address" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++)
		if (is_inside(addr, nonsense[i].prefix))
			return nonsense[i].fault;
	for (size_t i = 0; i < n_global; i++)
		if (ob_prefix_contains(&global[i], addr))
			return "is inside the global CIDR: the tunnel would "
			       "run through itself";
	return NULL;
}

static bool is_localhost(const char *s)
{
	static const char suffix[] = ".localhost";
	size_t len = strlen(s), n = strlen(suffix);

	if (len > 0 && s[len - 1] == '.')
		len--;
	if (len == n - 1)
		return !strncasecmp(s, suffix + 1, len);
	return len > n && !strncasecmp(s + len - n, suffix, n);
}

const char *ob_endpoint_fault(const char *host, const struct ob_prefix *global,
			      size_t n_global)
{
	struct ob_addr addr;

	if (!ob_name_is_host(host))
		return "is neither an IP address nor a DNS name";
	if (ob_addr_parse(host, &addr) == 0)
		return ob_endpoint_addr_fault(&addr, global, n_global);
	/* RFC 6761, section 6.3 */
	return is_localhost(host) ? "is a loopback address" : NULL;
}
