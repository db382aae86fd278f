// SPDX-License-Identifier: Apache-2.0
#include "config/value.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "model/names.h"
#include "model/network.h"

#define REASON	 "InvalidConfiguration"
#define PATH_LEN 4096
#define URL_LEN	 512

/* No user, query or fragment. */
#define URL_CHARACTERS                                                         \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:"  \
	"/[]%"

static int vfail(const struct ob_config_errors *e, const struct ob_place *at,
		 const char *format, va_list args)
{
	char sentence[OB_STATUS_MESSAGE_LEN];

	vsnprintf(sentence, sizeof(sentence), format, args);
	return ob_status_set(e->status, EINVAL, REASON, "%s:%u:%u: %s%s%s",
			     e->name, at->line, at->column, at->path,
			     at->path[0] ? ": " : "", sentence);
}

int ob_config_fail(const struct ob_config_errors *e, const struct ob_place *at,
		   const char *format, ...)
{
	va_list args;
	int r;

	va_start(args, format);
	r = vfail(e, at, format, args);
	va_end(args);
	return r;
}

int ob_value_refuse(const struct ob_config_reader *r, const struct ob_place *at,
		    const char *format, ...)
{
	va_list args;
	int err;

	va_start(args, format);
	err = vfail(r->errors, at, format, args);
	va_end(args);
	return err;
}

static const char *scalar_of(const struct ob_yaml *node)
{
	return node->kind == OB_YAML_SCALAR ? node->scalar : NULL;
}

const char *ob_value_text(const struct ob_config_reader *r,
			  const struct ob_yaml *node, const struct ob_place *at,
			  const char *what)
{
	const char *s = scalar_of(node);

	if (s && s[0])
		return s;
	if (s)
		ob_value_refuse(r, at, "is empty, expected %s", what);
	else
		ob_value_refuse(r, at, "expected %s, not a %s", what,
				node->kind == OB_YAML_SEQUENCE ? "list"
							       : "mapping");
	return NULL;
}

/* Fields of one value. */

int ob_value_bool(struct ob_config_reader *r, const struct ob_yaml *node,
		  const struct ob_place *at, void *out)
{
	struct ob_raw_bool *b = out;
	const char *s = scalar_of(node);

	b->at = *at;
	if (s && (!strcmp(s, "true") || !strcmp(s, "yes")))
		b->v = true;
	else if (s && (!strcmp(s, "false") || !strcmp(s, "no")))
		b->v = false;
	else
		return ob_value_refuse(r, at, "expected true or false");
	return 0;
}

static int parse_number(const struct ob_config_reader *r, const char *s,
			const struct ob_place *at, uint32_t min, uint32_t max,
			uint32_t *ret)
{
	char *end = NULL;
	unsigned long v;

	/* strtoul would take a sign, blanks and hexadecimal. */
	if (strspn(s, "0123456789") != strlen(s) || strlen(s) > 9 || !s[0])
		return ob_value_refuse(r, at, "expected a number from %u to %u",
				       min, max);
	v = strtoul(s, &end, 10);
	if (v < min || v > max)
		return ob_value_refuse(r, at, "%lu is not from %u to %u", v,
				       min, max);
	*ret = (uint32_t)v;
	return 0;
}

int ob_value_number(struct ob_config_reader *r, const struct ob_yaml *node,
		    const struct ob_place *at, uint32_t min, uint32_t max,
		    struct ob_raw_number *out)
{
	const char *s = ob_value_text(r, node, at, "a number");

	if (!s)
		return -EINVAL;
	out->at = *at;
	return parse_number(r, s, at, min, max, &out->v);
}

int ob_value_port(struct ob_config_reader *r, const struct ob_yaml *node,
		  const struct ob_place *at, void *out)
{
	return ob_value_number(r, node, at, 1, 65535, out);
}

int ob_value_keepalive(struct ob_config_reader *r, const struct ob_yaml *node,
		       const struct ob_place *at, void *out)
{
	return ob_value_number(r, node, at, 0, 65535, out);
}

