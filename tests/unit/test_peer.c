// SPDX-License-Identifier: Apache-2.0
#include "model/peer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define KEY "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="

static int decode(const char *text, struct ob_peer **ret,
		  struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	cJSON *json = NULL;

	assert_int_equal(
		ob_json_parse(a, text, strlen(text), 1 << 20, &json, status),
		0);
	/* The tree is gone afterwards: nothing may point into it. */
	return ob_peer_decode(json, ret, status);
}

static struct ob_peer *decoded(const char *text)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_peer *p = NULL;

	if (decode(text, &p, &status) < 0)
		fail_msg("%s", status.message);
	return p;
}

static void assert_refused(const char *text, const char *want)
{
	_cleanup_(ob_peer_freep) struct ob_peer *p = NULL;
	struct ob_status status = OB_STATUS_INIT;

	assert_int_equal(decode(text, &p, &status), -EINVAL);
	assert_null(p);
	assert_string_equal(status.message, want);
}

static const char whole[] =
	"{\"apiVersion\":\"octopus.io/v1alpha1\",\"kind\":\"Peer\","
	"\"metadata\":{\"name\":\"c1\",\"namespace\":\"syncer-operator\","
	"\"uid\":\"u-1\",\"resourceVersion\":\"42\",\"generation\":3,"
	"\"creationTimestamp\":\"2001-09-09T01:46:40Z\"},"
	"\"spec\":{\"cluster_id\":\"c1\",\"cluster_cidr\":[\"10.113.0.0/16\","
	"\"nonsense\"],\"endpoint\":\"gw.example.org\",\"port\":31821,"
	"\"public_key\":\"" KEY "\",\"ishub\":false,\"isPublic\":true},"
	"\"status\":{\"observedGeneration\":2,\"role\":\"public\","
	"\"cluster_cidr\":[\"10.113.0.0/16\",\"fd70:0:113::/48\"],"
	"\"endpoint\":\"192.0.2.7\",\"port\":31820,\"public_key\":\"" KEY "\","
	"\"conditions\":[{\"type\":\"Accepted\",\"status\":\"True\","
	"\"reason\":\"Accepted\",\"message\":\"well\","
	"\"lastTransitionTime\":\"2001-09-09T01:46:41Z\","
	"\"observedGeneration\":2}],"
	"\"tunnel\":{\"lastHandshakeTime\":\"2001-09-09T01:46:42Z\","
	"\"endpoint\":\"198.51.100.1:1234\",\"mtu\":1420,"
	"\"receivedBytes\":9007199254740991,\"sentBytes\":1}}}";

static void takes_metadata_and_spec_as_written(void **state)
{
	_cleanup_(ob_peer_freep) struct ob_peer *p = decoded(whole);

	(void)state;
	assert_string_equal(p->name, "c1");
	assert_string_equal(p->uid, "u-1");
	assert_string_equal(p->resource_version, "42");
	assert_int_equal(p->generation, 3);
	assert_int_equal(p->created_s, 1000000000);
	assert_false(p->deleting);
	assert_int_equal(p->spec.n_cluster_cidr, 2);
	assert_string_equal(p->spec.cluster_cidr[1], "nonsense");
	assert_string_equal(p->spec.endpoint, "gw.example.org");
	assert_int_equal(p->spec.port, 31821);
	assert_true(p->spec.is_public);
}

static void takes_the_status_as_values(void **state)
{
	_cleanup_(ob_peer_freep) struct ob_peer *p = decoded(whole);
	const struct ob_peer_status *s = &p->status;
	char buf[OB_PREFIX_STRLEN];

	(void)state;
	assert_null(p->bad_status);
	assert_int_equal(s->role, OB_PEER_PUBLIC);
	assert_int_equal(s->n_cidrs, 2);
	assert_string_equal(ob_prefix_format(&s->cidrs[1], buf, sizeof(buf)),
			    "fd70:0:113::/48");
	assert_true(s->has_key);
	assert_int_equal(s->port, 31820);
	assert_true(ob_peer_condition_is_true(s, OB_PEER_ACCEPTED));
	assert_null(ob_peer_condition_get(s, OB_PEER_READY));
	assert_int_equal(s->tunnel.handshake_s, 1000000002);
	assert_int_equal(s->tunnel.received_bytes, INT64_C(9007199254740991));
}

static void an_empty_object_is_a_peer_with_a_name(void **state)
{
	_cleanup_(ob_peer_freep) struct ob_peer *p = decoded(
		"{\"metadata\":{\"name\":\"x\"},\"spec\":{},\"status\":null}");

	(void)state;
	assert_string_equal(p->spec.cluster_id, "");
	assert_string_equal(p->spec.endpoint, "");
	assert_string_equal(p->status.endpoint, "");
	assert_int_equal(p->spec.port, 0);
	assert_int_equal(p->status.n_conditions, 0);
	assert_false(p->status.has_key);
	assert_false(p->status.tunnel.there);
}

static void refuses_a_spec_of_other_types_by_field(void **state)
{
	(void)state;
	assert_refused("{\"metadata\":{}}",
		       "Peer ?: metadata.name: is missing");
	assert_refused("[]", "Peer ?: metadata.name: is missing");
	assert_refused("{\"metadata\":{\"name\":\"x\"},\"spec\":"
		       "{\"cluster_cidr\":\"10.0.0.0/8\"}}",
		       "Peer x: spec.cluster_cidr: is not a list");
	assert_refused("{\"metadata\":{\"name\":\"x\"},\"spec\":"
		       "{\"cluster_cidr\":[1]}}",
		       "Peer x: spec.cluster_cidr: has an element that is not "
		       "a string");
	assert_refused(
		"{\"metadata\":{\"name\":\"x\"},\"spec\":{\"port\":1.5}}",
		"Peer x: spec.port: is not a whole number");
	assert_refused("{\"metadata\":{\"name\":\"x\"},\"spec\":"
		       "{\"ishub\":\"yes\"}}",
		       "Peer x: spec.ishub: is neither true nor false");
}

