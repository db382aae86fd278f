# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
gadgets_served
OWNED='if .kind == "Status" then {code, reason, message, causes:
	.details.causes} else {spec, status, fields:
	[.metadata.managedFields[]? |
	{manager, operation, subresource, fieldsV1}]} end'
# apply MANAGER SPEC
apply()
{
	api -f -t apply -o "$OWNED" PATCH "$GADGETS/one?fieldManager=$1" \
		"$(gadget one "$2")"
}
it defaults belong to nobody, items of keyed lists to who has given them
apply alpha '{"size":1,"parts":[{"name":"a"},{"name":"b","count":2}],
	"tags":["x"],"steps":[{"run":"1"}],"limits":{"cpu":1}}'
it others add theirs
apply beta '{"size":1,"parts":[{"name":"c","count":3}],"tags":["y"],
	"limits":{"memory":"1G"}}'
it one item of another is a conflict by its key
apply gamma '{"size":1,"parts":[{"name":"b","count":7}]}'
it a list without keys is one thing
apply gamma '{"size":1,"steps":[{"run":"2"}]}'
it what is left out goes
apply alpha '{"size":1,"parts":[{"name":"b","count":2}]}'
it status is another matter
status() {
	api -f -t apply -o "$OWNED" PATCH \
		"$GADGETS/one/status?fieldManager=$1" "$(object \
		test.octopus.io/v1 Gadget one '' "\"status\":{\"conditions\":[{
		\"type\":\"Ready\",\"status\":\"$2\",\"reason\":\"R\"}]}")"
}
status hub True
status other False
it an update owns what it has changed
api -f -t merge -o "$OWNED" PATCH "$GADGETS/one?fieldManager=edit" \
	'{"spec":{"size":2,"nested":{"depth":8}}}'
it ports of a Service
ports() {
	api -f -t apply -o "$OWNED | {code, message, ports: .spec.ports?,
		fields: [.fields[]? | .fieldsV1[\"f:spec\"][\"f:ports\"]]}" PATCH \
		"$API/services/svc?fieldManager=$1" \
		"$(object v1 Service svc '' '"spec":{"ports":['"$2"']}')"
}
made POST "$API/services" "$(object v1 Service svc '' '"spec":{
	"clusterIP":"None","ports":[{"name":"web","port":80,
	"protocol":"TCP","targetPort":80}]}')"
ports alpha '{"name":"tls","port":443,"protocol":"TCP","targetPort":443}'
ports beta '{"name":"x","port":443,"protocol":"TCP","targetPort":443}'