int ob_value_mtu(struct ob_config_reader *r, const struct ob_yaml *node,
		 const struct ob_place *at, void *out)
{
	struct ob_raw_number *n = out;
	const char *s = scalar_of(node);

	if (s && !strcmp(s, "auto")) {
		*n = (struct ob_raw_number){ .v = 0, .at = *at };
		return 0;
	}
	return ob_value_number(r, node, at, 576, 65520, n);
}

int ob_value_len4(struct ob_config_reader *r, const struct ob_yaml *node,
		  const struct ob_place *at, void *out)
{
	return ob_value_number(r, node, at, 1, 32, out);
}

int ob_value_len6(struct ob_config_reader *r, const struct ob_yaml *node,
		  const struct ob_place *at, void *out)
{
	return ob_value_number(r, node, at, 1, 128, out);
}

int ob_value_seconds(struct ob_config_reader *r, const struct ob_yaml *node,
		     const struct ob_place *at, void *out)
{
	return ob_value_number(r, node, at, 1, 3600, out);
}

/* The rest of it is the HTTP client's to judge. */
int ob_value_url(struct ob_config_reader *r, const struct ob_yaml *node,
		 const struct ob_place *at, void *out)
{
	static const char scheme[] = "https://";
	struct ob_raw_text *t = out;
	const char *host;

	t->v = ob_value_text(r, node, at, "a URL");
	if (!t->v)
		return -EINVAL;
	t->at = *at;
	host = t->v + strlen(scheme);
	if (strncmp(t->v, scheme, strlen(scheme)) != 0 || !*host ||
	    strlen(t->v) >= URL_LEN)
		return ob_value_refuse(r, at, "expected https://HOST:PORT");
	if (strspn(host, URL_CHARACTERS) != strlen(host))
		return ob_value_refuse(r, at,
				       "has a character that the URL of a "
				       "server has not");
	return 0;
}

int ob_value_label(struct ob_config_reader *r, const struct ob_yaml *node,
		   const struct ob_place *at, void *out)
{
	struct ob_raw_text *t = out;

	t->v = ob_value_text(r, node, at, "a cluster ID");
	if (!t->v)
		return -EINVAL;
	if (!ob_name_is_label(t->v))
		return ob_value_refuse(r, at,
				       "not a DNS label (lower case letters, "
				       "digits and '-', at most 63)");
	t->at = *at;
	return 0;
}

int ob_value_host(struct ob_config_reader *r, const struct ob_yaml *node,
		  const struct ob_place *at, void *out)
{
	struct ob_raw_text *t = out;

	t->v = ob_value_text(r, node, at, "an address or a DNS name");
	if (!t->v)
		return -EINVAL;
	if (!ob_name_is_host(t->v))
		return ob_value_refuse(r, at,
				       "neither an IP address nor a DNS name "
				       "(the port is a field of its own)");
	t->at = *at;
	return 0;
}

int ob_value_key(struct ob_config_reader *r, const struct ob_yaml *node,
		 const struct ob_place *at, void *out)
{
	struct ob_raw_key *k = out;
	const char *s = ob_value_text(r, node, at, "a WireGuard public key");

	if (!s)
		return -EINVAL;
	if (ob_key_parse(s, &k->v) < 0 || ob_key_is_zero(&k->v))
		return ob_value_refuse(r, at,
				       "not a WireGuard public key "
				       "(44 characters of base64)");
	k->at = *at;
	return 0;
}

/* What dev_valid_name() of the kernel takes, less the '%' of a template. */
bool ob_value_is_device(const char *s)
{
	if (!s[0] || strlen(s) >= IFNAMSIZ || !strcmp(s, ".") ||
	    !strcmp(s, ".."))
		return false;
	for (; *s; s++)
		if (!isgraph((unsigned char)*s) || strchr("/:%", *s))
			return false;
	return true;
}

