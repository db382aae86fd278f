// SPDX-License-Identifier: Apache-2.0
#include "hub/pki.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <string.h>
#include <time.h>

#include "hub/files.h"

#define REASON	      "CertificateFailed"
#define DAY_S	      ((time_t)24 * 60 * 60)
#define CA_DAYS	      3650
#define SERVER_DAYS   365
#define RENEW_DAYS    30
/* Clocks of clients may be behind. */
#define BACKDATE_DAYS 1

OB_DEFINE_CLEANUP(gnutls_x509_crt_t, gnutls_x509_crt_deinit)
OB_DEFINE_CLEANUP(gnutls_x509_privkey_t, gnutls_x509_privkey_deinit)

struct pair {
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
};

static void pair_done(struct pair *p)
{
	gnutls_x509_crt_deinitp(&p->crt);
	gnutls_x509_privkey_deinitp(&p->key);
}

static int tls_error(int e, const char *what, struct ob_status *status)
{
	return ob_status_set(status, EIO, REASON, "%s: %s", what,
			     gnutls_strerror(e));
}

/* --- files --- */

static int pair_read(struct ob_arena *a, const char *dir, const char *crt_name,
		     const char *key_name, struct pair *ret,
		     struct ob_status *status)
{
	const char *path = ob_hub_files_path(a, dir, crt_name);
	char *crt = NULL, *key = NULL;
	size_t crt_size = 0, key_size = 0;
	int r, e;

	r = ob_hub_files_read(a, path, &crt, &crt_size, status);
	if (r == 0)
		r = ob_hub_files_read(a, ob_hub_files_path(a, dir, key_name),
				      &key, &key_size, status);
	if (r < 0)
		return r;
	e = gnutls_x509_crt_init(&ret->crt);
	if (e == 0)
		e = gnutls_x509_privkey_init(&ret->key);
	if (e == 0)
		e = gnutls_x509_crt_import(
			ret->crt,
			&(gnutls_datum_t){ (unsigned char *)crt,
					   (unsigned int)crt_size },
			GNUTLS_X509_FMT_PEM);
	if (e == 0)
		e = gnutls_x509_privkey_import(
			ret->key,
			&(gnutls_datum_t){ (unsigned char *)key,
					   (unsigned int)key_size },
			GNUTLS_X509_FMT_PEM);
	gnutls_memset(key, 0, key_size);
	return e < 0 ? tls_error(e, path, status) : 0;
}

static int datum_write(const char *path, mode_t mode, gnutls_datum_t *d,
		       struct ob_status *status)
{
	int r = ob_hub_files_write(path, mode, d->data, d->size, status);

	gnutls_memset(d->data, 0, d->size);
	gnutls_free(d->data);
	return r;
}

/* The key first: a certificate without a key would look complete. */
static int pair_write(struct ob_arena *a, const char *dir, const char *crt_name,
		      const char *key_name, const struct pair *p,
		      struct ob_status *status)
{
	gnutls_datum_t d = { 0 };
	int e = gnutls_x509_privkey_export2(p->key, GNUTLS_X509_FMT_PEM, &d);
	int r;

	if (e < 0)
		return tls_error(e, key_name, status);
	r = datum_write(ob_hub_files_path(a, dir, key_name), 0600, &d, status);
	if (r < 0)
		return r;
	e = gnutls_x509_crt_export2(p->crt, GNUTLS_X509_FMT_PEM, &d);
	if (e < 0)
		return tls_error(e, crt_name, status);
	return datum_write(ob_hub_files_path(a, dir, crt_name), 0644, &d,
			   status);
}

/* --- certificates --- */

