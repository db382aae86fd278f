// SPDX-License-Identifier: Apache-2.0
#include "octopus/imports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kube_objects.h"
#include "ob/api/services.h"

#define IMPORTS	   "serviceimports"
#define SLICES	   "endpointslices"
#define PORT	   "'ports':[{'name':'http','protocol':'TCP','port':80}]"
#define CLUSTERSET "'spec':{'type':'ClusterSetIP','ips':['%s']," PORT "}"
#define VIP	   "10.113.192.1"

struct fixture {
	struct kube_objects *server;
	sd_event *event;
	struct ob_kube *kube;
	struct ob_imports *imports;
	struct ob_arena *arena;
	char told[4096]; /* keys, each with a space behind it */
	unsigned int states;
};

static void on_changed(void *arg, const char *key)
{
	struct fixture *f = arg;
	size_t n = strlen(f->told);

	snprintf(f->told + n, sizeof(f->told) - n, "%s ", key);
}

static void on_state(void *arg)
{
	struct fixture *f = arg;

	f->states++;
}

static const struct ob_imports_ops ops = { on_changed, on_state };

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || sd_event_new(&f->event) < 0)
		return -1;
	f->arena = ob_arena_new();
	f->server = kube_objects_start();
	f->kube = kube_objects_client(f->server, f->event);
	assert_int_equal(
		ob_imports_new(f->event, f->kube, &ops, f, &f->imports), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ob_imports_free(f->imports);
	ob_kube_free(f->kube);
	if (f->server)
		kube_objects_stop(f->server);
	sd_event_unref(f->event);
	ob_arena_free(f->arena);
	free(f);
	return 0;
}

static void synchronize(struct fixture *f)
{
	kube_objects_group(f->server, 200, OB_MCS_V1BETA1);
	kube_objects_until(f->event, ob_imports_synced(f->imports));
	f->told[0] = '\0';
	f->states = 0;
}

static void set_import(struct fixture *f, const char *key, const char *ip)
{
	kube_objects_set(f->server, IMPORTS, key, "",
			 ob_arena_printf(f->arena, CLUSTERSET, ip));
}

/* A slice of service's with one endpoint. */
static void set_slice(struct fixture *f, const char *key, const char *service,
		      const char *ip)
{
	kube_objects_set(
		f->server, SLICES, key,
		ob_arena_printf(f->arena,
				"'labels':{'" OB_LABEL_SERVICE_NAME
				"':'%s','" OB_LABEL_SOURCE_CLUSTER "':'two'},"
				"'annotations':{'" OB_ANNOTATION_SERVICE_PORTS
				"':'http:TCP/80'}",
				service),
		ob_arena_printf(f->arena,
				"'addressType':'IPv4','ports':[{'name':'http',"
				"'port':8080}],'endpoints':[{'addresses':["
				"'%s']}]",
				ip));
}

/* Of the one slice that a service has; "": it has none. */
static const char *endpoint_of(struct fixture *f, const char *key)
{
	const struct ob_endpoint_slice *const *v;
	char text[OB_ADDR_STRLEN];
	size_t n;

	v = ob_imports_slices(f->imports, f->arena, key, &n);
	if (n == 0)
		return "";
	assert_int_equal(n, 1);
	assert_int_equal(v[0]->n_endpoints, 1);
	return ob_arena_strdup(
		f->arena,
		ob_addr_format(&v[0]->endpoints[0].addr, text, sizeof(text)));
}

static bool was_told(const struct fixture *f, const char *keys)
{
	return strcmp(f->told, keys) == 0;
}

static void is_synced_when_both_lists_are_there(void **state)
{
	struct fixture *f = *state;

	kube_objects_refuse(f->server, SLICES, 503);
	kube_objects_group(f->server, 200, OB_MCS_V1BETA1);
	set_import(f, "shop/web", VIP);
	kube_objects_until(f->event,
			   ob_imports_count(f->imports) == 1 &&
				   ob_imports_trouble(f->imports)->reason);
	assert_false(ob_imports_synced(f->imports));
	kube_objects_refuse(f->server, SLICES, 0);
	f->states = 0;
	kube_objects_until(f->event, ob_imports_synced(f->imports));
	kube_objects_until(f->event, !ob_imports_trouble(f->imports)->reason);
	assert_true(f->states > 0);
}