int ob_value_device(struct ob_config_reader *r, const struct ob_yaml *node,
		    const struct ob_place *at, void *out)
{
	struct ob_raw_text *t = out;

	t->v = ob_value_text(r, node, at, "an interface name");
	if (!t->v)
		return -EINVAL;
	if (!ob_value_is_device(t->v) || strpbrk(t->v, "*?["))
		return ob_value_refuse(r, at,
				       "not an interface name (at most %d "
				       "characters, no '/', ':' or blanks)",
				       IFNAMSIZ - 1);
	t->at = *at;
	return 0;
}

int ob_value_path(struct ob_config_reader *r, const struct ob_yaml *node,
		  const struct ob_place *at, void *out)
{
	struct ob_raw_text *t = out;

	t->v = ob_value_text(r, node, at, "a path");
	if (!t->v)
		return -EINVAL;
	if (t->v[0] != '/' || strlen(t->v) >= PATH_LEN)
		return ob_value_refuse(r, at, "not an absolute path");
	t->at = *at;
	return 0;
}

int ob_value_prefix(struct ob_config_reader *r, const struct ob_yaml *node,
		    const struct ob_place *at, void *ret)
{
	struct ob_raw_prefix *out = ret;
	char shown[OB_SHOWN_LEN];
	const char *s =
		ob_value_text(r, node, at, "a prefix such as 10.244.0.0/16");
	int err;

	if (!s)
		return -EINVAL;
	out->at = *at;
	err = ob_prefix_parse(s, &out->v);
	if (err == 0)
		return 0;
	ob_log_quote(s, shown, sizeof(shown));
	if (err == -EDOM)
		return ob_value_refuse(
			r, at, "%s has bits set beyond its length", shown);
	if (err == -ERANGE)
		return ob_value_refuse(r, at,
				       "%s has a length that does not fit its "
				       "address",
				       shown);
	return ob_value_refuse(r, at,
			       "%s is not a prefix such as 10.244.0.0/16 or "
			       "fd00:244::/48",
			       shown);
}

int ob_value_metrics(struct ob_config_reader *r, const struct ob_yaml *node,
		     const struct ob_place *at, void *out)
{
	static const char want[] = "ADDRESS:PORT, [ADDRESS]:PORT or \"none\"";
	struct ob_raw_metrics *m = out;
	char host[OB_ADDR_STRLEN + 2];
	const char *s = ob_value_text(r, node, at, want), *colon;
	uint32_t port = 0;
	size_t len;
	int err;

	if (!s)
		return -EINVAL;
	m->at = *at;
	m->off = !strcmp(s, "none");
	if (m->off)
		return 0;
	colon = strrchr(s, ':');
	len = colon ? (size_t)(colon - s) : 0;
	if (!colon || len >= sizeof(host))
		return ob_value_refuse(r, at, "expected %s", want);
	memcpy(host, s, len);
	host[len] = '\0';
	if (len > 1 && host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		memmove(host, host + 1, len - 1);
	} else if (strchr(host, ':')) {
		return ob_value_refuse(r, at, "expected %s", want);
	}
	if (host[0] && ob_addr_parse(host, &m->addr) < 0)
		return ob_value_refuse(r, at, "expected %s", want);
	err = parse_number(r, colon + 1, at, 1, 65535, &port);
	m->port = (uint16_t)port;
	return err;
}

const char *ob_raw_text_keep(struct ob_arena *a, const struct ob_raw_text *t,
			     const char *otherwise)
{
	const char *s = t->at.path ? t->v : otherwise;

	return s ? ob_arena_strdup(a, s) : NULL;
}

struct ob_prefix *ob_raw_prefixes_keep(struct ob_arena *a,
				       const struct ob_raw_prefixes *raw)
{
	struct ob_prefix *v = ob_arena_array(a, raw->n, sizeof(*v));

	for (size_t i = 0; i < raw->n; i++)
		v[i] = raw->v[i].v;
	return v;
}
