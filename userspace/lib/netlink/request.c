// SPDX-License-Identifier: Apache-2.0
#include "netlink/request.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int ob_nl_msg_new(int type, int flags, void *header, size_t size,
		  struct nl_msg **ret)
{
	_nlmsg_ struct nl_msg *msg = nlmsg_alloc_simple(type, flags);

	if (!msg)
		return -ENOMEM;
	if (nlmsg_append(msg, header, size, NLMSG_ALIGNTO) < 0)
		return -EMSGSIZE;

	*ret = TAKE_PTR(msg);
	return 0;
}

int ob_nl_msg_put_addr(struct nl_msg *msg, int type, const struct ob_addr *addr)
{
	return nla_put(msg, type, (int)ob_addr_size(addr), addr->b);
}

int ob_nl_msg_parse(const struct nlmsghdr *msg, size_t size, size_t header_size,
		    struct nlattr **tb, int max,
		    const struct nla_policy *policy)
{
	size_t start = NLMSG_HDRLEN + NLMSG_ALIGN(header_size);

	if (size < sizeof(*msg) || msg->nlmsg_len > size)
		return -EINVAL;
	if (msg->nlmsg_len < start || msg->nlmsg_len > INT32_MAX)
		return -EINVAL;

	/* libnl takes attributes that it does not write to as not const. */
	struct nlattr *first =
		(struct nlattr *)((uintptr_t)msg + (uintptr_t)start);

	if (nla_parse(tb, max, first, (int)(msg->nlmsg_len - start), policy) <
	    0)
		return -EINVAL;
	return 0;
}

int ob_nl_attr_nested(struct nlattr **tb, int max, const struct nlattr *nla,
		      const struct nla_policy *policy)
{
	for (int i = 0; i <= max; i++)
		tb[i] = NULL;
	if (!nla)
		return 0;

	struct nlattr *nest = (struct nlattr *)(uintptr_t)nla;

	return nla_parse_nested(tb, max, nest, policy) < 0 ? -EINVAL : 0;
}

int ob_nl_attr_addr(const struct nlattr *nla, int family, struct ob_addr *ret)
{
	struct ob_addr addr = { .family = (uint8_t)family };

	if (family != AF_INET && family != AF_INET6)
		return -EINVAL;
	if (nla_len(nla) != (int)ob_addr_size(&addr))
		return -EINVAL;

	memcpy(addr.b, nla_data(nla), ob_addr_size(&addr));
	*ret = addr;
	return 0;
}

void ob_nl_attr_string(const struct nlattr *nla, char *buf, size_t size)
{
	snprintf(buf, size, "%s", nla ? (const char *)nla_data(nla) : "");
}

uint32_t ob_nl_attr_u32(const struct nlattr *nla, uint32_t absent)
{
	return nla ? nla_get_u32(nla) : absent;
}

void ob_nl_append(char *buf, size_t size, const char *format, ...)
{
	size_t used = strnlen(buf, size);
	va_list ap;

	va_start(ap, format);
	if (used < size)
		vsnprintf(buf + used, size - used, format, ap);
	va_end(ap);
}
