# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# shellcheck disable=SC2016 # $patch is the name of a directive
made POST "$CONFIGMAPS" "$(config one '{"k":"v"}')"
it merge patch: sets, and null removes
api -t merge -o "$BRIEF" PATCH "$CONFIGMAPS/one" '{"data":{"m":"1","k":null}}'
it nothing changes: the version stays
api -t merge -o "$BRIEF" PATCH "$CONFIGMAPS/one" '{"data":{"m":"1"}}'
it a version in the patch is a condition
api -t merge PATCH "$CONFIGMAPS/one" \
	'{"metadata":{"resourceVersion":"1"},"data":{"m":"2"}}'
it what does not exist
api -t merge PATCH "$CONFIGMAPS/none" '{}'
it a patch that is no object, one that makes no ConfigMap, one that renames
api -t merge -o "$WHY" PATCH "$CONFIGMAPS/one" '[1]'
api -t merge -o "$WHY" PATCH "$CONFIGMAPS/one" '{"data":5}'
api -t merge -o "$WHY" PATCH "$CONFIGMAPS/one" '{"metadata":{"name":"two"}}'
it JSON patch
api -t json-patch -o "$BRIEF" PATCH "$CONFIGMAPS/one" '[
	{"op":"add","path":"/metadata/annotations","value":{}},
	{"op":"test","path":"/data/m","value":"1"},
	{"op":"add","path":"/data/j","value":"2"},
	{"op":"copy","from":"/data/j","path":"/metadata/annotations/a~1b"},
	{"op":"move","from":"/data/m","path":"/data/n"},
	{"op":"replace","path":"/data/j","value":"3"},
	{"op":"remove","path":"/data/n"}]'
it a test that fails, a path that is not there, no list
api -t json-patch -o "$WHY" PATCH "$CONFIGMAPS/one" \
	'[{"op":"test","path":"/data/j","value":"x"}]'
api -t json-patch -o "$WHY" PATCH "$CONFIGMAPS/one" \
	'[{"op":"remove","path":"/data/none"}]'
api -t json-patch -o "$WHY" PATCH "$CONFIGMAPS/one" '{"a":1}'
it nothing of that has changed it
api -o "$BRIEF" GET "$CONFIGMAPS/one"
it strategic merge: finalizers are a set
for f in a b; do
	api -t strategic-merge -o .metadata.finalizers PATCH \
		"$CONFIGMAPS/one" \
		'{"metadata":{"finalizers":["octopus.io/'$f'"]}}'
done
api -t strategic-merge -o '.metadata.finalizers // []' PATCH "$CONFIGMAPS/one" \
	'{"metadata":{"$deleteFromPrimitiveList/finalizers":["octopus.io/a",
	"octopus.io/b"]}}'
it strategic merge: owners are known by their uid
owner() {
	printf '{"metadata":{"ownerReferences":[{"apiVersion":"v1",'
	printf '"kind":"ConfigMap","name":"%s","uid":"%s"%s}]}}' "$@"
}
UIDS='[.metadata.ownerReferences[].uid]'
for o in first second; do
	made POST "$CONFIGMAPS" "$(config $o)"
	uid=$(last .metadata.uid)
	api -t strategic-merge -o "$UIDS" PATCH "$CONFIGMAPS/one" \
		"$(owner $o "$uid" ',"controller":false')"
done
api -t strategic-merge -o "$UIDS" PATCH "$CONFIGMAPS/one" \
	"$(owner x "$uid" ',"$patch":"delete"')"
it strategic merge: a map is replaced when the patch says so
api -t strategic-merge -o .data PATCH "$CONFIGMAPS/one" \
	'{"data":{"$patch":"replace","only":"1"}}'
it strategic merge: ports of a Service are known by their number
made POST "$API/services" "$(object v1 Service svc '' '"spec":{
	"clusterIP":"None","ports":[{"name":"web","port":80}]}')"
PORTS='[.spec.ports[] | {name, port}]'
api -t strategic-merge -o "$PORTS" PATCH "$API/services/svc" \
	'{"spec":{"ports":[{"name":"tls","port":443}]}}'
api -t strategic-merge -o "$PORTS" PATCH "$API/services/svc" \
	'{"spec":{"ports":[{"name":"http","port":80}]}}'
api -t strategic-merge -o "$PORTS" PATCH "$API/services/svc" \
	'{"spec":{"$setElementOrder/ports":[{"port":80},{"port":443},
	{"port":81}],"ports":[{"name":"b","port":81}]}}'
api -t strategic-merge -o "$PORTS" PATCH "$API/services/svc" \
	'{"spec":{"ports":[{"$patch":"delete","port":443}]}}'
it merge patch replaces such a list
api -t merge -o "$PORTS" PATCH "$API/services/svc" \
	'{"spec":{"ports":[{"name":"only","port":1}]}}'
it a dry run
api -t merge -o "$BRIEF" PATCH "$CONFIGMAPS/one?dryRun=All" '{"data":{"d":"1"}}'
api -o "$BRIEF" GET "$CONFIGMAPS/one"
it no such kind of patch
api -t json -o "$WHY" PATCH "$CONFIGMAPS/one" '{}'
it custom objects have no strategic merge
gadgets_served
made POST "$GADGETS" "$(gadget one)"
api -t strategic-merge -o "$WHY" PATCH "$GADGETS/one" '{}'
api -t json-patch -o "$SPEC" PATCH "$GADGETS/one" \
	'[{"op":"add","path":"/spec/tags","value":["a"]},
	{"op":"add","path":"/spec/tags/-","value":"b"},
	{"op":"add","path":"/spec/tags/0","value":"c"}]'
