// SPDX-License-Identifier: Apache-2.0
/* The hub's API, layer by layer, up to the list of Peers. */
#include "obctl/check.h"

#include <errno.h>
#include <string.h>

#include "obctl/units.h"

/* What the configuration says of it: URL, CA, token. */
static bool judge_access(const struct ob_ctl_facts *f,
			 struct ob_ctl_findings *out)
{
	const struct ob_ctl_api *api = &f->api;
	struct ob_ctl_finding *finding;

	if (!api->config_problem)
		return true;
	if (api->config_error == -EACCES || api->config_error == -EPERM) {
		ob_ctl_skip(out, "not asked: %s", api->config_problem);
		return false;
	}
	finding = ob_ctl_broken(out, "HubAccessUnreadable", "%s",
				api->config_problem);
	ob_ctl_fix(out, finding,
		   "correct hub: in %s (url, ca_file, token_file), or the file "
		   "it names",
		   f->file.path);
	return false;
}

static bool judge_name(const struct ob_ctl_facts *f,
		       struct ob_ctl_findings *out)
{
	const struct ob_ctl_api *api = &f->api;
	struct ob_ctl_finding *finding;

	if (!api->resolve_problem)
		return true;
	finding = ob_ctl_broken(out, "HubNameUnresolved",
				"%s does not resolve: %s", api->host,
				api->resolve_problem);
	ob_ctl_fix(out, finding,
		   "correct hub: url: in %s, or the name servers in "
		   "/etc/resolv.conf; getent ahosts %s",
		   f->file.path, api->host);
	return false;
}

static bool judge_connection(const struct ob_ctl_facts *f,
			     struct ob_ctl_findings *out)
{
	const struct ob_ctl_api *api = &f->api;
	const char *addr = api->n_addrs
				   ? ob_ctl_addr(out->arena, &api->addrs[0])
				   : api->host;
	struct ob_ctl_finding *finding;

	if (api->connected)
		return true;
	if (api->connect_error == -ECONNREFUSED) {
		finding = ob_ctl_broken(out, "HubRefusesConnection",
					"%s: TCP port %u of %s is closed",
					api->server, api->port, addr);
		ob_ctl_fix(out, finding,
			   "start the hub's API server (hub serve, or "
			   "kube-apiserver), or correct the port in hub: url:; "
			   "tunnels stay as they are meanwhile");
	} else {
		finding = ob_ctl_broken(
			out, "HubUnreachable", "%s: no connection to %s: %s",
			api->server, addr, strerror(-api->connect_error));
		ob_ctl_fix(out, finding,
			   "TCP port %u of %s must be reachable from here: "
			   "routes, firewalls, security groups; tunnels stay "
			   "as they are meanwhile",
			   api->port, addr);
	}
	return false;
}

static const struct {
	const char *fault, *found, *fix;
} certificate_texts[] = {
	[OB_CTL_TLS_NONE] = { "HubNoTLS", "does not speak TLS",
			      "https://HOST:PORT of hub: url: must be "
			      "the API server" },
	[OB_CTL_TLS_UNKNOWN_CA] = { "HubWrongCA",
				    "its certificate is not from the "
				    "CA we have",
				    "copy the hub's CA certificate to "
				    "ca_file (hub init "
				    "names it); if nobody has changed "
				    "it, somebody else "
				    "answers in the hub's place" },
	[OB_CTL_TLS_EXPIRED] = { "HubCertificateExpired",
				 "its certificate has expired",
				 "renew the hub's certificate, and "
				 "look at both clocks" },
	[OB_CTL_TLS_NOT_YET] = { "HubCertificateNotYet",
				 "its certificate is not valid yet",
				 "this host's clock is wrong, or the "
				 "hub's is: date" },
	[OB_CTL_TLS_WRONG_NAME] = { "HubWrongName",
				    "its certificate is for another "
				    "name",
				    "use a name or address in hub: "
				    "url: that the "
				    "certificate has, or give the hub "
				    "a certificate with "
				    "this one" },
	[OB_CTL_TLS_BAD] = { "HubTLS", "TLS fails",
			     "openssl s_client -connect HOST:PORT "
			     "shows more" },
};

