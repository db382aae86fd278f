// SPDX-License-Identifier: Apache-2.0
#include "model/endpoint_slice.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/service_port.h"

static int decode(const char *text, struct ob_endpoint_slice **ret,
		  struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	cJSON *json = NULL;

	assert_int_equal(
		ob_json_parse(a, text, strlen(text), 1 << 20, &json, status),
		0);
	/* The tree is gone afterwards: nothing may point into it. */
	return ob_endpoint_slice_decode(json, ret, status);
}

static void assert_refused(const char *text, const char *want)
{
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *s = NULL;
	struct ob_status status = OB_STATUS_INIT;

	assert_int_equal(decode(text, &s, &status), -EINVAL);
	assert_null(s);
	assert_string_equal(status.message, want);
}

#define META(ports)                                                            \
	"\"metadata\":{\"name\":\"c1.shop.web-x\",\"namespace\":\"shop\","     \
	"\"uid\":\"u1\",\"labels\":{"                                          \
	"\"kubernetes.io/service-name\":\"derived-c1\","                       \
	"\"endpointslice.kubernetes.io/managed-by\":\"syncer.octopus.io\","    \
	"\"multicluster.kubernetes.io/service-name\":\"web\","                 \
	"\"multicluster.kubernetes.io/source-cluster\":\"c1\"},"               \
	"\"annotations\":{\"services.octopus.io/ports\":\"" ports "\"}}"

static const char whole[] =
	"{" META("http:TCP/80,:UDP/53") ",\"addressType\":\"IPv4\","
					"\"ports\":[{\"name\":\"http\","
					"\"port\":8080,\"protocol\":\"TCP\"},"
					"{\"name\":\"\",\"port\":5353,"
					"\"protocol\":\"UDP\"}],\"endpoints\":["
					"{\"addresses\":[\"10.113.1.10\"],"
					"\"hostname\":\"web-0\","
					"\"zone\":\"a\",\"nodeName\":\"n1\"},"
					"{\"addresses\":[\"10.113.1.11\"],"
					"\"conditions\":{\"ready\":false,"
					"\"serving\":true,\"terminating\":true}"
					",\"zone\":\"a\","
					"\"nodeName\":\"n2\"},"
					"{\"addresses\":[\"10.113.1.12\"],"
					"\"conditions\":{\"ready\":null}}]}";

static struct ob_endpoint_slice *decoded(const char *text)
{
	struct ob_status status = OB_STATUS_INIT;
	struct ob_endpoint_slice *s = NULL;

	if (decode(text, &s, &status) < 0)
		fail_msg("%s", status.message);
	return s;
}

static void keeps_labels_and_ports(void **state)
{
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *s =
		decoded(whole);

	(void)state;
	assert_string_equal(s->name, "c1.shop.web-x");
	assert_string_equal(s->kube_service, "derived-c1");
	assert_string_equal(s->managed_by, "syncer.octopus.io");
	assert_string_equal(s->service, "web");
	assert_string_equal(s->source_cluster, "c1");
	assert_int_equal(s->family, AF_INET);
	assert_int_equal(s->n_ports, 2);
	assert_int_equal(s->ports[0].port, 8080);
	assert_int_equal(s->n_service_ports, 2);
	assert_string_equal(s->service_ports[0].name, "http");
	assert_int_equal(s->service_ports[1].port, 53);
}

static void conditions_that_are_missing_have_their_meaning(void **state)
{
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *s =
		decoded(whole);

	(void)state;
	assert_int_equal(s->n_endpoints, 3);
	assert_true(s->endpoints[0].ready && s->endpoints[0].serving &&
		    !s->endpoints[0].terminating);
	assert_true(!s->endpoints[1].ready && s->endpoints[1].serving &&
		    s->endpoints[1].terminating);
	assert_true(s->endpoints[2].ready);
	assert_string_equal(s->endpoints[0].hostname, "web-0");
	assert_string_equal(s->endpoints[1].zone, "a");
	assert_string_equal(s->endpoints[2].zone, "");
}

