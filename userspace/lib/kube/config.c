// SPDX-License-Identifier: Apache-2.0
#include "kube/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kube/config_check.h"
#include "kube/secretfile.h"
#include "kube/url.h"

#define REASON	"InvalidConfiguration"
#define ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

void ob_kube_config_free(struct ob_kube_config *c)
{
	if (!c)
		return;
	free(c->server);
	free(c->ca_pem);
	ob_kube_secret_free(c->token);
	free(c->token_file);
	free(c->cert_pem);
	ob_kube_secret_free(c->key_pem);
	free(c->tls_server_name);
	free(c->namespace);
	free(c);
}

static int copy(char **to, const char *from)
{
	*to = strdup(from);
	return *to ? 0 : -ENOMEM;
}

static int check_ca(const char *where, const char *pem,
		    struct ob_status *status)
{
	if (strstr(pem, "-----BEGIN CERTIFICATE-----") ||
	    strstr(pem, "-----BEGIN TRUSTED CERTIFICATE-----"))
		return 0;
	return ob_status_set(status, EINVAL, REASON,
			     "%s: holds no certificate in PEM form", where);
}

static int check_pair(const struct ob_kube_config *c, const char *where,
		      struct ob_status *status)
{
	if (!c->cert_pem != !c->key_pem)
		return ob_status_set(status, EINVAL, REASON,
				     "%s: a client certificate and its key: "
				     "only the %s is there",
				     where, c->cert_pem ? "first" : "second");
	if (!c->cert_pem)
		return 0;
	if (!strstr(c->cert_pem, "-----BEGIN CERTIFICATE-----"))
		return ob_status_set(status, EINVAL, REASON,
				     "%s: the client certificate is not in PEM "
				     "form",
				     where);
	if (!strstr(c->key_pem, "PRIVATE KEY-----"))
		return ob_status_set(status, EINVAL, REASON,
				     "%s: the client key is not in PEM form",
				     where);
	if (strstr(c->key_pem, "ENCRYPTED"))
		return ob_status_set(status, EINVAL, REASON,
				     "%s: the client key is encrypted: that is "
				     "not supported",
				     where);
	return 0;
}

/* What travels in the clear must not be a secret. */
static int check_plain(const struct ob_kube_config *c, const char *where,
		       struct ob_status *status)
{
	if (ob_kube_url_is_tls(c->server) ||
	    (!c->token && !c->token_file && !c->cert_pem))
		return 0;
	return ob_status_set(status, EINVAL, REASON,
			     "%s: server %s: credentials are sent over https "
			     "only",
			     where, c->server);
}

int ob_kube_config_check(struct ob_kube_config *c, const char *where,
			 struct ob_status *status)
{
	int r = 0;

	if (c->ca_pem)
		r = check_ca(where, c->ca_pem, status);
	if (r == 0)
		r = check_pair(c, where, status);
	if (r == 0)
		r = check_plain(c, where, status);
	if (r == 0 && c->token && ob_kube_token_check(c->token) < 0)
		r = ob_status_set(status, EINVAL, REASON,
				  "%s: the token has spaces or other "
				  "characters that a header cannot have",
				  where);
	if (r == 0 && !c->namespace)
		r = copy(&c->namespace, "default");
	return r;
}

int ob_kube_config_set_server(struct ob_kube_config *c, const char *where,
			      const char *server, struct ob_status *status)
{
	const char *problem = NULL;
	int r = ob_kube_url_normalize(server, &c->server, &problem);

	if (r < 0)
		return ob_status_set(status, -r, REASON,
				     "%s: server \"%.200s\" %s", where, server,
				     problem);
	return 0;
}

/* A first look, so that a mistake shows now; it is read again at use. */
static int set_token_file(struct ob_kube_config *c, const char *path,
			  struct ob_status *status)
{
	_cleanup_(ob_kube_secret_freep) char *token = NULL;
	int r = ob_kube_token_read(path, &token, status);

