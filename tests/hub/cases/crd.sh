# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# widget [NAME [NAMES [VERSION-MEMBERS]]]: a definition.
SCHEMA='"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{
	"type":"object","properties":{"a":{"type":"string"}}}}}}'
widget()
{
	_names=${2:-'"plural":"widgets","kind":"Widget"'}
	_version=${3:-'"served":true,"storage":true'}
	object apiextensions.k8s.io/v1 CustomResourceDefinition \
		"${1:-widgets.crd.octopus.io}" '' "\"spec\":{
		\"group\":\"crd.octopus.io\",\"scope\":\"Namespaced\",
		\"names\":{$_names},\"versions\":[{\"name\":\"v1\",$_version,
		${4-$SCHEMA}}]}"
}
CONDITIONS='[.status.conditions[]? | {type, status, reason}] | sort_by(.type)'
WIDGETS=/apis/crd.octopus.io/v1/namespaces/$NS/widgets
GEARS=/apis/crd.octopus.io/v1/namespaces/$NS/gears
for plural in widgets gears wheels; do
	call DELETE "$CRDS/$plural.crd.octopus.io" '' json application/json \
		>/dev/null
	wait_until answers 404 "$CRDS/$plural.crd.octopus.io"
done
it defaults of names and of the rest
api -o '.spec | {names, scope, conversion}' POST "$CRDS" "$(widget)"
it it is established, and served
wait_until holds "($CONDITIONS) | map(.status) == [\"True\", \"True\"]" \
	"$CRDS/widgets.crd.octopus.io"
wait_until answers 200 "$WIDGETS"
api -o "{conditions: ($CONDITIONS), names: .status.acceptedNames,
	stored: .status.storedVersions, generation: .metadata.generation}" \
	GET "$CRDS/widgets.crd.octopus.io"
api -o '{apiVersion, kind, items}' GET "$WIDGETS"
made POST "$WIDGETS" "$(object crd.octopus.io/v1 Widget one '' \
	'"spec":{"a":"b"}')"
it it is there once
api POST "$CRDS" "$(widget)"
it its name is that of its group and plural
api -o .details.causes POST "$CRDS" "$(widget other.crd.octopus.io)"
it a schema is needed, with types
api -o '[.details.causes[].field]' POST "$CRDS" "$(widget \
	gears.crd.octopus.io '"plural":"gears","kind":"Gear"' '' \
	'"subresources":{}')"
api -o '[.details.causes[].field]' POST "$CRDS" "$(widget \
	gears.crd.octopus.io '"plural":"gears","kind":"Gear"' '' \
	'"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{
	"properties":{"a":{"type":"string"}}}}}}')"
api -o '[.details.causes[].field]' POST "$CRDS" "$(widget \
	gears.crd.octopus.io '"plural":"gears","kind":"Gear"' '' \
	'"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{
	"type":"strin"}}}}')"
it one version is stored
api -o '[.details.causes[].field] | index("spec.versions")' POST "$CRDS" "$(widget \
	gears.crd.octopus.io '"plural":"gears","kind":"Gear"' \
	'"served":true,"storage":false')"
it no scope, no names
api -o '[.details.causes[].field]' POST "$CRDS" "$(widget \
	gears.crd.octopus.io '"plural":"gears","kind":"Gear"' |
	jq 'del(.spec.scope)')"
api -o '[.details.causes[].field | select(test("plural|[.]kind"))]' POST \
	"$CRDS" "$(widget gears.crd.octopus.io '"plural":"gears"' |
	jq '.spec.names = {}')"
it a default has to fit its schema
api -o '[.details.causes[].field]' POST "$CRDS" "$(widget \
	gears.crd.octopus.io '"plural":"gears","kind":"Gear"' |
	jq '.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties
		.a.default = 5')"
it a kind that another has already: never established
api -q POST "$CRDS" "$(widget gears.crd.octopus.io \
	'"plural":"gears","kind":"Widget"')"
wait_until holds '.status.conditions | length == 2' \
	"$CRDS/gears.crd.octopus.io"
api -o "{conditions: ($CONDITIONS), names: .status.acceptedNames,
	messages: [.status.conditions[].message] | sort}" \
	GET "$CRDS/gears.crd.octopus.io"
api -q GET "$GEARS"
made DELETE "$CRDS/gears.crd.octopus.io"
wait_until answers 404 "$CRDS/gears.crd.octopus.io"
it a new schema holds for what there is
api -t json-patch -o .metadata.generation PATCH \
	"$CRDS/widgets.crd.octopus.io" '[{"op":"add","path":
	"/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/b",
	"value":{"type":"integer","default":5}}]'
wait_until holds '.spec.b == 5' "$WIDGETS/one"
api -o "$SPEC" GET "$WIDGETS/one"
it a second version, without the first
made -t json-patch PATCH "$CRDS/widgets.crd.octopus.io" '[{"op":"copy",
	"from":"/spec/versions/0","path":"/spec/versions/-"},{"op":"replace",
	"path":"/spec/versions/1/name","value":"v2"},{"op":"replace",
	"path":"/spec/versions/1/storage","value":false}]'
wait_until answers 200 "/apis/crd.octopus.io/v2/namespaces/$NS/widgets"
api -o '{apiVersion, spec}' GET \
	"/apis/crd.octopus.io/v2/namespaces/$NS/widgets/one"
api -o '{versions: [.versions[].version], preferredVersion}' GET \
	/apis/crd.octopus.io
it lists, selections and patches have defaults too
api -o '[.items[].spec]' GET "$WIDGETS"
api -o '[.items[].spec]' GET "$WIDGETS?labelSelector=x!=y"
api -t json-patch -o "$SPEC" PATCH "$WIDGETS/one?dryRun=All" '[{"op":"test",
	"path":"/spec/b","value":5},{"op":"replace","path":"/spec/b",
	"value":6}]'
it a name is free when the one who has it is gone
made POST "$CRDS" "$(widget gears.crd.octopus.io \
	'"plural":"gears","kind":"Widget"')"
wait_until holds '.status.conditions | length == 2' \
	"$CRDS/gears.crd.octopus.io"
it deleted with all its objects
api -o '.metadata.finalizers // .status' DELETE "$CRDS/widgets.crd.octopus.io"
wait_until answers 404 "$CRDS/widgets.crd.octopus.io"
wait_until answers 404 "$WIDGETS/one"
api -q GET "$WIDGETS/one"
wait_until answers 200 "$GEARS"
wait_until holds "($CONDITIONS) | map(.status) == [\"True\", \"True\"]" \
	"$CRDS/gears.crd.octopus.io"
api -o "{conditions: ($CONDITIONS), names: .status.acceptedNames}" \
	GET "$CRDS/gears.crd.octopus.io"
it short names count as well, those of lists and objects together
api -q POST "$CRDS" "$(widget wheels.crd.octopus.io \
	'"plural":"wheels","kind":"Wheel","shortNames":["gears","w"]')"
wait_until holds '.status.conditions | length == 2' \
	"$CRDS/wheels.crd.octopus.io"
api -o "{conditions: ($CONDITIONS), names: .status.acceptedNames,
	messages: [.status.conditions[].message] | sort}" \
	GET "$CRDS/wheels.crd.octopus.io"
made DELETE "$CRDS/wheels.crd.octopus.io"
made DELETE "$CRDS/gears.crd.octopus.io"
wait_until answers 404 "$CRDS/wheels.crd.octopus.io"
wait_until answers 404 "$CRDS/gears.crd.octopus.io"
