// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/discovery.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "apim_fixture.h"
#include "apimachinery/builtin.h"
#include "apimachinery/crd_status.h"

static const char crd[] =
	"{'metadata':{'name':'peers.octopus.io'},'spec':{'group':'octopus.io',"
	"'scope':'Namespaced','names':{'kind':'Peer','plural':'peers',"
	"'shortNames':['pe'],'categories':['octopus']},'versions':["
	"{'name':'v1alpha1','served':true,'storage':true,'subresources':"
	"{'status':{}},'schema':{'openAPIV3Schema':{'type':'object',"
	"'properties':{'spec':{'type':'object','properties':{'port':"
	"{'type':'integer','description':'UDP.'}}}}}}},"
	"{'name':'v1','served':true,'storage':false,'schema':"
	"{'openAPIV3Schema':{'type':'object',"
	"'x-kubernetes-preserve-unknown-fields':true}}},"
	"{'name':'v1beta1','served':false,'storage':false,'schema':"
	"{'openAPIV3Schema':{'type':'object'}}}]}}";

/* The built-in kinds and Peers. */
static struct ob_api_catalog catalog(struct ob_arena *a)
{
	struct ob_api_causes causes = { .n = 0 };
	const struct ob_api_resource **v;
	struct ob_api_resource *r = NULL;
	struct ob_api_catalog c;

	ob_api_builtin(a, &c);
	if (ob_api_crd_compile(a, apim_json(a, crd), &r, &causes) < 0)
		fail_msg("%s", apim_causes(a, &causes));
	v = ob_arena_array(a, c.n + 1, sizeof(*v));
	memcpy(v, c.v, c.n * sizeof(*v));
	v[c.n] = r;
	return (struct ob_api_catalog){ v, c.n + 1 };
}

static void compiles_a_definition(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_catalog c = catalog(a);
	const struct ob_api_resource *r = c.v[c.n - 1];

	(void)state;
	assert_string_equal(r->singular, "peer");
	assert_string_equal(r->list_kind, "PeerList");
	assert_string_equal(r->versions[0].name, "v1");
	assert_string_equal(r->versions[r->storage].name, "v1alpha1");
	assert_true(ob_api_resource_version(r, "v1alpha1")->has_status);
	assert_null(ob_api_resource_version(r, "v1beta1"));
}

static void establishes_a_definition(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	cJSON *v = apim_json(a, crd);

	(void)state;
	ob_api_crd_establish(a, v, NULL, "2026-01-01T00:00:00Z");
	ob_api_crd_establish(a, v, NULL, "2026-02-02T00:00:00Z");
	apim_assert_json(a, ob_json_at(v, "status.storedVersions"),
			 "['v1alpha1']");
	apim_assert_json(a, ob_json_at(v, "status.acceptedNames"),
			 "{'kind':'Peer','plural':'peers','shortNames':['pe'],"
			 "'categories':['octopus'],'singular':'peer',"
			 "'listKind':'PeerList'}");
	assert_int_equal(cJSON_GetArraySize(ob_json_at(v, "status.conditions")),
			 2);
	assert_string_equal(
		ob_json_string(ob_json_at(v, "status.conditions")->child,
			       "lastTransitionTime"),
		"2026-01-01T00:00:00Z");
}

/* The conditions of crd when another has names (JSON) already. */
static const char *conflict(struct ob_arena *a, const char *names, cJSON **ret)
{
	struct ob_api_crd_taken taken = { .kinds = { .n = 0 } };
	cJSON *other = ob_json_object(a), *status = ob_json_object(a);
	const cJSON *c;

	ob_json_set(a, status, "acceptedNames", apim_json(a, names));
	ob_json_set(a, other, "status", status);
	ob_api_crd_take(a, &taken, other);
	*ret = *ret ? *ret : apim_json(a, crd);
	ob_api_crd_establish(a, *ret, &taken, "2026-01-01T00:00:00Z");
	c = ob_json_at(*ret, "status.conditions")->child;
	return ob_arena_printf(a, "%s: %s", ob_json_string(c, "reason"),
			       ob_json_string(c, "message"));
}

static void refuses_names_of_another(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	cJSON *v[4] = { NULL };

	(void)state;
	assert_string_equal(conflict(a, "{'listKind':'Peer'}", &v[0]),
			    "KindConflict: \"Peer\" is already in use");
	assert_string_equal(
		conflict(a, "{'kind':'Peer','listKind':'PeerList'}", &v[1]),
		"ListKindConflict: \"PeerList\" is already in use");
	assert_string_equal(conflict(a, "{'plural':'pe'}", &v[2]),
			    "ShortNamesConflict: \"pe\" is already in use");
	assert_string_equal(conflict(a, "{'singular':'peers'}", &v[3]),
			    "PluralConflict: \"peers\" is already in use");
	assert_false(ob_api_crd_is_established(v[3]));
	apim_assert_json(a, ob_json_at(v[1], "status.acceptedNames"),
			 "{'kind':'','plural':'peers','shortNames':['pe'],"
			 "'categories':['octopus'],'singular':'peer'}");
}

static void establishes_once_names_are_free(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	cJSON *v = NULL;

	(void)state;
	conflict(a, "{'kind':'Peer'}", &v);
	assert_false(ob_api_crd_is_accepted(v));
	assert_string_equal(conflict(a, "{}", &v),
			    "NoConflicts: no conflicts found");
	assert_true(ob_api_crd_is_established(v));
	conflict(a, "{'kind':'Peer','listKind':'PeerList'}", &v);
	assert_true(ob_api_crd_is_accepted(v));
}

