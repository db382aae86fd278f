// SPDX-License-Identifier: Apache-2.0
/* Certificates for kube_server.h, made when they are needed. */
#include "kube_server.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_S 86400

struct pair {
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
};

static void must(int r)
{
	if (r < 0)
		abort();
}

static struct pair pair_new(const char *name, unsigned char serial)
{
	struct pair p;

	must(gnutls_x509_crt_init(&p.crt));
	must(gnutls_x509_privkey_init(&p.key));
	must(gnutls_x509_privkey_generate(
		p.key, GNUTLS_PK_ECDSA,
		GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	must(gnutls_x509_crt_set_version(p.crt, 3));
	must(gnutls_x509_crt_set_serial(p.crt, &serial, 1));
	must(gnutls_x509_crt_set_dn_by_oid(p.crt, GNUTLS_OID_X520_COMMON_NAME,
					   0, name,
					   (unsigned int)strlen(name)));
	must(gnutls_x509_crt_set_activation_time(p.crt, time(NULL) - DAY_S));
	must(gnutls_x509_crt_set_expiration_time(p.crt, time(NULL) + DAY_S));
	must(gnutls_x509_crt_set_key(p.crt, p.key));
	return p;
}

static void pair_done(struct pair *p)
{
	gnutls_x509_crt_deinit(p->crt);
	gnutls_x509_privkey_deinit(p->key);
}

static void sign(struct pair *p, struct pair *by)
{
	must(gnutls_x509_crt_sign2(p->crt, by->crt, by->key, GNUTLS_DIG_SHA256,
				   0));
}

static char *text_of(gnutls_datum_t d)
{
	char *text = strndup((char *)d.data, d.size);

	gnutls_free(d.data);
	return text;
}

static char *crt_pem(struct pair *p)
{
	gnutls_datum_t d;

	must(gnutls_x509_crt_export2(p->crt, GNUTLS_X509_FMT_PEM, &d));
	return text_of(d);
}

static char *key_pem(struct pair *p)
{
	gnutls_datum_t d;

	must(gnutls_x509_privkey_export2(p->key, GNUTLS_X509_FMT_PEM, &d));
	return text_of(d);
}

static void name_server(struct pair *p, const char *name, bool with_address)
{
	struct in_addr loopback = { .s_addr = htonl(INADDR_LOOPBACK) };

	must(gnutls_x509_crt_set_subject_alt_name(
		p->crt, GNUTLS_SAN_DNSNAME, name, (unsigned int)strlen(name),
		GNUTLS_FSAN_SET));
	if (with_address)
		must(gnutls_x509_crt_set_subject_alt_name(
			p->crt, GNUTLS_SAN_IPADDRESS, &loopback,
			sizeof(loopback), GNUTLS_FSAN_APPEND));
}

void kube_tls_make(struct kube_tls *tls, const char *name, bool with_address)
{
	struct pair ca = pair_new("test CA", 1);
	struct pair server = pair_new(name, 2);
	struct pair client = pair_new("client", 3);

	must(gnutls_x509_crt_set_ca_status(ca.crt, 1));
	must(gnutls_x509_crt_set_key_usage(ca.crt, GNUTLS_KEY_KEY_CERT_SIGN));
	name_server(&server, name, with_address);
	sign(&ca, &ca);
	sign(&server, &ca);
	sign(&client, &ca);
	*tls = (struct kube_tls){
		.ca_pem = crt_pem(&ca),
		.cert_pem = crt_pem(&server),
		.key_pem = key_pem(&server),
		.client_cert_pem = crt_pem(&client),
		.client_key_pem = key_pem(&client),
	};
	pair_done(&ca);
	pair_done(&server);
	pair_done(&client);
}

void kube_tls_done(struct kube_tls *tls)
{
	free(tls->ca_pem);
	free(tls->cert_pem);
	free(tls->key_pem);
	free(tls->client_cert_pem);
	free(tls->client_key_pem);
}