static void reads_the_newest_version_that_it_knows(void **state)
{
	struct fixture *f = *state;

	kube_objects_group(f->server, 200,
			   "v2 " OB_MCS_V1ALPHA1 " " OB_MCS_V1BETA1);
	kube_objects_until(f->event, ob_imports_synced(f->imports));
	assert_string_equal(ob_imports_version(f->imports), OB_MCS_V1BETA1);
}

static void an_older_version_will_do(void **state)
{
	struct fixture *f = *state;

	kube_objects_group(f->server, 200, OB_MCS_V1ALPHA1);
	set_import(f, "shop/web", VIP);
	kube_objects_until(f->event, ob_imports_synced(f->imports));
	assert_string_equal(ob_imports_version(f->imports), OB_MCS_V1ALPHA1);
	assert_non_null(ob_imports_get(f->imports, "shop/web"));
}

static void a_cluster_without_the_api_has_no_services(void **state)
{
	struct fixture *f = *state;

	/* 404: neither trouble nor known. */
	kube_objects_until(f->event, f->states > 0);
	assert_null(ob_imports_trouble(f->imports)->reason);
	assert_null(ob_imports_version(f->imports));
	assert_false(ob_imports_synced(f->imports));
	assert_int_equal(ob_imports_count(f->imports), 0);
	assert_null(ob_imports_get(f->imports, "shop/web"));
	assert_string_equal(endpoint_of(f, "shop/web"), "");
}

static void is_asked_again_after_a_failure(void **state)
{
	struct fixture *f = *state;

	kube_objects_group(f->server, 500, "");
	kube_objects_until(f->event, ob_imports_trouble(f->imports)->reason);
	synchronize(f);
	assert_null(ob_imports_trouble(f->imports)->reason);
}

static void an_import_becomes_a_service(void **state)
{
	struct fixture *f = *state;
	const struct ob_service_import *s;

	synchronize(f);
	set_import(f, "shop/web", VIP);
	kube_objects_until(f->event, strstr(f->told, "shop/web "));
	s = ob_imports_get(f->imports, "shop/web");
	assert_non_null(s);
	assert_string_equal(s->namespace, "shop");
	assert_string_equal(s->name, "web");
	assert_int_equal(s->n_ips, 1);
	assert_int_equal(s->n_ports, 1);
	assert_int_equal(s->ports[0].port, 80);
	kube_objects_del(f->server, IMPORTS, "shop/web");
	kube_objects_until(f->event, !ob_imports_get(f->imports, "shop/web"));
}

static void one_that_makes_no_sense_stays_as_it_was(void **state)
{
	struct fixture *f = *state;

	synchronize(f);
	set_import(f, "shop/web", VIP);
	kube_objects_set(f->server, IMPORTS, "shop/bad", "",
			 "'spec':{'type':'Other'}");
	kube_objects_set(f->server, IMPORTS, "shop/web", "",
			 "'spec':{'type':'ClusterSetIP','ips':['none']}");
	set_import(f, "shop/last", "10.113.192.2");
	kube_objects_until(f->event, strstr(f->told, "shop/last "));
	assert_null(ob_imports_get(f->imports, "shop/bad"));
	assert_int_equal(ob_imports_get(f->imports, "shop/web")->n_ips, 1);
	assert_null(strstr(f->told, "shop/bad "));
}

static void a_slice_is_of_the_service_that_its_label_names(void **state)
{
	struct fixture *f = *state;

	set_slice(f, "shop/two.shop.web-1", "web", "10.114.0.1");
	synchronize(f);
	assert_string_equal(endpoint_of(f, "shop/web"), "10.114.0.1");
	set_slice(f, "shop/two.shop.web-1", "web", "10.114.0.2");
	kube_objects_until(f->event,
			   !strcmp(endpoint_of(f, "shop/web"), "10.114.0.2"));
	f->told[0] = '\0';
	/* The label changes: both have to know. */
	set_slice(f, "shop/two.shop.web-1", "app", "10.114.0.2");
	kube_objects_until(f->event, was_told(f, "shop/web shop/app "));
	assert_string_equal(endpoint_of(f, "shop/web"), "");
	assert_string_equal(endpoint_of(f, "shop/app"), "10.114.0.2");
	kube_objects_del(f->server, SLICES, "shop/two.shop.web-1");
	kube_objects_until(f->event, !*endpoint_of(f, "shop/app"));
}

