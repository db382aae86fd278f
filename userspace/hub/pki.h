/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificate authority of the hub and its server certificate, in files of
 * the state directory: ca.crt, ca.key, server.crt, server.key (ECDSA P-256).
 * Clients pin ca.crt; the server certificate is made anew with the same CA
 * when it is about to expire or when it lacks a name.
 */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "base/status.h"

#define OB_HUB_PKI_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/*
 * Makes what is missing in dir. names: addresses and DNS names that clients
 * dial, besides localhost.
 */
int ob_hub_pki_ensure(const char *dir, const char *const *names, size_t n,
		      struct ob_status *status);
/*
 * Loads the server certificate for ob_hub_pki_present(); again after
 * ob_hub_pki_ensure() has renewed it. There is one per process, because GnuTLS
 * hands no argument to the callback.
 */
int ob_hub_pki_load(const char *dir, struct ob_status *status);
void ob_hub_pki_unload(void);
/* A gnutls_certificate_retrieve_function2. */
int ob_hub_pki_present(gnutls_session_t session,
		       const gnutls_datum_t *req_ca_rdn, int n_reqs,
		       const gnutls_pk_algorithm_t *algorithms,
		       int n_algorithms, gnutls_pcert_st **ret_certs,
		       unsigned int *ret_n, gnutls_privkey_t *ret_key);
