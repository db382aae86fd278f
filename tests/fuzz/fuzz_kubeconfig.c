// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes: a configuration that keeps the promises of kube/config.h, or a
 * status with a sentence. File names lead into a folder that does not exist.
 */
#include "kube/config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DIR "/nonexistent/ob-fuzz"
#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_token(const char *token)
{
	for (const char *c = token; c && *c; c++)
		CHECK(*c > ' ' && *c <= '~');
}

static void check_config(const struct ob_kube_config *c)
{
	int tls = !strncasecmp(c->server, "https://", 8);

	CHECK(tls || !strncasecmp(c->server, "http://", 7));
	CHECK(tls || (!c->token && !c->token_file && !c->cert_pem));
	CHECK(c->server[strlen(c->server) - 1] != '/');
	CHECK(!strchr(c->server, '@') && !strchr(c->server, '\n'));
	CHECK(!c->cert_pem == !c->key_pem);
	CHECK(!c->token || !c->token_file);
	CHECK(c->namespace);
	check_token(c->token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_kube_config_freep) struct ob_kube_config *c = NULL;
	struct ob_status status = OB_STATUS_INIT;
	int r = ob_kube_config_parse("f", (const char *)data, size, DIR, NULL,
				     &c, &status);

	if (r < 0) {
		CHECK(!c && status.reason && status.message[0]);
		return 0;
	}
	CHECK(c && !status.reason);
	check_config(c);
	return 0;
}
