// SPDX-License-Identifier: Apache-2.0
/*
 * Any JSON: an EndpointSlice that keeps the promises of its header and survives
 * being packed into one piece, or a status with a sentence.
 */
#include "model/endpoint_slice.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_slice(const struct ob_endpoint_slice *s)
{
	CHECK(s->name[0] && s->n_endpoints <= OB_SLICE_MAX_ENDPOINTS);
	CHECK(s->n_ports <= OB_SLICE_MAX_PORTS);
	CHECK(s->n_service_ports <= OB_SERVICE_MAX_PORTS);
	for (size_t i = 0; i < s->n_endpoints; i++) {
		const struct ob_endpoint *e = &s->endpoints[i];

		CHECK(e->addr.family == s->family);
		CHECK(e->hostname && e->zone);
	}
	for (size_t i = 0; i < s->n_service_ports; i++) {
		const struct ob_service_port *p = &s->service_ports[i];

		CHECK(p->name && p->port &&
		      ob_service_protocol_name(p->protocol));
		(void)ob_endpoint_slice_target(s, p->protocol, p->port);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *s = NULL;
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *again =
		NULL;
	struct ob_status status = OB_STATUS_INIT;
	cJSON *json;

	if (ob_json_parse(a, (const char *)data, size, 1 << 20, &json,
			  &status) < 0)
		return 0;
	if (ob_endpoint_slice_decode(json, &s, &status) < 0) {
		CHECK(!s && status.reason && status.message[0]);
		return 0;
	}
	CHECK(ob_endpoint_slice_decode(json, &again, &status) == 0);
	/* Nothing points into the tree. */
	ob_arena_reset(a);
	check_slice(s);
	CHECK(ob_endpoint_slice_equal(s, again));
	return 0;
}
