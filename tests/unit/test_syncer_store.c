// SPDX-License-Identifier: Apache-2.0
#include "syncer/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kube_objects.h"
#include "model/service.h"
#include "ob/api/services.h"

#define HUB "hub"
#define SERVICE                                                                \
	"'spec':{'type':'ClusterIP','clusterIP':'10.96.0.9','ports':["         \
	"{'name':'http','protocol':'TCP','port':%d}]}"
#define OWN_SLICE "'labels':{'" OB_LABEL_KUBE_SERVICE "':'%s'}"
#define ENDPOINT                                                               \
	"'addressType':'IPv4','ports':[{'name':'http','port':8080}],"          \
	"'endpoints':[{'addresses':['10.244.0.1']}]"
#define CLAIM                                                                  \
	"'spec':{'clusterID':'%s','namespace':'shop','name':'web',"            \
	"'exportedAt':'2026-11-30T12:00:00Z','type':'ClusterSetIP',"           \
	"'ports':[{'name':'http','protocol':'TCP','port':80}]}"

struct fixture {
	struct kube_objects *hub, *local; /* NULL: gone */
	sd_event *event;
	struct ob_kube *hub_kube, *local_kube;
	struct ob_syncer_config config;
	struct ob_store *store;
	struct ob_arena *arena;
	char told[4096];	/* of Services and namespaces, with spaces */
	unsigned int n_imports; /* calls */
};

static void tell(struct fixture *f, const char *key)
{
	size_t n = strlen(f->told);

	snprintf(f->told + n, sizeof(f->told) - n, "%s ", key);
}

static void on_key(void *arg, const char *key)
{
	tell(arg, key);
}

static void on_import(void *arg, const char *key,
		      const struct ob_value_import *before,
		      const struct ob_value_import *after)
{
	struct fixture *f = arg;

	(void)key;
	(void)before;
	(void)after;
	f->n_imports++;
}

static void on_beat(void *arg, const char *cluster)
{
	struct fixture *f = arg;

	tell(f, ob_arena_printf(f->arena, "beat:%s", cluster));
}

static void nothing(void *arg)
{
	(void)arg;
}

static const struct ob_store_ops ops = {
	.service = on_key,
	.namespace = on_key,
	.network = nothing,
	.import = on_import,
	.beat = on_beat,
	.state = nothing,
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || sd_event_new(&f->event) < 0)
		return -1;
	f->arena = ob_arena_new();
	f->hub = kube_objects_start();
	f->local = kube_objects_start();
	f->hub_kube = kube_objects_client(f->hub, f->event);
	f->local_kube = kube_objects_client(f->local, f->event);
	f->config = (struct ob_syncer_config){
		.cluster = "one",
		.hub_namespace = HUB,
		.profile = OB_PROFILE_PARALLEL,
		.limits = { OB_QUOTA_SERVICES, OB_QUOTA_SLICES,
			    OB_QUOTA_ENDPOINTS },
	};
	assert_int_equal(ob_store_new(f->event, f->hub_kube, f->local_kube,
				      &f->config, &ops, f, &f->store),
			 0);
	*state = f;
	return 0;
}

static void stop(struct kube_objects **server)
{
	if (*server)
		kube_objects_stop(*server);
	*server = NULL;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ob_store_free(f->store);
	ob_kube_free(f->hub_kube);
	ob_kube_free(f->local_kube);
	stop(&f->hub);
	stop(&f->local);
	sd_event_unref(f->event);
	ob_arena_free(f->arena);
	free(f);
	return 0;
}

static void synchronize(struct fixture *f)
{
	kube_objects_group(f->local, 200, OB_MCS_V1BETA1);
	kube_objects_until(f->event, ob_store_synced(f->store));
	f->told[0] = '\0';
}

static void set_service(struct fixture *f, const char *key, int port)
{
	kube_objects_set(f->local, "services", key, "",
			 ob_arena_printf(f->arena, SERVICE, port));
}

static void set_export(struct fixture *f, const char *key)
{
	kube_objects_set(f->local, "serviceexports", key,
			 "'creationTimestamp':'2026-11-30T12:00:00Z'",
			 "'spec':{}");
}

static void set_slice(struct fixture *f, const char *key, const char *service,
		      const char *members)
{
	kube_objects_set(f->local, "endpointslices", key,
			 ob_arena_printf(f->arena, OWN_SLICE, service),
			 members);
}

