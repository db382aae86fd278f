/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an API server is and who we are to it. The certificate is always
 * verified: against the CA given here, or the system's when there is none.
 * "insecure-skip-tls-verify" is refused. Plain http is taken for a server on
 * the machine itself, without credentials.
 *
 * Tokens in files are read again when the file changes (bound service account
 * tokens rotate: KEP-1205). Secrets are never logged and are wiped on free.
 */
#pragma once

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/status.h"

struct ob_kube_config {
	/* "https://192.0.2.1:6443", maybe with a path; no trailing '/' */
	char *server;
	char *ca_pem;	  /* PEM text; NULL: the system's */
	char *token;	  /* NULL: none, or in token_file */
	char *token_file; /* read at use */
	char *cert_pem;	  /* client certificate and key, PEM; both or none */
	char *key_pem;
	char *tls_server_name; /* NULL: that of the server's URL */
	char *namespace;       /* of the context; "default" */
};

/*
 * What fields of a configuration file say: all strings are copied. ca_file and
 * token_file may be NULL. Errors name the file.
 */
int ob_kube_config_new(const char *server, const char *ca_file,
		       const char *token_file, struct ob_kube_config **ret,
		       struct ob_status *status);
/*
 * A kubeconfig file (YAML or JSON) and one of its contexts; NULL: the current
 * one. Data fields (base64) and file names, relative to the file. What would
 * change whom we talk to, or as whom, is refused by name: exec and
 * auth-provider plugins, passwords, impersonation, proxy-url.
 */
int ob_kube_config_load(const char *path, const char *context,
			struct ob_kube_config **ret, struct ob_status *status);
/* Parses its bytes; dir is what relative names are relative to. */
int ob_kube_config_parse(const char *name, const char *bytes,
			 unsigned long size, const char *dir,
			 const char *context, struct ob_kube_config **ret,
			 struct ob_status *status);
/*
 * Inside a pod: KUBERNETES_SERVICE_HOST and _PORT and the service account
 * volume. -ENOENT when not in a pod. root is "" but in tests.
 */
int ob_kube_config_in_cluster(const char *root, struct ob_kube_config **ret,
			      struct ob_status *status);

/* What a configuration file says of an API server: one of the three. */
struct ob_kube_place {
	const char *url, *ca_file, *token_file; /* or */
	const char *kubeconfig;			/* or */
	bool in_cluster;
};
int ob_kube_config_open(const struct ob_kube_place *place,
			struct ob_kube_config **ret, struct ob_status *status);
void ob_kube_config_free(struct ob_kube_config *c);
OB_DEFINE_CLEANUP(struct ob_kube_config *, ob_kube_config_free)
