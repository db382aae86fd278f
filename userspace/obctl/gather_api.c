// SPDX-License-Identifier: Apache-2.0
#include "obctl/gather_api.h"

#include <errno.h>
#include <string.h>
#include <systemd/sd-event.h>

#include "kube/client.h"
#include "obctl/daemon.h"
#include "obctl/gather_path.h"
#include "obctl/peer_object.h"
#include "obctl/tls.h"

#define HTTPS_PORT 443

static const struct ob_kube_resource peers_resource = { "octopus.io",
							"v1alpha1", "peers",
							"Peer", true };
static const struct ob_kube_resource namespaces_resource = {
	"", "v1", "namespaces", "Namespace", false
};

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
			       const struct ob_kube_config *config)
{
	const char *name = config->tls_server_name ?: api->host;

	for (size_t i = 0; i < api->n_addrs && !api->connected; i++) {
		_close_ int fd = ob_ctl_tls_connect(&api->addrs[i], api->port);

		api->connect_error = fd < 0 ? fd : 0;
		if (fd < 0)
			continue;
		api->connected = true;
		api->addrs[0] = api->addrs[i];
		api->tls = ob_ctl_tls_verify(fd, name, config->ca_pem, a,
					     &api->tls_detail);
	}
}

static int load_config(const struct ob_ctl_file *file,
		       struct ob_kube_config **ret, struct ob_status *status)
{
	if (file->kubeconfig)
		return ob_kube_config_load(file->kubeconfig, NULL, ret, status);
	return ob_kube_config_new(file->hub_url, file->ca_file,
				  file->token_file, ret, status);
}

static bool failed(struct ob_ctl_api *api, struct ob_arena *a, int r,
		   const struct ob_status *status)
{
	if (r >= 0)
		return false;
	api->config_error = r;
	api->config_problem = ob_arena_strdup(
		a, status->reason ? status->message : strerror(-r));
	return true;
}

/* Only an answer says that there is none: a member may not ask. */
static void ask_namespace(struct ob_kube *k, struct ob_ctl_api *api,
			  struct ob_arena *a)
{
	const struct ob_kube_ref ref = { .resource = &namespaces_resource,
					 .name = api->namespace };
	struct ob_kube_reply reply = { 0 };

	api->namespace_missing =
		ob_kube_get_wait(k, a, &ref, &reply) == -ENOENT;
}

static void list_peers(struct ob_kube *k, struct ob_ctl_api *api,
		       struct ob_arena *a)
{
	const struct ob_kube_ref ref = { .resource = &peers_resource,
					 .namespace = api->namespace };
	struct ob_kube_reply reply = { 0 };

	api->list_error = ob_kube_list_wait(k, a, &ref, NULL, &reply);
	api->listed = true;
	api->code = reply.code;
	if (api->list_error < 0)
		api->list_message = ob_arena_strdup(
			a, reply.status.reason ? reply.status.message
					       : strerror(-api->list_error));
	else
		ob_ctl_api_decode(a, reply.body, &api->peers);
	if (api->list_error == 0 && api->peers.n == 0)
		ask_namespace(k, api, a);
}

static void ask(struct ob_ctl_api *api, struct ob_arena *a,
		struct ob_kube_config *config)
{
	_cleanup_(ob_kube_config_freep) struct ob_kube_config *mine = config;
	_cleanup_(sd_event_unrefp) sd_event *event = NULL;
	_cleanup_(ob_kube_freep) struct ob_kube *k = NULL;
	struct ob_status status = OB_STATUS_INIT;
	int r = sd_event_new(&event);

	if (r >= 0)
		r = ob_kube_new(event, TAKE_PTR(mine), "obctl/" OB_VERSION, &k,
				&status);
	if (!failed(api, a, r, &status))
		list_peers(k, api, a);
}

void ob_ctl_api_gather(struct ob_ctl_facts *f, struct ob_arena *a)
{
	_cleanup_(ob_kube_config_freep) struct ob_kube_config *config = NULL;
	struct ob_status status = OB_STATUS_INIT;
	const struct ob_ctl_file *file = &f->file;
	struct ob_ctl_api *api = &f->api;

	if (file->error < 0 || !file->hub_mode ||
	    !(file->hub_url || file->kubeconfig))
		return;
	api->tried = true;
	api->server = file->hub_url ?: file->kubeconfig;
	api->namespace = file->namespace;
	if (failed(api, a, load_config(file, &config, &status), &status))
		return;
	api->server = ob_arena_strdup(a, config->server);
	if (ob_ctl_api_split(a, api->server, &api->host, &api->port) < 0) {
		api->config_problem = ob_arena_printf(
			a, "hub: url: \"%s\" is not https://HOST:PORT",
			api->server);
		return;
	}
	api->resolve_problem =
		ob_ctl_resolve(a, api->host, api->addrs, ARRAY_SIZE(api->addrs),
			       &api->n_addrs);
	if (!api->resolve_problem)
		connect_and_verify(api, a, config);
	if (api->tls == OB_CTL_TLS_GOOD)
		ask(api, a, TAKE_PTR(config));
}