static void a_port_goes_only_to_who_exposes_it(void **state)
{
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *s =
		decoded(whole);
	/* A cluster whose Service has another port of the same name. */
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *other =
		decoded("{" META("tcp:TCP/4242") ",\"addressType\":\"IPv4\","
						 "\"ports\":[{\"name\":\"tcp\","
						 "\"port\":42}]}");

	(void)state;
	assert_int_equal(ob_endpoint_slice_target(s, IPPROTO_TCP, 80), 8080);
	assert_int_equal(ob_endpoint_slice_target(s, IPPROTO_UDP, 53), 5353);
	assert_int_equal(ob_endpoint_slice_target(s, IPPROTO_UDP, 80), 0);
	assert_int_equal(ob_endpoint_slice_target(s, IPPROTO_TCP, 8080), 0);
	assert_int_equal(ob_endpoint_slice_target(other, IPPROTO_TCP, 42), 0);
	assert_int_equal(ob_endpoint_slice_target(other, IPPROTO_TCP, 4242),
			 42);
}

static void the_annotation_survives_the_way_there_and_back(void **state)
{
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *s =
		decoded(whole);
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

	(void)state;
	assert_string_equal(ob_service_ports_format(a, s->service_ports,
						    s->n_service_ports),
			    "http:TCP/80,:UDP/53");
	assert_string_equal(ob_service_ports_format(a, NULL, 0), "");
}

static void equal_is_equal_in_every_field(void **state)
{
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *a =
		decoded(whole);
	_cleanup_(ob_endpoint_slice_freep) struct ob_endpoint_slice *b =
		decoded(whole);

	(void)state;
	assert_true(ob_endpoint_slice_equal(a, b));
	b->endpoints[1].terminating = false;
	assert_false(ob_endpoint_slice_equal(a, b));
	b->endpoints[1].terminating = true;
	b->service_ports[1].port = 54;
	assert_false(ob_endpoint_slice_equal(a, b));
}

static void nonsense_is_named_by_object_and_field(void **state)
{
	(void)state;
	assert_refused("{\"metadata\":{\"name\":\"x\"}}",
		       "EndpointSlice x: addressType: is neither IPv4 nor "
		       "IPv6");
	assert_refused("{\"metadata\":{\"name\":\"x\"},"
		       "\"addressType\":\"IPv4\",\"endpoints\":["
		       "{\"addresses\":[\"10.0.0.1\"]},"
		       "{\"addresses\":[\"fd00::1\"]}]}",
		       "EndpointSlice x: endpoints[1].addresses: does not "
		       "begin with an address of the addressType");
	assert_refused("{\"metadata\":{\"name\":\"x\"},"
		       "\"addressType\":\"IPv4\",\"endpoints\":[{}]}",
		       "EndpointSlice x: endpoints[0].addresses: does not "
		       "begin with an address of the addressType");
	assert_refused("{\"metadata\":{\"name\":\"x\"},"
		       "\"addressType\":\"IPv4\",\"ports\":[{\"port\":-1}]}",
		       "EndpointSlice x: ports[0].port: is out of range");
}

static void an_annotation_that_makes_no_sense_is_refused(void **state)
{
	static const char *const bad[] = {
		META("http"),	     META("http:TCP"), META(":TCP/0"),
		META(":TCP/65536"),  META(":ICMP/80"), META(":TCP/80,"),
		META(":TCP/80x"),    META(":TCP/ 80"), META(",:TCP/80"),
		META(":TCP/000080"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char text[1024];

		snprintf(text, sizeof(text), "{%s,\"addressType\":\"IPv4\"}",
			 bad[i]);
		assert_refused(text,
			       "EndpointSlice c1.shop.web-x: "
			       "metadata.annotations.services.octopus.io/"
			       "ports: is not a list of NAME:PROTOCOL/PORT");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_labels_and_ports),
		cmocka_unit_test(
			conditions_that_are_missing_have_their_meaning),
		cmocka_unit_test(a_port_goes_only_to_who_exposes_it),
		cmocka_unit_test(
			the_annotation_survives_the_way_there_and_back),
		cmocka_unit_test(equal_is_equal_in_every_field),
		cmocka_unit_test(nonsense_is_named_by_object_and_field),
		cmocka_unit_test(an_annotation_that_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
