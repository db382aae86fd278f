// SPDX-License-Identifier: Apache-2.0
#include "hub/plain.h"

#include <string.h>

#include "apimachinery/discovery.h"

/* The Kubernetes whose behaviour this is. */
#define MAJOR	"1"
#define MINOR	"32"
#define VERSION "v1.32.0+ovn-builder-" OB_VERSION

static int reply_or_404(struct ob_hub_call *c, const cJSON *body)
{
	if (!body)
		return ob_hub_call_no_such_path(c);
	ob_hub_call_reply(c, 200, body);
	return 0;
}

static int version(struct ob_hub_call *c)
{
	cJSON *v = ob_json_object(c->a);

	ob_json_set_string(c->a, v, "major", MAJOR);
	ob_json_set_string(c->a, v, "minor", MINOR);
	ob_json_set_string(c->a, v, "gitVersion", VERSION);
	ob_json_set_string(c->a, v, "gitCommit", "");
	ob_json_set_string(c->a, v, "gitTreeState", "clean");
	ob_json_set_string(c->a, v, "buildDate", "1970-01-01T00:00:00Z");
	ob_json_set_string(c->a, v, "goVersion", "none");
	ob_json_set_string(c->a, v, "compiler", "cc");
	ob_json_set_string(c->a, v, "platform", "linux");
	ob_hub_call_reply(c, 200, v);
	return 0;
}

static int health(struct ob_hub_call *c)
{
	if (c->hub->stopping)
		ob_hub_call_reply_text(c, 500, "text/plain; charset=utf-8",
				       "[-]shutdown failed\n");
	else
		ob_hub_call_reply_text(c, 200, "text/plain; charset=utf-8",
				       "ok");
	return 0;
}

static int metrics(struct ob_hub_call *c)
{
	_cleanup_(ob_metrics_freep) struct ob_metrics *m = ob_metrics_new();
	const char *text;
	size_t size;
	char *copy;

	ob_hub_traffic_write(c->hub, m);
	text = ob_metrics_text(m, &size);
	copy = ob_arena_alloc(c->a, size + 1);
	memcpy(copy, text, size);
	ob_hub_call_reply_text(
		c, 200, "text/plain; version=0.0.4; charset=utf-8", copy);
	return 0;
}

/* /api and /apis, in one document when the client can read it. */
static int discovery_root(struct ob_hub_call *c, bool core)
{
	const struct ob_api_catalog *api = ob_hub_catalog_api(c->hub->catalog);
	const char *v = c->accept.version;

	if (c->accept.media != OB_HUB_MEDIA_GROUPS ||
	    (strcmp(v, "v2") != 0 && strcmp(v, "v2beta1") != 0))
		return reply_or_404(c,
				    core ? ob_api_discovery_versions(c->a, "")
					 : ob_api_discovery_groups(c->a, api));
	ob_hub_call_reply(c, 200,
			  ob_api_discovery_aggregated(c->a, api, core, v));
	c->reply->content_type =
		ob_arena_printf(c->a,
				"application/json;g=apidiscovery.k8s.io;v=%s;"
				"as=APIGroupDiscoveryList",
				v);
	ob_hub_reply_header(c->reply, "Vary", "Accept");
	return 0;
}

/* path: GROUP or GROUP/VERSION, behind /apis/. */
static int discovery_group(struct ob_hub_call *c, const char *path)
{
	const struct ob_api_catalog *api = ob_hub_catalog_api(c->hub->catalog);
	size_t size = strcspn(path, "/");
	const char *group = ob_arena_printf(c->a, "%.*s", (int)size, path);
	const char *rest = path + size + (path[size] == '/');

	if (!*rest)
		return reply_or_404(c,
				    ob_api_discovery_group(c->a, api, group));
	if (strchr(rest, '/'))
		return ob_hub_call_no_such_path(c);
	return reply_or_404(c,
			    ob_api_discovery_resources(c->a, api, group, rest));
}

static int openapi_v2(struct ob_hub_call *c)
{
	const struct ob_api_catalog *api = ob_hub_catalog_api(c->hub->catalog);
	cJSON *doc = ob_api_openapi_v2(c->a, api);
	const void *bytes;
	size_t size;

	if (c->accept.media != OB_HUB_MEDIA_OPENAPI)
		return reply_or_404(c, doc);
	bytes = ob_api_openapi_v2_protobuf(c->a, doc, &size);
	c->reply->code = 200;
	c->reply->content_type =
		"application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
	c->reply->body = bytes;
	c->reply->size = size;
	return 0;
}

/* path: api/v1 or apis/GROUP/VERSION, behind /openapi/v3/. */
static int openapi_v3(struct ob_hub_call *c, const char *path)
{
	const struct ob_api_catalog *api = ob_hub_catalog_api(c->hub->catalog);
	const char *slash;

	if (strncmp(path, "api/", 4) == 0)
		return reply_or_404(c,
				    ob_api_openapi_v3(c->a, api, "", path + 4));
	if (strncmp(path, "apis/", 5) != 0)
		return ob_hub_call_no_such_path(c);
	path += 5;
	slash = strchr(path, '/');
	if (!slash)
		return ob_hub_call_no_such_path(c);
	return reply_or_404(
		c, ob_api_openapi_v3(c->a, api,
				     ob_arena_printf(c->a, "%.*s",
						     (int)(slash - path), path),
				     slash + 1));
}

static bool begins(const char *s, const char *prefix, const char **rest)
{
	size_t n = strlen(prefix);

	*rest = s + n;
	return strncmp(s, prefix, n) == 0 && **rest;
}

static int documents(struct ob_hub_call *c, const char *path)
{
	const struct ob_api_catalog *api = ob_hub_catalog_api(c->hub->catalog);
	const char *rest;

	if (strcmp(path, "/api") == 0)
		return discovery_root(c, true);
	if (strcmp(path, "/apis") == 0)
		return discovery_root(c, false);
	if (begins(path, "/api/", &rest))
		return reply_or_404(
			c, ob_api_discovery_resources(c->a, api, "", rest));
	if (begins(path, "/apis/", &rest))
		return discovery_group(c, rest);
	if (strcmp(path, "/openapi/v2") == 0)
		return openapi_v2(c);
	if (strcmp(path, "/openapi/v3") == 0)
		return reply_or_404(c, ob_api_openapi_v3_index(c->a, api));
	if (begins(path, "/openapi/v3/", &rest))
		return openapi_v3(c, rest);
	return ob_hub_call_no_such_path(c);
}

int ob_hub_plain(struct ob_hub_call *c)
{
	/* "/apis/" is "/apis". */
	size_t n = strlen(c->route.path);
	const char *path = c->route.path;

	if (n > 1 && path[n - 1] == '/')
		path = ob_arena_printf(c->a, "%.*s", (int)n - 1, path);
	if (strcmp(path, "/version") == 0)
		return version(c);
	if (strcmp(path, "/healthz") == 0 || strcmp(path, "/livez") == 0 ||
	    strcmp(path, "/readyz") == 0)
		return health(c);
	if (strcmp(path, "/metrics") == 0)
		return metrics(c);
	return documents(c, path);
}