static void lists_groups_and_resources(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_catalog c = catalog(a);

	(void)state;
	apim_assert_json(
		a, ob_api_discovery_group(a, &c, "octopus.io"),
		"{'kind':'APIGroup','apiVersion':'v1','name':'octopus.io',"
		"'versions':[{'groupVersion':'octopus.io/v1','version':'v1'},"
		"{'groupVersion':'octopus.io/v1alpha1','version':'v1alpha1'}],"
		"'preferredVersion':{'groupVersion':'octopus.io/v1',"
		"'version':'v1'}}");
	apim_assert_json(
		a, ob_api_discovery_resources(a, &c, "octopus.io", "v1alpha1"),
		"{'kind':'APIResourceList','apiVersion':'v1','groupVersion':"
		"'octopus.io/v1alpha1','resources':[{'name':'peers',"
		"'singularName':'peer','namespaced':true,'kind':'Peer',"
		"'verbs':['create','delete','deletecollection','get','list',"
		"'patch','update','watch'],'shortNames':['pe'],'categories':"
		"['octopus']},{'name':'peers/status','singularName':'',"
		"'namespaced':true,'kind':'Peer','verbs':['get','patch',"
		"'update']}]}");
	assert_null(ob_api_discovery_group(a, &c, "no.io"));
	assert_null(ob_api_discovery_resources(a, &c, "octopus.io", "v2"));
}

static void aggregates(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_catalog c = catalog(a);
	cJSON *v = ob_api_discovery_aggregated(a, &c, false, "v2"), *last;

	(void)state;
	last = ob_json_get(v, "items")->child->prev;
	assert_string_equal(ob_json_string(last, "metadata.name"),
			    "octopus.io");
	apim_assert_json(
		a, ob_json_get(ob_json_get(last, "versions")->child, "version"),
		"'v1'");
	v = ob_api_discovery_aggregated(a, &c, true, "v2beta1");
	assert_string_equal(ob_json_string(v, "apiVersion"),
			    "apidiscovery.k8s.io/v2beta1");
	assert_int_equal(cJSON_GetArraySize(ob_json_get(v, "items")), 1);
}

static void orders_versions(void **state)
{
	static const char *const order[] = { "v10",	 "v2",	    "v1",
					     "v11beta2", "v3beta1", "v12alpha1",
					     "foo1",	 "foo10" };

	(void)state;
	for (size_t i = 1; i < ARRAY_SIZE(order); i++)
		if (ob_api_version_compare(order[i - 1], order[i]) <= 0)
			fail_msg("%s %s", order[i - 1], order[i]);
}

static void describes_types_for_kubectl(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_catalog c = catalog(a);
	const cJSON *v = ob_api_openapi_v2(a, &c), *peer;

	(void)state;
	peer = ob_json_get(ob_json_get(v, "definitions"),
			   "io.octopus.v1alpha1.Peer");
	apim_assert_json(a,
			 ob_json_get(peer, "x-kubernetes-group-version-kind"),
			 "[{'group':'octopus.io','kind':'Peer','version':"
			 "'v1alpha1'}]");
	assert_string_equal(ob_json_string(peer, "properties.metadata.$ref"),
			    "#/definitions/io.k8s.apimachinery.pkg.apis.meta."
			    "v1.ObjectMeta");
	peer = ob_json_get(ob_json_get(v, "definitions"),
			   "io.k8s.api.core.v1.ServiceSpec");
	assert_string_equal(ob_json_string(peer,
					   "properties.ports."
					   "x-kubernetes-patch-merge-key"),
			    "port");
	/* kubectl would refuse what is not named */
	peer = ob_json_get(ob_json_get(v, "definitions"), "io.octopus.v1.Peer");
	assert_null(ob_json_get(peer, "properties"));
}

static void an_index_changes_with_its_documents(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_catalog c = catalog(a), fewer = { c.v, c.n - 1 };
	const char *path = "apis/octopus.io/v1alpha1";
	cJSON *v = ob_json_get(ob_api_openapi_v3_index(a, &c), "paths");
	const char *url =
		ob_json_string(ob_json_get(v, path), "serverRelativeURL");

	(void)state;
	assert_ptr_equal(strstr(url, "/openapi/v3/apis/octopus.io/v1alpha1?"
				     "hash="),
			 url);
	v = ob_json_get(ob_api_openapi_v3_index(a, &fewer), "paths");
	assert_null(ob_json_get(v, path));
	assert_null(ob_api_openapi_v3(a, &fewer, "octopus.io", "v1alpha1"));
}

/* swagger: "2.0", info: {title: "t"}, definitions: {a: {type: "string"}} */
static void encodes_documents_as_protobuf(void **state)
{
	static const unsigned char want[] = {
		0x0a, 3,  '2',	'.', '0',  0x12, 3,   0x0a, 1,	 't',
		0x4a, 18, 0x0a, 16,  0x0a, 1,	 'a', 0x12, 11,	 0xb2,
		0x01, 8,  0x0a, 6,   's',  't',	 'r', 'i',  'n', 'g',
	};
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	const cJSON *v = apim_json(a, "{'swagger':'2.0','info':{'title':'t'},"
				      "'definitions':{'a':{'type':'string'}}}");
	size_t size = 0;
	const void *bytes = ob_api_openapi_v2_protobuf(a, v, &size);

	(void)state;
	assert_int_equal(size, sizeof(want));
	assert_memory_equal(bytes, want, sizeof(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compiles_a_definition),
		cmocka_unit_test(establishes_a_definition),
		cmocka_unit_test(refuses_names_of_another),
		cmocka_unit_test(establishes_once_names_are_free),
		cmocka_unit_test(lists_groups_and_resources),
		cmocka_unit_test(aggregates),
		cmocka_unit_test(orders_versions),
		cmocka_unit_test(describes_types_for_kubectl),
		cmocka_unit_test(an_index_changes_with_its_documents),
		cmocka_unit_test(encodes_documents_as_protobuf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