static void set_claim(struct fixture *f, const char *cluster)
{
	kube_objects_set(f->hub, OB_EXPORTED_PLURAL,
			 ob_arena_printf(f->arena, HUB "/%s.shop.web", cluster),
			 "", ob_arena_printf(f->arena, CLAIM, cluster));
}

static void count(void *arg, const char *key, const void *value)
{
	size_t *n = arg;

	(void)key;
	(void)value;
	(*n)++;
}

static size_t claims(const struct fixture *f, const char *key)
{
	size_t n = 0;

	ob_store_each_exported(f->store, key, count, &n);
	return n;
}

static void names_what_is_missing_until_all_is_there(void **state)
{
	struct fixture *f = *state;

	kube_objects_refuse(f->hub, "leases", 503);
	assert_string_equal(ob_store_missing(f->store), "ServiceExports");
	kube_objects_group(f->local, 200, OB_MCS_V1ALPHA1);
	kube_objects_until(f->event, !strcmp(ob_store_missing(f->store) ?: "",
					     "Leases on the hub"));
	assert_false(ob_store_synced(f->store));
	/* That all other lists are there does not hide why. */
	kube_objects_until(f->event,
			   strcmp(ob_store_hub_trouble(f->store)->reason ?: "",
				  "HubNotReachedYet") != 0);
	assert_non_null(ob_store_hub_trouble(f->store)->reason);
	kube_objects_refuse(f->hub, "leases", 0);
	kube_objects_until(f->event, ob_store_synced(f->store));
	assert_null(ob_store_hub_trouble(f->store)->reason);
	assert_string_equal(ob_store_exports(f->store)->version,
			    OB_MCS_V1ALPHA1);
	assert_string_equal(ob_store_imports(f->store)->version,
			    OB_MCS_V1ALPHA1);
}

static void says_that_the_api_is_not_there(void **state)
{
	struct fixture *f = *state;

	kube_objects_until(
		f->event,
		!strcmp(ob_store_local_trouble(f->store)->reason ?: "",
			"NoServiceExports"));
	assert_false(ob_store_synced(f->store));
	/* Somebody applies it. */
	synchronize(f);
	kube_objects_until(f->event, !ob_store_local_trouble(f->store)->reason);
}

static void services_are_of_interest_when_they_are_exported(void **state)
{
	struct fixture *f = *state;

	set_export(f, "shop/web");
	synchronize(f);
	set_service(f, "shop/private", 80);
	set_slice(f, "shop/private-1", "private", ENDPOINT);
	set_service(f, "shop/web", 80);
	kube_objects_until(f->event, ob_store_service(f->store, "shop/web"));
	assert_string_equal(f->told, "shop/web ");
	set_slice(f, "shop/web-1", "web", ENDPOINT);
	kube_objects_until(f->event, !strcmp(f->told, "shop/web shop/web "));
	assert_int_equal(ob_store_slice(f->store, "shop", "web-1")->kind,
			 OB_SLICE_SOURCE);
}

static void a_change_that_nobody_sees_is_not_told(void **state)
{
	struct fixture *f = *state;

	set_export(f, "shop/web");
	set_service(f, "shop/web", 80);
	synchronize(f);
	set_service(f, "shop/web", 80);
	set_service(f, "shop/web", 81);
	kube_objects_until(
		f->event,
		ob_store_service(f->store, "shop/web")->spec.ports->port == 81);
	assert_string_equal(f->told, "shop/web ");
}

static void claims_are_found_by_their_service(void **state)
{
	struct fixture *f = *state;

	set_claim(f, "one");
	set_claim(f, "two");
	synchronize(f);
	assert_int_equal(claims(f, "shop/web"), 2);
	assert_true(ob_store_exported(f->store, "one.shop.web")->own);
	assert_false(ob_store_exported(f->store, "two.shop.web")->own);
	kube_objects_del(f->hub, OB_EXPORTED_PLURAL, HUB "/two.shop.web");
	kube_objects_until(f->event, claims(f, "shop/web") == 1);
	assert_string_equal(f->told, "shop/web ");
}

static void
a_claim_that_turns_into_nonsense_does_not_stay_as_it_was(void **state)
{
	struct fixture *f = *state;

	set_claim(f, "two");
	synchronize(f);
	assert_non_null(ob_store_exported(f->store, "two.shop.web")->e);
	kube_objects_set(f->hub, OB_EXPORTED_PLURAL, HUB "/two.shop.web", "",
			 ob_arena_printf(f->arena, CLAIM, "one"));
	kube_objects_until(f->event, !strcmp(f->told, "shop/web "));
	assert_null(ob_store_exported(f->store, "two.shop.web")->e);
}