static int key_make(gnutls_x509_privkey_t *ret)
{
	int e = gnutls_x509_privkey_init(ret);

	if (e < 0)
		return e;
	return gnutls_x509_privkey_generate(
		*ret, GNUTLS_PK_ECDSA,
		GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
}

static int common_set(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
		      const char *name, int days)
{
	unsigned char serial[16], id[20];
	size_t id_size = sizeof(id);
	time_t now = time(NULL);
	int e = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	serial[0] = (unsigned char)((serial[0] & 0x7f) | 0x40);
	if (e == 0)
		e = gnutls_x509_crt_set_version(crt, 3);
	if (e == 0)
		e = gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
	if (e == 0)
		e = gnutls_x509_crt_set_activation_time(
			crt, now - BACKDATE_DAYS * DAY_S);
	if (e == 0)
		e = gnutls_x509_crt_set_expiration_time(crt,
							now + days * DAY_S);
	if (e == 0)
		e = gnutls_x509_crt_set_key(crt, key);
	if (e == 0)
		e = gnutls_x509_crt_set_dn_by_oid(
			crt, GNUTLS_OID_X520_COMMON_NAME, 0, name,
			(unsigned int)strlen(name));
	if (e == 0)
		e = gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA1, id,
					       &id_size);
	if (e == 0)
		e = gnutls_x509_crt_set_subject_key_id(crt, id, id_size);
	return e;
}

static int pair_begin(struct pair *p, const char *name, int days)
{
	int e = key_make(&p->key);

	if (e == 0)
		e = gnutls_x509_crt_init(&p->crt);
	if (e == 0)
		e = common_set(p->crt, p->key, name, days);
	return e;
}

static int ca_make(struct pair *p)
{
	int e = pair_begin(p, "ovn-builder hub CA", CA_DAYS);

	if (e == 0)
		e = gnutls_x509_crt_set_basic_constraints(p->crt, 1, 0);
	if (e == 0)
		e = gnutls_x509_crt_set_key_usage(
			p->crt, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
	if (e == 0)
		e = gnutls_x509_crt_sign2(p->crt, p->crt, p->key,
					  GNUTLS_DIG_SHA256, 0);
	return e;
}

static int name_add(gnutls_x509_crt_t crt, const char *name)
{
	unsigned char address[16];

	if (inet_pton(AF_INET, name, address) == 1)
		return gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_IPADDRESS, address, 4,
			GNUTLS_FSAN_APPEND);
	if (inet_pton(AF_INET6, name, address) == 1)
		return gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_IPADDRESS, address, 16,
			GNUTLS_FSAN_APPEND);
	return gnutls_x509_crt_set_subject_alt_name(
		crt, GNUTLS_SAN_DNSNAME, name, (unsigned int)strlen(name),
		GNUTLS_FSAN_APPEND);
}

static const char *const local_names[] = { "localhost", "127.0.0.1", "::1" };

static int names_add(gnutls_x509_crt_t crt, const char *const *names, size_t n)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < ARRAY_SIZE(local_names); i++)
		e = name_add(crt, local_names[i]);
	for (size_t i = 0; e == 0 && i < n; i++)
		e = name_add(crt, names[i]);
	return e;
}

static int issuer_set(gnutls_x509_crt_t crt, const struct pair *ca)
{
	unsigned char id[64];
	size_t size = sizeof(id);
	int e = gnutls_x509_crt_get_subject_key_id(ca->crt, id, &size, NULL);

	if (e == 0)
		e = gnutls_x509_crt_set_authority_key_id(crt, id, size);
	if (e == 0)
		e = gnutls_x509_crt_sign2(crt, ca->crt, ca->key,
					  GNUTLS_DIG_SHA256, 0);
	return e;
}

