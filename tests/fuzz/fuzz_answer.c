// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes as an answer with any code: an errno, and a sentence that a log and
 * a condition can hold; or a Lease. The first two bytes are the code.
 */
#include "kube/answer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kube/lease_record.h"

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* It can become the value of a JSON string: UTF-8, no control characters. */
static void check_sentence(struct ob_arena *a, const struct ob_status *status)
{
	char *text = ob_arena_printf(a, "\"%s\"", status->message), *c;
	cJSON *parsed = NULL;

	CHECK(status->reason && status->message[0]);
	for (c = text + 1; c[1]; c++)
		if (*c == '"' || *c == '\\')
			*c = '.';
	CHECK(ob_json_parse(a, text, strlen(text), 4096, &parsed, NULL) == 0);
}

static void check_lease(struct ob_arena *a, const cJSON *body)
{
	struct ob_kube_lease_seen seen = { 0 };
	struct ob_kube_lease_claim claim = { .holder = "me",
					     .duration_ms = 15000 };
	cJSON *copy;

	if (ob_kube_lease_decode(body, &seen) < 0)
		return;
	CHECK(seen.exists && seen.holder && seen.resource_version);
	CHECK(seen.duration_ms >= 1000 && seen.duration_ms <= 3600000);
	copy = ob_json_copy(a, body);
	ob_kube_lease_change(a, copy, &claim);
	CHECK(ob_kube_lease_decode(copy, &seen) == 0);
	CHECK(!strcmp(seen.holder, "me") && seen.duration_ms == 15000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_kube_asked asked = {
		.server = "https://192.0.2.1:6443",
		.method = "GET",
		.path = "/version",
	};
	struct ob_kube_reply reply = { 0 }, inside = { 0 };
	long code;
	int r;

	if (size < 2)
		return 0;
	code = 100 + (data[0] | data[1] << 8) % 500;
	asked.object = data[0] & 1;
	r = ob_kube_answer_decode(a, &asked, code, (const char *)data + 2,
				  size - 2, &reply);
	CHECK(r <= 0 && reply.reason && reply.code == code);
	CHECK((r == 0) == !reply.status.reason);
	CHECK(r < 0 || (code >= 200 && code < 300));
	if (r < 0)
		check_sentence(a, &reply.status);
	if (!reply.body)
		return 0;
	CHECK(ob_kube_answer_status(a, &asked, reply.body, &inside) < 0);
	check_sentence(a, &inside.status);
	check_lease(a, reply.body);
	return 0;
}