static bool judge_certificate(const struct ob_ctl_facts *f,
			      struct ob_ctl_findings *out)
{
	const struct ob_ctl_api *api = &f->api;
	struct ob_ctl_finding *finding;

	if (api->tls == OB_CTL_TLS_GOOD)
		return true;
	if (api->tls == OB_CTL_TLS_UNTRIED) {
		ob_ctl_skip(out, "%s: TLS was not tried", api->server);
		return false;
	}
	finding = ob_ctl_broken(out, certificate_texts[api->tls].fault,
				"%s: %s (%s)", api->server,
				certificate_texts[api->tls].found,
				api->tls_detail);
	ob_ctl_fix(out, finding, "%s", certificate_texts[api->tls].fix);
	return false;
}

static void judge_denied(const struct ob_ctl_facts *f,
			 struct ob_ctl_findings *out)
{
	const struct ob_ctl_api *api = &f->api;
	struct ob_ctl_finding *finding;

	if (api->code == 401) {
		finding = ob_ctl_broken(out, "HubTokenRefused",
					"%s: does not know our token (401)",
					api->server);
		ob_ctl_fix(out, finding,
			   "the token was revoked, has expired or is another "
			   "hub's: on the hub, hub token create %s (with "
			   "Kubernetes kubectl create token), and put it into "
			   "%s",
			   f->id, f->file.token_file ?: "the kubeconfig");
	} else {
		finding = ob_ctl_broken(
			out, "HubForbidden",
			"%s: our token may not list Peers in %s (403)",
			api->server, api->namespace);
		ob_ctl_fix(out, finding,
			   "it is a token for something else: use the one of "
			   "hub token create %s; with Kubernetes, bind its "
			   "account to a role that may get, list and watch "
			   "peers.octopus.io",
			   f->id);
	}
}

static bool judge_list(const struct ob_ctl_facts *f,
		       struct ob_ctl_findings *out)
{
	const struct ob_ctl_api *api = &f->api;
	struct ob_ctl_finding *finding;

	if (!api->listed) {
		ob_ctl_skip(out, "%s answers; its Peers were not asked for%s%s",
			    api->server, api->list_message ? ": " : "",
			    api->list_message ?: "");
		return false;
	}
	if (api->list_error == 0 && !api->namespace_missing)
		return true;
	if (api->code == 401 || api->code == 403) {
		judge_denied(f, out);
	} else if (api->code == 404) {
		finding =
			ob_ctl_broken(out, "HubNoPeers",
				      "%s: knows no Peers (404)", api->server);
		ob_ctl_fix(out, finding,
			   "install the chart octopus there, which brings the "
			   "CustomResourceDefinition peers.octopus.io");
	} else if (api->code == 0 &&
		   (api->list_error == -EACCES || api->list_error == -EPERM)) {
		ob_ctl_skip(out, "%s answers; our token needs root: %s",
			    api->server, api->list_message);
	} else if (api->namespace_missing) {
		finding = ob_ctl_broken(out, "HubNamespaceMissing",
					"%s: has no namespace %s", api->server,
					api->namespace);
		ob_ctl_fix(out, finding,
			   "kubectl create namespace %s there, or correct "
			   "hub: namespace: in %s",
			   api->namespace, f->file.path);
	} else {
		finding = ob_ctl_broken(out, "HubListFailed",
					"%s: the Peers cannot be listed: %s",
					api->server, api->list_message);
		ob_ctl_fix(out, finding, "look at the log of the API server");
	}
	return false;
}

void ob_ctl_check_hub(const struct ob_ctl_facts *f, struct ob_ctl_findings *out)
{
	const struct ob_ctl_api *api = &f->api;

	if (!f->hub_mode) {
		ob_ctl_skip(out, "none: peers are in the configuration");
		return;
	}
	if (!api->tried) {
		ob_ctl_skip(out, "not asked: without the configuration nobody "
				 "knows its CA and our token");
		return;
	}
	if (judge_access(f, out) && judge_name(f, out) &&
	    judge_connection(f, out) && judge_certificate(f, out) &&
	    judge_list(f, out))
		ob_ctl_good(out, "%s: %zu Peer%s in %s", api->server,
			    api->peers.n, api->peers.n == 1 ? "" : "s",
			    api->namespace);
}
