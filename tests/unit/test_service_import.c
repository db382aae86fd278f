// SPDX-License-Identifier: Apache-2.0
#include "model/service_import.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int decode(const char *text, struct ob_service_import **ret,
		  struct ob_status *status)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	cJSON *json = NULL;

	assert_int_equal(
		ob_json_parse(a, text, strlen(text), 1 << 20, &json, status),
		0);
	/* The tree is gone afterwards: nothing may point into it. */
	return ob_service_import_decode(json, ret, status);
}

static void assert_refused(const char *text, const char *want)
{
	_cleanup_(ob_service_import_freep) struct ob_service_import *s = NULL;
	struct ob_status status = OB_STATUS_INIT;

	assert_int_equal(decode(text, &s, &status), -EINVAL);
	assert_null(s);
	assert_string_equal(status.message, want);
}

#define META                                                                   \
	"\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\",\"uid\":"       \
	"\"u1\"}"

static const char whole[] =
	"{" META ",\"spec\":{\"type\":\"ClusterSetIP\","
	"\"ips\":[\"10.113.192.1\",\"fd70:0:113:c000::1\"],"
	"\"ipFamilies\":[\"IPv4\",\"IPv6\"],\"sessionAffinity\":\"ClientIP\","
	"\"sessionAffinityConfig\":{\"clientIP\":{\"timeoutSeconds\":10}},"
	"\"ports\":[{\"name\":\"http\",\"protocol\":\"TCP\",\"port\":80,"
	"\"appProtocol\":\"http\"},{\"port\":53,\"protocol\":\"UDP\"},"
	"{\"port\":142,\"protocol\":\"SCTP\",\"name\":\"s\"}]}}";

static void keeps_what_a_service_import_says(void **state)
{
	_cleanup_(ob_service_import_freep) struct ob_service_import *s = NULL;
	struct ob_status status = OB_STATUS_INIT;

	(void)state;
	assert_int_equal(decode(whole, &s, &status), 0);
	assert_string_equal(s->name, "web");
	assert_string_equal(s->namespace, "shop");
	assert_int_equal(s->type, OB_SERVICE_CLUSTERSET_IP);
	assert_int_equal(s->n_ips, 2);
	assert_int_equal(s->ips[1].family, AF_INET6);
	assert_int_equal(s->n_families, 2);
	assert_int_equal(s->families[0], AF_INET);
	assert_int_equal(s->families[1], AF_INET6);
	assert_int_equal(s->affinity_s, 10);
	assert_int_equal(s->n_ports, 3);
	assert_string_equal(s->ports[0].app_protocol, "http");
	assert_int_equal(s->ports[1].protocol, IPPROTO_UDP);
	assert_string_equal(s->ports[1].name, "");
	assert_int_equal(s->ports[2].protocol, IPPROTO_SCTP);
}

static void affinity_without_a_timeout_has_the_default(void **state)
{
	_cleanup_(ob_service_import_freep) struct ob_service_import *s = NULL;
	struct ob_status status = OB_STATUS_INIT;

	(void)state;
	assert_int_equal(decode("{" META ",\"spec\":{\"type\":\"Headless\","
				"\"sessionAffinity\":\"ClientIP\"}}",
				&s, &status),
			 0);
	assert_int_equal(s->type, OB_SERVICE_HEADLESS);
	assert_int_equal(s->affinity_s, OB_AFFINITY_DEFAULT_S);
}

static void equal_is_equal_in_every_field(void **state)
{
	_cleanup_(ob_service_import_freep) struct ob_service_import *a = NULL;
	_cleanup_(ob_service_import_freep) struct ob_service_import *b = NULL;
	struct ob_status status = OB_STATUS_INIT;

	(void)state;
	assert_int_equal(decode(whole, &a, &status), 0);
	assert_int_equal(decode(whole, &b, &status), 0);
	assert_true(ob_service_import_equal(a, b));
	b->ports[2].port++;
	assert_false(ob_service_import_equal(a, b));
	b->ports[2].port--;
	b->ips[1].b[15]++;
	assert_false(ob_service_import_equal(a, b));
}

static void nonsense_is_named_by_object_and_field(void **state)
{
	(void)state;
	assert_refused("[]", "ServiceImport ?: metadata.name: is missing");
	assert_refused("{" META "}", "ServiceImport web: spec.type: is neither "
				     "ClusterSetIP nor Headless");
	assert_refused("{" META ",\"spec\":{\"type\":\"Headless\","
		       "\"ips\":[\"10.0.0.300\"]}}",
		       "ServiceImport web: spec.ips: has an element that is "
		       "not an IP address");
	assert_refused("{" META ",\"spec\":{\"type\":\"Headless\","
		       "\"ips\":[1,2,3]}}",
		       "ServiceImport web: spec.ips: has more than 2 elements");
	assert_refused("{" META ",\"spec\":{\"type\":\"Headless\","
		       "\"ports\":[{\"port\":80},{\"port\":70000}]}}",
		       "ServiceImport web: spec.ports[1].port: is out of "
		       "range");
	assert_refused("{" META ",\"spec\":{\"type\":\"Headless\","
		       "\"ports\":[{\"name\":\"x\"}]}}",
		       "ServiceImport web: spec.ports[0].port: is missing");
	assert_refused("{" META ",\"spec\":{\"type\":\"Headless\","
		       "\"ports\":[{\"port\":1,\"protocol\":\"tcp\"}]}}",
		       "ServiceImport web: spec.ports[0].protocol: is none of "
		       "TCP, UDP and SCTP");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_a_service_import_says),
		cmocka_unit_test(affinity_without_a_timeout_has_the_default),
		cmocka_unit_test(equal_is_equal_in_every_field),
		cmocka_unit_test(nonsense_is_named_by_object_and_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