	return r < 0 ? r : copy(&c->token_file, path);
}

int ob_kube_config_new(const char *server, const char *ca_file,
		       const char *token_file, struct ob_kube_config **ret,
		       struct ob_status *status)
{
	_cleanup_(ob_kube_config_freep) struct ob_kube_config *c = NULL;
	int r;

	c = calloc(1, sizeof(*c));
	if (!c)
		return ob_status_set(status, ENOMEM, REASON, "out of memory");
	r = ob_kube_config_set_server(c, "configuration", server, status);
	if (r == 0 && ca_file)
		r = ob_kube_file_read(ca_file, &c->ca_pem, NULL, status);
	if (r == 0 && c->ca_pem)
		r = check_ca(ca_file, c->ca_pem, status);
	if (r == 0 && token_file)
		r = set_token_file(c, token_file, status);
	if (r == 0)
		r = ob_kube_config_check(c, "configuration", status);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(c);
	return 0;
}

static int read_namespace(struct ob_kube_config *c, const char *path)
{
	struct ob_status ignored = OB_STATUS_INIT;
	_free_ char *text = NULL;

	if (ob_kube_file_read(path, &text, NULL, &ignored) < 0)
		return copy(&c->namespace, "default");
	text[strcspn(text, " \t\r\n")] = '\0';
	return copy(&c->namespace, *text ? text : "default");
}

static int load_account(struct ob_kube_config *c, const char *root,
			struct ob_status *status)
{
	_free_ char *ca = NULL, *token = NULL, *namespace = NULL;
	int r;

	if (asprintf(&ca, "%s" ACCOUNT "/ca.crt", root) < 0 ||
	    asprintf(&token, "%s" ACCOUNT "/token", root) < 0 ||
	    asprintf(&namespace, "%s" ACCOUNT "/namespace", root) < 0)
		return ob_status_set(status, ENOMEM, REASON, "out of memory");
	r = ob_kube_file_read(ca, &c->ca_pem, NULL, status);
	if (r == 0)
		r = check_ca(ca, c->ca_pem, status);
	if (r == 0)
		r = set_token_file(c, token, status);
	return r == 0 ? read_namespace(c, namespace) : r;
}

int ob_kube_config_in_cluster(const char *root, struct ob_kube_config **ret,
			      struct ob_status *status)
{
	_cleanup_(ob_kube_config_freep) struct ob_kube_config *c = NULL;
	const char *host = getenv("KUBERNETES_SERVICE_HOST");
	const char *port = getenv("KUBERNETES_SERVICE_PORT");
	_free_ char *url = NULL;
	int r;

	if (!host || !port || !*host || !*port)
		return ob_status_set(status, ENOENT, REASON,
				     "not in a pod: KUBERNETES_SERVICE_HOST "
				     "and KUBERNETES_SERVICE_PORT are not set");
	c = calloc(1, sizeof(*c));
	if (!c ||
	    asprintf(&url,
		     strchr(host, ':') ? "https://[%s]:%s" : "https://%s:%s",
		     host, port) < 0)
		return ob_status_set(status, ENOMEM, REASON, "out of memory");
	r = ob_kube_config_set_server(c, "KUBERNETES_SERVICE_HOST and _PORT",
				      url, status);
	if (r == 0)
		r = load_account(c, root, status);
	if (r == 0)
		r = ob_kube_config_check(c, "service account", status);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(c);
	return 0;
}

int ob_kube_config_open(const struct ob_kube_place *place,
			struct ob_kube_config **ret, struct ob_status *status)
{
	if (place->in_cluster)
		return ob_kube_config_in_cluster("", ret, status);
	if (place->kubeconfig)
		return ob_kube_config_load(place->kubeconfig, NULL, ret,
					   status);
	return ob_kube_config_new(place->url, place->ca_file, place->token_file,
				  ret, status);
}
