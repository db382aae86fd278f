# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
gadgets_served
it an index, with a hash for each document
api -o '.paths | to_entries | map(select(.key | IN("api/v1",
	"apis/test.octopus.io/v1", "apis/coordination.k8s.io/v1"))) |
	map([.key, (.value.serverRelativeURL | sub("hash=.*"; "hash=..."))]) |
	sort' GET /openapi/v3
url=$(last '.paths["apis/test.octopus.io/v1"].serverRelativeURL')
it a document
call GET "$url" '' json application/json
show '{openapi, paths: [.paths | keys[] | select(test("{name}"))]}' drop
it its kinds, by group, version and kind
show '[.components.schemas[] | select(.["x-kubernetes-group-version-kind"]) |
	select(.["x-kubernetes-group-version-kind"][0].group ==
	"test.octopus.io") | .["x-kubernetes-group-version-kind"][0] |
	select(.kind | test("List") | not)]' drop
it the schema of one
show '.components.schemas | to_entries | map(select(.key |
	endswith(".v1.Gadget"))) | .[0].value.properties.spec |
	{required, type, parts: .properties.parts, limits: .properties.limits |
	del(.additionalProperties.anyOf)}' drop
it what kubectl looks at to know whether a dry run is possible
show '.paths["/apis/test.octopus.io/v1/namespaces/{namespace}/gadgets/{name}"]
	.patch | {type: .["x-kubernetes-action"],
	gvk: .["x-kubernetes-group-version-kind"],
	parameters: [.parameters[].name] | sort}' drop
it the older form
wait_until holds '.definitions | keys | any(endswith("v1.Gadget"))' /openapi/v2
show '.definitions | to_entries | map(select(.key | endswith("v1.Gadget"))) |
	.[0].value | {type, kind: .["x-kubernetes-group-version-kind"],
	properties: (.properties | keys)}' drop
it in protobuf, which kubectl asks for
call GET /openapi/v2 '' json \
	'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
sed -n 's/\r$//;s/^content-type: //Ip' "$WORK/head"
