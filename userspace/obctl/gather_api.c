// SPDX-License-Identifier: Apache-2.0
#include "obctl/gather_api.h"

#include <errno.h>
#include <string.h>

#include "obctl/gather_path.h"
#include "obctl/tls.h"

#define HTTPS_PORT 443

int ob_ctl_api_split(struct ob_arena *a, const char *url, const char **ret_host,
		     uint16_t *ret_port)
{
	static const char scheme[] = "https://";
	const char *at = url + strlen(scheme), *end, *rest;
	unsigned long port = HTTPS_PORT;

	if (strncmp(url, scheme, strlen(scheme)) != 0)
		return -EINVAL;
	if (*at == '[') {
		end = strchr(++at, ']');
		rest = end ? end + 1 : NULL;
	} else {
		end = rest = at + strcspn(at, ":/");
	}
	if (!end || end == at || (*rest && *rest != ':' && *rest != '/'))
		return -EINVAL;
	if (*rest == ':') {
		char *stop;

		port = strtoul(rest + 1, &stop, 10);
		if (stop == rest + 1 || (*stop && *stop != '/'))
			return -EINVAL;
	}
	if (port == 0 || port > UINT16_MAX)
		return -EINVAL;
	*ret_host = ob_arena_printf(a, "%.*s", (int)(end - at), at);
	*ret_port = (uint16_t)port;
	return 0;
}

/* The first address that takes a connection, and its certificate. */
static void connect_and_verify(struct ob_ctl_api *api, struct ob_arena *a,
			       const char *ca_file)
{
	for (size_t i = 0; i < api->n_addrs && !api->connected; i++) {
		_close_ int fd = ob_ctl_tls_connect(&api->addrs[i], api->port);

		api->connect_error = fd < 0 ? fd : 0;
		if (fd < 0)
			continue;
		api->connected = true;
		api->addrs[0] = api->addrs[i];
		api->tls = ob_ctl_tls_verify(fd, api->host, ca_file, a,
					     &api->tls_detail);
	}
}

void ob_ctl_api_gather(struct ob_ctl_facts *f, struct ob_arena *a)
{
	const struct ob_ctl_file *file = &f->file;
	struct ob_ctl_api *api = &f->api;

	if (file->error < 0 || file->problem || !file->hub_url)
		return;
	api->tried = true;
	api->server = file->hub_url;
	api->namespace = file->namespace;
	if (ob_ctl_api_split(a, api->server, &api->host, &api->port) < 0) {
		api->config_problem = ob_arena_printf(
			a, "hub: url: \"%s\" is not https://HOST:PORT",
			api->server);
		return;
	}
	api->resolve_problem =
		ob_ctl_resolve(a, api->host, api->addrs, ARRAY_SIZE(api->addrs),
			       &api->n_addrs);
	if (api->resolve_problem)
		return;
	connect_and_verify(api, a, file->ca_file);
}