static void refuses_what_is_too_much(void **state)
{
	static const char too_many[] =
		"{\"metadata\":{\"name\":\"x\"},\"spec\":{\"cluster_cidr\":"
		"[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\","
		"\"\",\"\",\"\",\"\",\"\"]}}";
	char big[1024] = "{\"metadata\":{\"name\":\"x\"},\"spec\":"
			 "{\"endpoint\":\"";
	size_t n = strlen(big);

	(void)state;
	assert_refused(too_many,
		       "Peer x: spec.cluster_cidr: has more than 16 elements");
	memset(big + n, 'a', 600);
	memcpy(big + n + 600, "\"}}", 4);
	assert_refused(big, "Peer x: spec.endpoint: is too long");
}

static void assert_bad_status(const char *status, const char *want)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(ob_peer_freep) struct ob_peer *p = decoded(ob_arena_printf(
		a, "{\"metadata\":{\"name\":\"x\"},\"status\":%s}", status));

	assert_non_null(p->bad_status);
	assert_string_equal(p->bad_status, want);
	assert_int_equal(p->status.n_cidrs, 0);
	assert_int_equal(p->status.role, OB_PEER_UNDECIDED);
}

static void a_status_that_makes_no_sense_counts_as_none(void **state)
{
	(void)state;
	assert_bad_status("{\"role\":\"hub\",\"cluster_cidr\":[\"10.1.0.0\"]}",
			  "Peer x: status.cluster_cidr: has an element that "
			  "is not a prefix");
	assert_bad_status("{\"cluster_cidr\":[\"10.1.0.0/16\"],"
			  "\"role\":\"boss\"}",
			  "Peer x: status.role: is not a role");
	assert_bad_status("{\"public_key\":\"x\"}",
			  "Peer x: status.public_key: is not a WireGuard "
			  "public key");
	assert_bad_status("{\"port\":65536}",
			  "Peer x: status.port: is out of range");
	assert_bad_status("{\"conditions\":[{}]}",
			  "Peer x: status.conditions[0].type: is missing");
	assert_bad_status("{\"global_cidr\":[\"10.0.0.0/8\",\"fd00::/8\","
			  "\"11.0.0.0/8\"]}",
			  "Peer x: status.global_cidr: has too many elements");
}

static void says_when_it_is_being_deleted(void **state)
{
	_cleanup_(ob_peer_freep) struct ob_peer *p =
		decoded("{\"metadata\":{\"name\":\"x\",\"deletionTimestamp\":"
			"\"2001-09-09T01:46:40Z\"}}");

	(void)state;
	assert_true(p->deleting);
}

static void a_spec_survives_the_way_there_and_back(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(ob_peer_freep) struct ob_peer *p = decoded(whole);
	_cleanup_(ob_peer_freep) struct ob_peer *q = NULL;
	struct ob_status status = OB_STATUS_INIT;
	cJSON *o = ob_peer_encode(a, "ns", "c1", &p->spec);

	(void)state;
	assert_string_equal(ob_json_string(o, "metadata.namespace"), "ns");
	assert_null(ob_json_get(o, "status"));
	assert_int_equal(ob_peer_decode(o, &q, &status), 0);
	assert_true(ob_peer_spec_equal(&p->spec, &q->spec));
	q->spec.endpoint = "";
	assert_false(ob_peer_spec_equal(&p->spec, &q->spec));
}

static void a_status_survives_the_way_there_and_back(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	_cleanup_(ob_peer_freep) struct ob_peer *p = decoded(whole);
	_cleanup_(ob_peer_freep) struct ob_peer *q = NULL;
	struct ob_status status = OB_STATUS_INIT;
	cJSON *o = ob_peer_encode_status(a, "42", &p->status);

	(void)state;
	assert_string_equal(ob_json_string(o, "metadata.resourceVersion"),
			    "42");
	ob_json_set_string(a, ob_json_get(o, "metadata"), "name", "c1");
	assert_int_equal(ob_peer_decode(o, &q, &status), 0);
	assert_null(q->bad_status);
	assert_true(ob_peer_status_equal(&p->status, &q->status));
	assert_int_equal(q->status.tunnel.mtu, 1420);
	assert_int_equal(q->status.tunnel.received_bytes,
			 INT64_C(9007199254740991));
}

static void a_patch_removes_what_is_no_longer_there(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_peer_status none = { .endpoint = "" };
	cJSON *o = ob_peer_encode_status(a, "1", &none);

	(void)state;
	assert_true(cJSON_IsNull(ob_json_at(o, "status.role")));
	assert_true(cJSON_IsNull(ob_json_at(o, "status.cluster_cidr")));
	assert_true(cJSON_IsNull(ob_json_at(o, "status.public_key")));
	assert_true(cJSON_IsNull(ob_json_at(o, "status.tunnel")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_metadata_and_spec_as_written),
		cmocka_unit_test(takes_the_status_as_values),
		cmocka_unit_test(an_empty_object_is_a_peer_with_a_name),
		cmocka_unit_test(refuses_a_spec_of_other_types_by_field),
		cmocka_unit_test(refuses_what_is_too_much),
		cmocka_unit_test(a_status_that_makes_no_sense_counts_as_none),
		cmocka_unit_test(says_when_it_is_being_deleted),
		cmocka_unit_test(a_spec_survives_the_way_there_and_back),
		cmocka_unit_test(a_status_survives_the_way_there_and_back),
		cmocka_unit_test(a_patch_removes_what_is_no_longer_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