static void a_slice_that_is_being_deleted_has_no_endpoints(void **state)
{
	struct fixture *f = *state;

	set_slice(f, "shop/s", "web", "10.114.0.1");
	synchronize(f);
	kube_objects_set(f->server, SLICES, "shop/s",
			 "'deletionTimestamp':'2026-11-30T12:00:00Z','labels':"
			 "{'" OB_LABEL_SERVICE_NAME "':'web'}",
			 "'addressType':'IPv4'");
	kube_objects_until(f->event, was_told(f, "shop/web shop/web "));
	assert_string_equal(endpoint_of(f, "shop/web"), "");
}

static void what_changes_nothing_is_not_told(void **state)
{
	struct fixture *f = *state;

	set_import(f, "shop/web", VIP);
	set_slice(f, "shop/s", "web", "10.114.0.1");
	synchronize(f);
	/* The same again, but for its resourceVersion. */
	set_import(f, "shop/web", VIP);
	set_slice(f, "shop/s", "web", "10.114.0.1");
	set_import(f, "shop/last", "10.113.192.2");
	set_slice(f, "shop/t", "late", "10.114.0.1");
	kube_objects_until(f->event, strstr(f->told, "shop/last ") &&
					     strstr(f->told, "shop/late "));
	assert_null(strstr(f->told, "shop/web "));
}

static void rivals_for_an_address_hear_of_each_other(void **state)
{
	struct fixture *f = *state;
	struct ob_addr vip;

	assert_int_equal(ob_addr_parse(VIP, &vip), 0);
	set_import(f, "shop/b", VIP);
	synchronize(f);
	assert_null(ob_imports_rival(f->imports, "shop/b", &vip));
	set_import(f, "shop/a", VIP);
	kube_objects_until(f->event, strstr(f->told, "shop/a ") &&
					     strstr(f->told, "shop/b "));
	assert_string_equal(ob_imports_rival(f->imports, "shop/b", &vip),
			    "shop/a");
	assert_null(ob_imports_rival(f->imports, "shop/a", &vip));
	f->told[0] = '\0';
	kube_objects_del(f->server, IMPORTS, "shop/a");
	kube_objects_until(f->event, strstr(f->told, "shop/b "));
	assert_null(ob_imports_rival(f->imports, "shop/b", &vip));
}

static void count_one(void *arg, const char *key)
{
	unsigned int *n = arg;

	assert_memory_equal(key, "shop/", 5);
	(*n)++;
}

static void keeps_what_it_knows_while_nobody_answers(void **state)
{
	struct fixture *f = *state;
	unsigned int n = 0;

	set_import(f, "shop/web", VIP);
	set_import(f, "shop/app", "10.113.192.2");
	set_slice(f, "shop/s", "web", "10.114.0.1");
	synchronize(f);
	kube_objects_stop(f->server);
	f->server = NULL;
	kube_objects_until(f->event, ob_imports_trouble(f->imports)->reason);
	assert_true(ob_imports_synced(f->imports));
	ob_imports_each(f->imports, count_one, &n);
	assert_int_equal(n, 2);
	assert_string_equal(endpoint_of(f, "shop/web"), "10.114.0.1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(is_synced_when_both_lists_are_there),
		TEST(reads_the_newest_version_that_it_knows),
		TEST(an_older_version_will_do),
		TEST(a_cluster_without_the_api_has_no_services),
		TEST(is_asked_again_after_a_failure),
		TEST(an_import_becomes_a_service),
		TEST(one_that_makes_no_sense_stays_as_it_was),
		TEST(a_slice_is_of_the_service_that_its_label_names),
		TEST(a_slice_that_is_being_deleted_has_no_endpoints),
		TEST(what_changes_nothing_is_not_told),
		TEST(rivals_for_an_address_hear_of_each_other),
		TEST(keeps_what_it_knows_while_nobody_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
