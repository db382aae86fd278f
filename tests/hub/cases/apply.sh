# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
OWNED='if .kind == "Status" then {code, reason, message, causes:
	.details.causes} else {data, fields: [.metadata.managedFields[]? |
	{manager, operation, subresource, fieldsV1}]} end'
# apply MANAGER[&force=true] DATA [MORE-METADATA]
apply()
{
	api -f -t apply -o "$OWNED" PATCH "$CONFIGMAPS/one?fieldManager=$1" \
		"$(config one "$2" "${3:-}")"
}
# rv_of_one: does a write show?
rv_of_one()
{
	api -o '.metadata.resourceVersion' GET "$CONFIGMAPS/one"
}
it what is not there is created
apply alpha '{"a":"1","b":"1"}' '"labels":{"x":"y"}'
rv_of_one
it the same again writes nothing
apply alpha '{"a":"1","b":"1"}' '"labels":{"x":"y"}'
rv_of_one
it what another owns is a conflict, unless the value is the same
apply beta '{"a":"2","c":"1"}'
apply beta '{"a":"1","c":"1"}'
it by force
apply 'beta&force=true' '{"a":"2","c":"1"}'
it two own the same
apply gamma '{"c":"1"}'
it what one of two no longer wants stays
apply beta '{"a":"2"}'
it what nobody wants goes
apply gamma '{}'
it an update takes the field
api -f -t merge -o "$OWNED" PATCH "$CONFIGMAPS/one?fieldManager=edit" \
	'{"data":{"a":"9"}}'
apply beta '{"a":"2"}'
it nothing was applied: a merge patch by a name that had applied
api -f -t merge -o "$OWNED" PATCH "$CONFIGMAPS/one?fieldManager=alpha" \
	'{"data":{"z":"1"}}'
it several conflicts, with several
apply delta '{"a":"x","b":"x","z":"x"}'
it it needs a manager
api -t apply PATCH "$CONFIGMAPS/one" "$(config one)"
it force is for apply only
api -t merge PATCH "$CONFIGMAPS/one?force=true" '{}'
it no managedFields in what is applied, no other name, no old version
api -t apply -o "$WHY" PATCH "$CONFIGMAPS/one?fieldManager=alpha" \
	"$(config one '' '"managedFields":[{"manager":"x"}]')"
api -t apply -o "$WHY" PATCH "$CONFIGMAPS/one?fieldManager=alpha" \
	"$(config two)"
api -t apply -o "$WHY" PATCH "$CONFIGMAPS/one?fieldManager=alpha" \
	"$(config one '' '"resourceVersion":"1"')"
it YAML, and what is none
api -f -t apply -o "$OWNED" PATCH "$CONFIGMAPS/yaml?fieldManager=alpha" \
	'apiVersion: v1
kind: ConfigMap
metadata: {name: yaml}
data:
  a: b'
api -t apply -o "$WHY" PATCH "$CONFIGMAPS/yaml?fieldManager=alpha" 'a: ['
it managedFields can be forgotten
api -f -t merge -o "$OWNED" PATCH "$CONFIGMAPS/one" \
	'{"metadata":{"managedFields":[{}]}}'
it a dry run
api -t apply -o .data PATCH \
	"$CONFIGMAPS/one?fieldManager=alpha&force=true&dryRun=All" \
	"$(config one '{"d":"1"}')"
api -o .data GET "$CONFIGMAPS/one"
