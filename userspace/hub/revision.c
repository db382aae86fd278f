// SPDX-License-Identifier: Apache-2.0
#include "hub/revision.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "apimachinery/meta.h"

#define MAX_TOKEN 2048

int ob_hub_revision_number(const char *s, uint64_t *ret)
{
	char *end;

	*ret = 0;
	if (!s || !*s)
		return 0;
	if (*s < '0' || *s > '9' || strlen(s) > 19)
		return -EINVAL;
	*ret = strtoull(s, &end, 10);
	return *end ? -EINVAL : 0;
}

int ob_hub_revision_expired(struct ob_hub_call *c, uint64_t rv)
{
	return ob_hub_call_fail(c, 410, "Expired",
				"too old resource version: %" PRIu64
				" (%" PRIu64 ")",
				rv, ob_hub_store_compacted(c->hub->store) + 1);
}

int ob_hub_revision_too_large(struct ob_hub_call *c, uint64_t rv)
{
	const char *message = ob_arena_printf(
		c->a,
		"Too large resource version: %" PRIu64 ", current: %" PRIu64,
		rv, ob_hub_store_rv(c->hub->store));
	struct ob_api_causes causes = { 0 };
	cJSON *status, *details;

	ob_api_causes_add(c->a, &causes, "ResourceVersionTooLarge", "",
			  "Too large resource version");
	message = ob_arena_printf(c->a, "Timeout: %s", message);
	status = ob_api_status(c->a, 504, "Timeout", message, NULL, NULL, NULL,
			       &causes);
	details = ob_json_get(status, "details");
	if (details)
		ob_json_set_number(c->a, details, "retryAfterSeconds", 1);
	ob_hub_call_reply(c, 504, status);
	ob_hub_reply_header(c->reply, "Retry-After", "1");
	return -EINVAL;
}

static const char hex_digits[] = "0123456789abcdef";

/* Hexadecimal, so that nobody is tempted to make one; it need not be secret:
 * it says only where the caller has been. */
const char *ob_hub_page_token(struct ob_arena *a, uint64_t rv,
			      const char *namespace, const char *name)
{
	const char *plain =
		ob_arena_printf(a, "%" PRIu64 "/%s/%s", rv, namespace, name);
	size_t n = strlen(plain);
	char *token = ob_arena_alloc(a, 2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		token[2 * i] = hex_digits[(unsigned char)plain[i] >> 4];
		token[2 * i + 1] = hex_digits[plain[i] & 15];
	}
	return token;
}

static char *token_plain(struct ob_arena *a, const char *token)
{
	size_t n = strlen(token);
	char *plain;

	if (n > MAX_TOKEN || n % 2)
		return NULL;
	plain = ob_arena_alloc(a, n / 2 + 1);
	for (size_t i = 0; i < n; i++) {
		const char *digit = strchr(hex_digits, token[i]);

		if (!digit)
			return NULL;
		plain[i / 2] = (char)(plain[i / 2] << 4 | (digit - hex_digits));
	}
	return plain;
}

static int token_parse(struct ob_hub_call *c, const char *token,
		       struct ob_hub_page *page)
{
	char *rv = token_plain(c->a, token), *ns, *name;

	ns = rv ? strchr(rv, '/') : NULL;
	name = ns ? strchr(ns + 1, '/') : NULL;
	if (!name)
		return ob_hub_call_fail(c, 400, "BadRequest",
					"continue key is not valid");
	*ns++ = '\0';
	*name++ = '\0';
	if (ob_hub_revision_number(rv, &page->rv) < 0 || page->rv == 0)
		return ob_hub_call_fail(c, 400, "BadRequest",
					"continue key is not valid");
	page->after_namespace = ns;
	page->after_name = name;
	if (page->rv >= ob_hub_store_compacted(c->hub->store))
		return 0;
	return ob_hub_call_fail(
		c, 410, "Expired",
		"The provided continue parameter is too old to display a "
		"consistent list result. You must start a new list without "
		"the continue parameter.");
}

static int match_check(struct ob_hub_call *c, const char *match,
		       const char *text, uint64_t rv)
{
	bool exact = match && strcmp(match, "Exact") == 0;

	if (match && *match && !exact && strcmp(match, "NotOlderThan") != 0)
		return ob_hub_call_fail(
			c, 422, "Invalid",
			"ListOptions.meta.k8s.io \"\" is "
			"invalid: resourceVersionMatch: Unsupported "
			"value: \"%s\"",
			match);
	if (match && *match && (!text || !*text))
		return ob_hub_call_fail(
			c, 422, "Invalid",
			"ListOptions.meta.k8s.io \"\" is "
			"invalid: resourceVersionMatch is forbidden "
			"unless resourceVersion is provided");
	if (exact && rv == 0)
		return ob_hub_call_fail(
			c, 422, "Invalid",
			"ListOptions.meta.k8s.io \"\" is "
			"invalid: resourceVersionMatch \"Exact\" is "
			"forbidden for resourceVersion \"0\"");
	return 0;
}

static int version_parse(struct ob_hub_call *c, struct ob_hub_page *page)
{
	const char *match =
		ob_hub_route_param(&c->route, "resourceVersionMatch");
	const char *text = ob_hub_route_param(&c->route, "resourceVersion");
	uint64_t now = ob_hub_store_rv(c->hub->store), rv;
	bool exact = match && strcmp(match, "Exact") == 0;

	page->rv = now;
	if (ob_hub_revision_number(text, &rv) < 0)
		return ob_hub_call_fail(c, 400, "BadRequest",
					"resourceVersion: Invalid value: "
					"\"%s\": must be a number",
					text);
	if (match_check(c, match, text, rv) < 0)
		return -EINVAL;
	if (rv > now)
		return ob_hub_revision_too_large(c, rv);
	/* Whether a limit goes with it or not: only Exact reads the past. */
	if (exact) {
		page->rv = rv;
		if (rv < ob_hub_store_compacted(c->hub->store))
			return ob_hub_revision_expired(c, rv);
	}
	return 0;
}

int ob_hub_page_parse(struct ob_hub_call *c, struct ob_hub_page *ret)
{
	const char *token = ob_hub_route_param(&c->route, "continue");
	const char *limit = ob_hub_route_param(&c->route, "limit");
	struct ob_hub_page page = { 0 };
	int r;

	if (ob_hub_revision_number(limit, &page.limit) < 0)
		return ob_hub_call_fail(c, 400, "BadRequest",
					"limit: Invalid value: \"%s\": must be "
					"a number, 0 or more",
					limit);
	r = token && *token ? token_parse(c, token, &page)
			    : version_parse(c, &page);
	if (r == 0)
		*ret = page;
	return r;
}
