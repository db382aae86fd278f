// SPDX-License-Identifier: Apache-2.0
/*
 * Any JSON: a Peer that keeps the promises of model/peer.h and survives being
 * encoded, or a status with a sentence.
 */
#include "model/peer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_status(const struct ob_peer_status *s)
{
	CHECK(s->n_cidrs <= OB_PEER_MAX_CIDRS && s->n_global <= 2);
	CHECK(s->n_conditions <= OB_PEER_MAX_CONDITIONS);
	CHECK(s->endpoint && s->tunnel.endpoint);
	CHECK(!s->has_key || !ob_key_is_zero(&s->public_key));
	for (size_t i = 0; i < s->n_conditions; i++)
		CHECK(s->conditions[i].type[0] && s->conditions[i].message);
}

static void check_round_trip(const struct ob_peer *p)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(ob_peer_freep) struct ob_peer *q = NULL;
	cJSON *o = ob_peer_encode(a, "ns", p->name, &p->spec);
	cJSON *patch = ob_peer_encode_status(a, "1", &p->status);

	ob_json_set(a, o, "status",
		    ob_json_detach(patch, ob_json_get(patch, "status")));
	CHECK(ob_peer_decode(o, &q, NULL) == 0);
	CHECK(!q->bad_status);
	CHECK(ob_peer_spec_equal(&p->spec, &q->spec));
	CHECK(ob_peer_same_cidrs(&p->status, &q->status));
	CHECK(p->status.n_conditions == q->status.n_conditions);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(ob_peer_freep) struct ob_peer *p = NULL;
	struct ob_status status = OB_STATUS_INIT;
	cJSON *json;

	if (ob_json_parse(a, (const char *)data, size, 1 << 20, &json,
			  &status) < 0)
		return 0;
	if (ob_peer_decode(json, &p, &status) < 0) {
		CHECK(!p && status.reason && status.message[0]);
		return 0;
	}
	CHECK(!status.reason && p->name[0] && p->spec.endpoint);
	check_status(&p->status);
	check_round_trip(p);
	return 0;
}