static void slices_of_no_service_are_strays_if_they_are_ours(void **state)
{
	struct fixture *f = *state;
	size_t n = 0;

	kube_objects_set(f->hub, "endpointslices", HUB "/one.shop.x", "",
			 ENDPOINT);
	kube_objects_set(f->hub, "endpointslices", HUB "/two.shop.x", "",
			 ENDPOINT);
	synchronize(f);
	ob_store_each_stray(f->store, count, &n);
	assert_int_equal(n, 1);
	assert_true(ob_store_hub_slice(f->store, "one.shop.x")->own);
}

static void hears_the_hearts_of_others(void **state)
{
	struct fixture *f = *state;

	synchronize(f);
	kube_objects_set(f->hub, "leases", HUB "/two-x", "", "'spec':{}");
	kube_objects_set(f->hub, "leases", HUB "/two" OB_HEARTBEAT_SUFFIX, "",
			 "'spec':{}");
	kube_objects_until(f->event, *f->told);
	assert_string_equal(f->told, "beat:two ");
}

static void a_namespace_that_goes_takes_nothing_any_more(void **state)
{
	struct fixture *f = *state;

	kube_objects_set(f->local, "namespaces", "shop", "", "'spec':{}");
	synchronize(f);
	assert_true(ob_store_has_namespace(f->store, "shop"));
	assert_false(ob_store_has_namespace(f->store, "other"));
	kube_objects_set(f->local, "namespaces", "shop",
			 "'deletionTimestamp':'2026-11-30T12:00:00Z'",
			 "'spec':{}");
	kube_objects_until(f->event, !strcmp(f->told, "shop "));
	assert_false(ob_store_has_namespace(f->store, "shop"));
}

static void pods_say_their_global_addresses(void **state)
{
	struct fixture *f = *state;
	struct ob_addr local, global, want;

	kube_objects_set(f->local, "pods", "shop/p",
			 "'annotations':{'ovn.kubernetes.io/ip_address':"
			 "'10.113.0.5,fd70::5'}",
			 "'status':{'podIPs':[{'ip':'10.244.0.1'}]}");
	kube_objects_set(f->local, "pods", "shop/host",
			 "'annotations':{'ovn.kubernetes.io/ip_address':"
			 "'10.113.0.6'}",
			 "'spec':{'hostNetwork':true},"
			 "'status':{'podIPs':[{'ip':'192.0.2.1'}]}");
	synchronize(f);
	assert_int_equal(ob_addr_parse("10.244.0.1", &local), 0);
	assert_int_equal(ob_addr_parse("10.113.0.5", &want), 0);
	assert_true(ob_store_pod(f->store, "shop", &local, &global));
	assert_true(ob_addr_equal(&global, &want));
	/* Not for pods of others, and not for what all pods of a node share. */
	assert_false(ob_store_pod(f->store, "sho", &local, &global));
	assert_int_equal(ob_addr_parse("192.0.2.1", &local), 0);
	assert_false(ob_store_pod(f->store, "shop", &local, &global));
}

static void what_is_known_of_the_hub_stays_while_it_is_away(void **state)
{
	struct fixture *f = *state;

	set_claim(f, "two");
	synchronize(f);
	kube_objects_until(f->event, !ob_store_hub_trouble(f->store)->reason);
	stop(&f->hub);
	kube_objects_until(f->event, ob_store_hub_trouble(f->store)->reason);
	assert_true(ob_store_synced(f->store));
	assert_int_equal(claims(f, "shop/web"), 1);
	assert_string_equal(f->told, "");
	assert_int_equal(ob_store_counts_get(f->store).exported, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_what_is_missing_until_all_is_there),
		TEST(says_that_the_api_is_not_there),
		TEST(services_are_of_interest_when_they_are_exported),
		TEST(a_change_that_nobody_sees_is_not_told),
		TEST(claims_are_found_by_their_service),
		TEST(a_claim_that_turns_into_nonsense_does_not_stay_as_it_was),
		TEST(slices_of_no_service_are_strays_if_they_are_ours),
		TEST(hears_the_hearts_of_others),
		TEST(a_namespace_that_goes_takes_nothing_any_more),
		TEST(pods_say_their_global_addresses),
		TEST(what_is_known_of_the_hub_stays_while_it_is_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
