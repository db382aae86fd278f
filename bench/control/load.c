// SPDX-License-Identifier: Apache-2.0
#include "load.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "load_private.h"

/* As much as a Lease or a Peer has. */
#define PAD                                                                    \
	"0123456789012345678901234567890123456789012345678901234567890123"     \
	"0123456789012345678901234567890123456789012345678901234567890123"     \
	"0123456789012345678901234567890123456789012345678901234567890123"

#define NAMESPACES "/api/v1/namespaces"

bool ob_load_put(struct ob_https *h, const char *name, uint64_t number)
{
	struct ob_https_reply reply;
	char path[128], body[512];

	snprintf(path, sizeof(path), OB_LOAD_PATH "%s%s", number ? "/" : "",
		 number ? name : "");
	snprintf(body, sizeof(body),
		 "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\","
		 "\"metadata\":{\"name\":\"%s\"},"
		 "\"data\":{\"number\":\"=%" PRIu64 "=\",\"pad\":\"" PAD "\"}}",
		 name, number);
	ob_https_call(h, number ? "PUT" : "POST", path, NULL, body, &reply);
	return reply.code == (number ? 200 : 201);
}

int ob_load_prepare(const struct ob_kube_config *c)
{
	_cleanup_(ob_https_freep) struct ob_https *h = ob_https_new(c);
	struct ob_https_reply reply;

	ob_https_call(h, "POST", NAMESPACES, NULL,
		      "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\","
		      "\"metadata\":{\"name\":\"" OB_LOAD_NAMESPACE "\"}}",
		      &reply);
	if (reply.code == 201 || reply.code == 409) {
		/* Of a run that was cut short. */
		ob_https_call(h, "DELETE", OB_LOAD_PATH, NULL, NULL, &reply);
		if (reply.code == 200)
			return 0;
	}
	fprintf(stderr, "hubbench: %s: %ld %.300s\n", c->server, reply.code,
		reply.body);
	return -EIO;
}

void ob_load_clean(const struct ob_kube_config *c)
{
	_cleanup_(ob_https_freep) struct ob_https *h = ob_https_new(c);
	struct ob_https_reply reply;

	ob_https_call(h, "DELETE", NAMESPACES "/" OB_LOAD_NAMESPACE, NULL, NULL,
		      &reply);
}
