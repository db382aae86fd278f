// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "obctl/tls.h"
#include "obctl_fixture.h"

#define DAY_S 86400
#define BITS  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)

/* A CA and what a server has from it. */
struct pki {
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t ca, server;
	char *ca_pem;
};

struct times {
	int64_t from_s, until_s; /* from now */
};

static const struct times valid = { -DAY_S, DAY_S };

static gnutls_x509_crt_t make(struct pki *p, const struct times *t,
			      const char *name)
{
	const unsigned char serial = name ? 2 : 1;
	const char *dn = name ? name : "CA";
	gnutls_x509_crt_t crt;
	time_t now = time(NULL);

	assert_int_equal(0, gnutls_x509_crt_init(&crt));
	gnutls_x509_crt_set_version(crt, 3);
	gnutls_x509_crt_set_serial(crt, &serial, 1);
	gnutls_x509_crt_set_activation_time(crt, now + t->from_s);
	gnutls_x509_crt_set_expiration_time(crt, now + t->until_s);
	gnutls_x509_crt_set_key(crt, p->key);
	gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, dn,
				      (unsigned int)strlen(dn));
	gnutls_x509_crt_set_basic_constraints(crt, name == NULL, -1);
	if (name)
		gnutls_x509_crt_set_subject_alt_name(
			crt, GNUTLS_SAN_DNSNAME, name,
			(unsigned int)strlen(name), GNUTLS_FSAN_SET);
	assert_int_equal(0,
			 gnutls_x509_crt_sign2(crt, name ? p->ca : crt, p->key,
					       GNUTLS_DIG_SHA256, 0));
	return crt;
}

static void pki_init(struct pki *p, const struct times *t)
{
	gnutls_datum_t pem = { 0 };

	memset(p, 0, sizeof(*p));
	assert_int_equal(0, gnutls_x509_privkey_init(&p->key));
	assert_int_equal(0, gnutls_x509_privkey_generate(
				    p->key, GNUTLS_PK_ECDSA, BITS, 0));
	p->ca = make(p, &valid, NULL);
	p->server = make(p, t, "hub.example");
	assert_int_equal(
		0, gnutls_x509_crt_export2(p->ca, GNUTLS_X509_FMT_PEM, &pem));
	p->ca_pem = strndup((const char *)pem.data, pem.size);
	gnutls_free(pem.data);
}

static void pki_done(struct pki *p)
{
	gnutls_x509_crt_deinit(p->server);
	gnutls_x509_crt_deinit(p->ca);
	gnutls_x509_privkey_deinit(p->key);
	free(p->ca_pem);
}

/* The other end, in a child: one handshake. */
static void serve(int fd, struct pki *p)
{
	gnutls_certificate_credentials_t credentials;
	gnutls_session_t session;
	int r;

	gnutls_certificate_allocate_credentials(&credentials);
	gnutls_certificate_set_x509_key(credentials, &p->server, 1, p->key);
	gnutls_init(&session, GNUTLS_SERVER);
	gnutls_set_default_priority(session);
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_transport_set_int(session, fd);
	do
		r = gnutls_handshake(session);
	while (r < 0 && !gnutls_error_is_fatal(r));
	_exit(0);
}

static enum ob_ctl_tls verify(struct obctl_fixture *f, struct pki *p,
			      const char *name, const char *ca_pem)
{
	const char *detail = NULL;
	enum ob_ctl_tls verdict;
	int fds[2];
	pid_t child;

	assert_int_equal(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(fds[0]);
		serve(fds[1], p);
	}
	close(fds[1]);
	verdict = ob_ctl_tls_verify(fds[0], name, ca_pem, f->arena, &detail);
	assert_non_null(detail);
	close(fds[0]);
	assert_int_equal(child, waitpid(child, NULL, 0));
	return verdict;
}

static void certificate_of_our_ca_is_good(void **state)
{
	struct pki p;

	pki_init(&p, &valid);
	assert_int_equal(OB_CTL_TLS_GOOD,
			 verify(*state, &p, "hub.example", p.ca_pem));
	assert_int_equal(OB_CTL_TLS_WRONG_NAME,
			 verify(*state, &p, "gw.example", p.ca_pem));
	assert_int_equal(OB_CTL_TLS_WRONG_NAME,
			 verify(*state, &p, "192.0.2.1", p.ca_pem));
	pki_done(&p);
}

static void certificate_of_another_ca_is_told(void **state)
{
	struct pki p, other;

	pki_init(&p, &valid);
	pki_init(&other, &valid);
	assert_int_equal(OB_CTL_TLS_UNKNOWN_CA,
			 verify(*state, &p, "hub.example", other.ca_pem));
	pki_done(&other);
	pki_done(&p);
}

static void time_is_told_from_trust(void **state)
{
	static const struct times over = { -2 * DAY_S, -DAY_S };
	static const struct times later = { DAY_S, 2 * DAY_S };
	struct pki p;

	pki_init(&p, &over);
	assert_int_equal(OB_CTL_TLS_EXPIRED,
			 verify(*state, &p, "hub.example", p.ca_pem));
	pki_done(&p);
	pki_init(&p, &later);
	assert_int_equal(OB_CTL_TLS_NOT_YET,
			 verify(*state, &p, "hub.example", p.ca_pem));
	pki_done(&p);
}

static void ca_that_is_none_is_no_trust(void **state)
{
	struct pki p;

	pki_init(&p, &valid);
	assert_int_equal(OB_CTL_TLS_UNKNOWN_CA,
			 verify(*state, &p, "hub.example", "nothing\n"));
	pki_done(&p);
}

static void something_else_is_no_tls(void **state)
{
	static const char hello[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	struct obctl_fixture *f = *state;
	const char *detail = NULL;
	int fds[2];

	assert_int_equal(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	assert_int_equal(sizeof(hello), write(fds[1], hello, sizeof(hello)));
	assert_int_equal(OB_CTL_TLS_NONE, ob_ctl_tls_verify(fds[0], "h", NULL,
							    f->arena, &detail));
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, obctl_fixture_set_up,            \
					obctl_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(certificate_of_our_ca_is_good),
		TEST(certificate_of_another_ca_is_told),
		TEST(time_is_told_from_trust),
		TEST(ca_that_is_none_is_no_trust),
		TEST(something_else_is_no_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
