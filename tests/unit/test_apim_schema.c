// SPDX-License-Identifier: Apache-2.0
#include "apimachinery/schema.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "apim_fixture.h"

static const char peer[] =
	"{'type':'object','required':['spec'],'properties':{'spec':{"
	"'type':'object','required':['id'],'properties':{"
	"'id':{'type':'string','minLength':2,'maxLength':5,"
	"'pattern':'^[a-z]+$'},"
	"'port':{'type':'integer','minimum':1,'maximum':65535,'default':31820},"
	"'role':{'type':'string','enum':['hub','public']},"
	"'cidr':{'type':'array','maxItems':2,'items':{'type':'string',"
	"'format':'cidr'}},"
	"'set':{'type':'array','x-kubernetes-list-type':'set',"
	"'items':{'type':'string'}},"
	"'map':{'type':'array','x-kubernetes-list-type':'map',"
	"'x-kubernetes-list-map-keys':['type'],'items':{'type':'object',"
	"'required':['type'],'properties':{'type':{'type':'string'}}}},"
	"'either':{'x-kubernetes-int-or-string':true},"
	"'maybe':{'type':'string','nullable':true},"
	"'time':{'type':'string','format':'date-time'},"
	"'any':{'type':'object','x-kubernetes-preserve-unknown-fields':true},"
	"'labels':{'type':'object','additionalProperties':{'type':'string'}},"
	"'logic':{'type':'integer','anyOf':[{'maximum':3},{'minimum':7}]}"
	"}}}}";

/* What is said of an object whose spec is this. */
static const char *said(struct ob_arena *a, const char *spec)
{
	struct ob_api_causes causes = { .n = 0 };
	const char *text = ob_arena_printf(a, "{'spec':%s}", spec);

	ob_api_schema_validate(a, apim_schema(a, peer), apim_json(a, text),
			       &causes);
	return apim_causes(a, &causes);
}

static void accepts_what_is_right(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

	(void)state;
	assert_string_equal(
		said(a, "{'id':'abc','port':1,'role':'hub','cidr':["
			"'10.0.0.0/8','fd00::/8'],'set':['a','b'],"
			"'map':[{'type':'x'},{'type':'y'}],'either':'80%',"
			"'maybe':null,'time':'2026-01-02T03:04:05Z',"
			"'any':{'x':[1]},'labels':{'a':'b'},'logic':8}"),
		"");
}

static void words_numbers_as_kube_apiserver(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

	(void)state;
	assert_string_equal(said(a, "{'id':'abc','port':65536}"),
			    "spec.port: Invalid value: 65536: spec.port in "
			    "body should be less than or equal to 65535");
	assert_string_equal(said(a, "{'id':'abc','port':0}"),
			    "spec.port: Invalid value: 0: spec.port in body "
			    "should be greater than or equal to 1");
	assert_string_equal(said(a, "{'id':'abc','port':'x'}"),
			    "spec.port: Invalid value: \"string\": spec.port "
			    "in body must be of type integer: \"string\"");
	assert_string_equal(said(a, "{'id':'abc','port':1.5}"),
			    "spec.port: Invalid value: \"number\": spec.port "
			    "in body must be of type integer: \"number\"");
}

static void words_strings_as_kube_apiserver(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

	(void)state;
	assert_string_equal(said(a, "{'id':'a'}"),
			    "spec.id: Invalid value: \"a\": spec.id in body "
			    "should be at least 2 chars long");
	assert_string_equal(said(a, "{'id':'abcdef'}"),
			    "spec.id: Too long: may not be more than 5 bytes");
	assert_string_equal(said(a, "{'id':'AB'}"),
			    "spec.id: Invalid value: \"AB\": spec.id in body "
			    "should match '^[a-z]+$'");
	assert_string_equal(said(a, "{'id':'abc','role':'x'}"),
			    "spec.role: Unsupported value: \"x\": supported "
			    "values: \"hub\", \"public\"");
	assert_string_equal(said(a, "{}"), "spec.id: Required value");
	assert_string_equal(said(a, "{'id':null}"),
			    "spec.id: Invalid value: \"null\": spec.id in body "
			    "must be of type string: \"null\"");
}

static void words_lists_as_kube_apiserver(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

	(void)state;
	assert_string_equal(said(a, "{'id':'abc','cidr':['10.0.0.0/33']}"),
			    "spec.cidr[0]: Invalid value: \"10.0.0.0/33\": "
			    "spec.cidr[0] in body must be of type cidr: "
			    "\"10.0.0.0/33\"");
	assert_string_equal(
		said(a, "{'id':'abc','cidr':['::/0','::/1','::/2']}"),
		"spec.cidr: Too many: 3: must have at most 2 items");
	assert_string_equal(said(a, "{'id':'abc','set':['a','b','a','a']}"),
			    "spec.set[2]: Duplicate value: \"a\"");
	assert_string_equal(
		said(a, "{'id':'abc','map':[{'type':'a'},{'type':'a'}]}"),
		"spec.map[1]: Duplicate value: map[string]interface "
		"{}{\"type\":\"a\"}");
}

