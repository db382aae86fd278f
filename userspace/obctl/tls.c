// SPDX-License-Identifier: Apache-2.0
#include "obctl/tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

OB_DEFINE_CLEANUP(gnutls_session_t, gnutls_deinit)
OB_DEFINE_CLEANUP(gnutls_certificate_credentials_t,
		  gnutls_certificate_free_credentials)

static int finish(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int err = 0;

	if (poll(&pfd, 1, OB_CTL_TLS_TIMEOUT_MS) <= 0)
		return -ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size) < 0)
		return -errno;
	return -err;
}

int ob_ctl_tls_connect(const struct ob_addr *addr, uint16_t port)
{
	_close_ int fd = socket(addr->family,
				SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_storage sa = { .ss_family = addr->family };
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&sa;
	struct sockaddr_in *in = (struct sockaddr_in *)&sa;
	bool v4 = addr->family == AF_INET;
	socklen_t size = v4 ? sizeof(*in) : sizeof(*in6);
	int r;

	if (fd < 0)
		return -errno;
	in->sin_port = htons(port); /* at the same place in both */
	memcpy(v4 ? (void *)&in->sin_addr : (void *)&in6->sin6_addr, addr->b,
	       ob_addr_size(addr));
	if (connect(fd, (struct sockaddr *)&sa, size) < 0) {
		if (errno != EINPROGRESS)
			return -errno;
		r = finish(fd);
		if (r < 0)
			return r;
	}
	return TAKE_FD(fd);
}

static int handshake(gnutls_session_t session)
{
	int r;

	do
		r = gnutls_handshake(session);
	while (r < 0 && r != GNUTLS_E_AGAIN && !gnutls_error_is_fatal(r));
	return r;
}

/* By what the operator has to do first: time, then trust, then name. */
static enum ob_ctl_tls judge(unsigned int status)
{
	if (status == 0)
		return OB_CTL_TLS_GOOD;
	if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA |
		      GNUTLS_CERT_SIGNATURE_FAILURE))
		return OB_CTL_TLS_UNKNOWN_CA;
	if (status & GNUTLS_CERT_EXPIRED)
		return OB_CTL_TLS_EXPIRED;
	if (status & GNUTLS_CERT_NOT_ACTIVATED)
		return OB_CTL_TLS_NOT_YET;
	if (status & GNUTLS_CERT_UNEXPECTED_OWNER)
		return OB_CTL_TLS_WRONG_NAME;
	return OB_CTL_TLS_BAD;
}

static const char *explain(struct ob_arena *a, unsigned int status)
{
	gnutls_datum_t text = { 0 };
	const char *copy = "";

	if (gnutls_certificate_verification_status_print(
		    status, GNUTLS_CRT_X509, &text, 0) == 0)
		copy = ob_arena_strdup(a, (const char *)text.data);
	gnutls_free(text.data);
	return copy;
}

static int trust(gnutls_certificate_credentials_t credentials,
		 const char *ca_pem)
{
	gnutls_datum_t pem = { 0 };

	if (!ca_pem)
		return gnutls_certificate_set_x509_system_trust(credentials);
	pem.size = (unsigned int)strlen(ca_pem);
	pem.data = (unsigned char *)(uintptr_t)ca_pem; /* only read */
	return gnutls_certificate_set_x509_trust_mem(credentials, &pem,
						     GNUTLS_X509_FMT_PEM);
}

static int start(int fd, const char *host,
		 gnutls_certificate_credentials_t credentials,
		 gnutls_session_t *ret)
{
	struct ob_addr literal;
	int r = gnutls_init(ret, GNUTLS_CLIENT | GNUTLS_NONBLOCK);

	if (r < 0)
		return r;
	(void)gnutls_set_default_priority(*ret);
	(void)gnutls_credentials_set(*ret, GNUTLS_CRD_CERTIFICATE, credentials);
	/* RFC 6066: no addresses in SNI. */
	if (ob_addr_parse(host, &literal) < 0)
		(void)gnutls_server_name_set(*ret, GNUTLS_NAME_DNS, host,
					     strlen(host));
	gnutls_transport_set_int(*ret, fd);
	return 0;
}

/* gnutls_handshake() on a socket that does not block, with a deadline. */
static int wait_handshake(int fd, gnutls_session_t session)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int r;

	while ((r = handshake(session)) == GNUTLS_E_AGAIN) {
		if (poll(&pfd, 1, OB_CTL_TLS_TIMEOUT_MS) <= 0)
			return GNUTLS_E_TIMEDOUT;
	}
	return r;
}

enum ob_ctl_tls ob_ctl_tls_verify(int fd, const char *host, const char *ca_pem,
				  struct ob_arena *a, const char **ret_detail)
{
	_cleanup_(gnutls_certificate_free_credentialsp)
		gnutls_certificate_credentials_t credentials = NULL;
	_cleanup_(gnutls_deinitp) gnutls_session_t session = NULL;
	unsigned int status = 0;
	int r = gnutls_certificate_allocate_credentials(&credentials);

	*ret_detail = "";
	if (r < 0)
		return OB_CTL_TLS_BAD;
	r = trust(credentials, ca_pem);
	if (r < 0) {
		*ret_detail =
			ob_arena_printf(a, "our CA: %s", gnutls_strerror(r));
		return OB_CTL_TLS_UNKNOWN_CA;
	}
	r = start(fd, host, credentials, &session);
	if (r >= 0)
		r = wait_handshake(fd, session);
	if (r >= 0)
		r = gnutls_certificate_verify_peers3(session, host, &status);
	if (r < 0) {
		*ret_detail = ob_arena_strdup(a, gnutls_strerror(r));
		return r == GNUTLS_E_UNEXPECTED_PACKET ||
				       r == GNUTLS_E_UNEXPECTED_PACKET_LENGTH ||
				       r == GNUTLS_E_UNSUPPORTED_VERSION_PACKET
			       ? OB_CTL_TLS_NONE
			       : OB_CTL_TLS_BAD;
	}
	*ret_detail = explain(a, status);
	return judge(status);
}
