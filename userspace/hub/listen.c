// SPDX-License-Identifier: Apache-2.0
#include "hub/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

const char *ob_hub_listen_address(struct ob_arena *a, const struct sockaddr *sa)
{
	char *text = ob_arena_alloc(a, INET6_ADDRSTRLEN);
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (!sa)
		return "";
	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		inet_ntop(AF_INET, &in.sin_addr, text, INET6_ADDRSTRLEN);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&in6, sa, sizeof(in6));
		inet_ntop(AF_INET6, &in6.sin6_addr, text, INET6_ADDRSTRLEN);
	}
	return text;
}

static int port_parse(const char *s, uint16_t *ret)
{
	char *end;
	unsigned long v = strtoul(s, &end, 10);

	if (*s < '0' || *s > '9' || *end || v > UINT16_MAX)
		return -EINVAL;
	*ret = (uint16_t)v;
	return 0;
}

int ob_hub_listen_parse(const char *s, struct ob_addr *ret_addr,
			uint16_t *ret_port)
{
	char host[INET6_ADDRSTRLEN + 2];
	const char *colon = strrchr(s, ':');
	struct ob_addr addr = { 0 };
	uint16_t port = *ret_port;
	size_t size;
	int r;

	/* More than one colon and no brackets: an IPv6 address alone. */
	if (colon && *s != '[' && strchr(s, ':') != colon)
		colon = NULL;
	if (colon && colon[-1 + (colon == s)] != ']' && *s == '[')
		colon = NULL;
	size = colon ? (size_t)(colon - s) : strlen(s);
	if (size >= sizeof(host))
		return -EINVAL;
	memcpy(host, s, size);
	host[size] = '\0';
	if (size > 1 && host[0] == '[' && host[size - 1] == ']') {
		memmove(host, host + 1, size - 2);
		host[size - 2] = '\0';
	}
	if (*host && strcmp(host, "*") != 0) {
		r = ob_addr_parse(host, &addr);
		if (r < 0)
			return r;
	}
	r = colon ? port_parse(colon + 1, &port) : 0;
	if (r < 0)
		return r;
	*ret_addr = addr;
	*ret_port = port;
	return 0;
}