static void judges_alternatives(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();

	(void)state;
	assert_string_equal(said(a, "{'id':'abc','logic':2}"), "");
	assert_string_equal(
		said(a, "{'id':'abc','logic':5}"),
		"<nil>: Invalid value: \"\": \"spec.logic\" must validate at "
		"least one schema (anyOf)\n"
		"spec.logic: Invalid value: 5: spec.logic in body should be "
		"less than or equal to 3");
}

static void fills_in_defaults(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	cJSON *v = apim_json(a, "{'spec':{'id':'abc','port':null,'role':null,"
				"'maybe':null}}");

	(void)state;
	ob_api_schema_default(a, apim_schema(a, peer), v);
	apim_assert_json(a, v,
			 "{'spec':{'id':'abc','port':31820,'maybe':null}}");
}

static void prunes_what_it_does_not_know(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_causes unknown = { .n = 0 };
	cJSON *v = apim_json(
		a, "{'apiVersion':'v1','kind':'K','metadata':"
		   "{'name':'n','x':1},'x':1,'spec':{'y':{},'any':{'z':1},"
		   "'map':[{'type':'t','w':[]}],'labels':{'q':"
		   "'r'}}}");

	(void)state;
	ob_api_schema_prune(a, apim_schema(a, peer), v, &unknown);
	apim_assert_json(
		a, v,
		"{'apiVersion':'v1','kind':'K','metadata':{'name':'n'},"
		"'spec':{'any':{'z':1},'map':[{'type':'t'}],"
		"'labels':{'q':'r'}}}");
	assert_string_equal(apim_causes(a, &unknown),
			    "metadata.x: unknown field \"metadata.x\"\n"
			    "x: unknown field \"x\"\n"
			    "spec.y: unknown field \"spec.y\"\n"
			    "spec.map[0].w: unknown field \"spec.map[0].w\"");
}

static void refuse(const char *schema, const char *why)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_causes causes = { .n = 0 };
	const struct ob_api_schema *s = NULL;

	assert_int_equal(
		ob_api_schema_compile(a, apim_json(a, schema), &s, &causes),
		-EINVAL);
	assert_null(s);
	assert_string_equal(apim_causes(a, &causes), why);
}

static void refuses_what_is_not_structural(void **state)
{
	(void)state;
	refuse("{}", "type: Required value: must not be empty at the root");
	refuse("{'type':'object','properties':{'a':{}}}",
	       "properties[a].type: Required value: must not be empty for "
	       "specified object fields");
	refuse("{'type':'object','properties':{'a':{'type':'array'}}}",
	       "properties[a].items: Required value: must be specified");
	refuse("{'type':'object','anyOf':[{'type':'object'}]}",
	       "anyOf[0].type: Forbidden: must be empty to be structural");
	refuse("{'type':'object','properties':{'a':{'type':'string',"
	       "'pattern':'('}}}",
	       "properties[a].pattern: Invalid value: \"(\": must be a valid "
	       "regular expression, but isn't: error parsing regexp: missing "
	       "closing ): `(`");
}

static void refuses_a_default_that_is_wrong(void **state)
{
	(void)state;
	refuse("{'type':'object','properties':{'a':{'type':'integer',"
	       "'default':'x'}}}",
	       "properties[a].default: Invalid value: \"string\":  in body "
	       "must "
	       "be of type integer: \"string\"");
}

static void warns_of_rules_that_it_does_not_evaluate(void **state)
{
	_cleanup_(ob_arena_freep) struct ob_arena *a = ob_arena_new();
	struct ob_api_causes causes = { .n = 0 };
	const struct ob_api_schema *s = NULL;
	const char *text = "{'type':'object','x-kubernetes-validations':[]}";

	(void)state;
	assert_int_equal(
		ob_api_schema_compile(a, apim_json(a, text), &s, &causes), 0);
	assert_int_equal(causes.n, 1);
	assert_string_equal(causes.v[0].type, "Warning");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_what_is_right),
		cmocka_unit_test(words_numbers_as_kube_apiserver),
		cmocka_unit_test(words_strings_as_kube_apiserver),
		cmocka_unit_test(words_lists_as_kube_apiserver),
		cmocka_unit_test(judges_alternatives),
		cmocka_unit_test(fills_in_defaults),
		cmocka_unit_test(prunes_what_it_does_not_know),
		cmocka_unit_test(refuses_what_is_not_structural),
		cmocka_unit_test(refuses_a_default_that_is_wrong),
		cmocka_unit_test(warns_of_rules_that_it_does_not_evaluate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