static int server_make(struct pair *p, const struct pair *ca,
		       const char *const *names, size_t n)
{
	int e = pair_begin(p, "ovn-builder hub", SERVER_DAYS);

	if (e == 0)
		e = gnutls_x509_crt_set_basic_constraints(p->crt, 0, -1);
	if (e == 0)
		e = gnutls_x509_crt_set_key_usage(p->crt,
						  GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (e == 0)
		e = gnutls_x509_crt_set_key_purpose_oid(
			p->crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
	if (e == 0)
		e = names_add(p->crt, names, n);
	if (e == 0)
		e = issuer_set(p->crt, ca);
	return e;
}

/* --- what is there --- */

static bool covers(gnutls_x509_crt_t crt, const char *name)
{
	/* Takes addresses as well as names. */
	return gnutls_x509_crt_check_hostname(crt, name) != 0;
}

static bool server_is_good(const struct pair *server, const struct pair *ca,
			   const char *const *names, size_t n)
{
	unsigned int verdict = 0;

	if (gnutls_x509_crt_get_expiration_time(server->crt) <
	    time(NULL) + RENEW_DAYS * DAY_S)
		return false;
	if (gnutls_x509_crt_verify(server->crt, &ca->crt, 1, 0, &verdict) < 0 ||
	    verdict)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!covers(server->crt, names[i]))
			return false;
	return true;
}

static int ca_ensure(struct ob_arena *a, const char *dir, struct pair *ca,
		     struct ob_status *status)
{
	int r = pair_read(a, dir, "ca.crt", "ca.key", ca, status);
	int e;

	if (r != -ENOENT)
		return r;
	e = ca_make(ca);
	if (e < 0)
		return tls_error(e, "cannot make a CA", status);
	return pair_write(a, dir, "ca.crt", "ca.key", ca, status);
}

int ob_hub_pki_ensure(const char *dir, const char *const *names, size_t n,
		      struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(pair_done) struct pair ca = { 0 }, old = { 0 }, new = { 0 };
	int r = ca_ensure(a, dir, &ca, status);
	int e;

	if (r < 0)
		return r;
	r = pair_read(a, dir, "server.crt", "server.key", &old, status);
	if (r == 0 && server_is_good(&old, &ca, names, n))
		return 0;
	if (r < 0 && r != -ENOENT)
		return r;
	e = server_make(&new, &ca, names, n);
	if (e < 0)
		return tls_error(e, "cannot make a server certificate", status);
	return pair_write(a, dir, "server.crt", "server.key", &new, status);
}

/* --- what is presented --- */

static struct {
	gnutls_pcert_st cert;
	gnutls_privkey_t key;
	bool loaded;
} presented;

void ob_hub_pki_unload(void)
{
	if (!presented.loaded)
		return;
	gnutls_pcert_deinit(&presented.cert);
	gnutls_privkey_deinit(presented.key);
	presented.loaded = false;
}

int ob_hub_pki_load(const char *dir, struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(pair_done) struct pair server = { 0 };
	int r = pair_read(a, dir, "server.crt", "server.key", &server, status);
	int e;

	if (r < 0)
		return r == -ENOENT
			       ? ob_status_set(status, ENOENT, REASON,
					       "%s/server.crt is missing", dir)
			       : r;
	ob_hub_pki_unload();
	e = gnutls_pcert_import_x509(&presented.cert, server.crt, 0);
	if (e < 0)
		return tls_error(e, "cannot use server.crt", status);
	e = gnutls_privkey_init(&presented.key);
	if (e == 0)
		e = gnutls_privkey_import_x509(presented.key, server.key,
					       GNUTLS_PRIVKEY_IMPORT_COPY);
	presented.loaded = true;
	return e < 0 ? tls_error(e, "cannot use server.key", status) : 0;
}

int ob_hub_pki_present(gnutls_session_t session,
		       const gnutls_datum_t *req_ca_rdn, int n_reqs,
		       const gnutls_pk_algorithm_t *algorithms,
		       int n_algorithms, gnutls_pcert_st **ret_certs,
		       unsigned int *ret_n, gnutls_privkey_t *ret_key)
{
	(void)session;
	(void)req_ca_rdn;
	(void)n_reqs;
	(void)algorithms;
	(void)n_algorithms;
	if (!presented.loaded)
		return -1;
	*ret_certs = &presented.cert;
	*ret_n = 1;
	*ret_key = presented.key;
	return 0;
}
