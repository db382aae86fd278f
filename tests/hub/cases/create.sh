# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
it a new object gets a uid, a time and a version
api POST "$CONFIGMAPS" "$(config one '{"k":"v"}' '"labels":{"a":"b"}')"
it what exists is not created again
api POST "$CONFIGMAPS" "$(config one)"
it a name can be left to the server
api POST "$CONFIGMAPS" '{"metadata":{"generateName":"made-"}}'
it apiVersion and kind are those of the path when they are left out
api POST "$CONFIGMAPS" '{"metadata":{"name":"plain"}}'
it neither name nor generateName
api POST "$CONFIGMAPS" '{"apiVersion":"v1","kind":"ConfigMap","metadata":{}}'
it a namespace that is not that of the path
api POST "$CONFIGMAPS" "$(config x '' '"namespace":"elsewhere"')"
it a namespace that does not exist
api POST /api/v1/namespaces/nowhere/configmaps "$(config x)"
it a name that is none
api POST "$CONFIGMAPS" "$(config 'Bad_Name')"
it a label that is none
api POST "$CONFIGMAPS" "$(config x '' '"labels":{"-a":"b c"}')"
it a finalizer without a domain or a name
api -o "$WHY" POST "$CONFIGMAPS" "$(config x '' '"finalizers":["a b"]')"
it a namespace name with a dot
api -o "$CAUSES" POST /api/v1/namespaces "$(object v1 Namespace a.b)"
it what the server sets is not taken from the client
api -o '.metadata | {uid, creationTimestamp, deletionTimestamp, selfLink}' \
	POST "$CONFIGMAPS" "$(config own '' '"uid":"mine","selfLink":"/x",
	"creationTimestamp":"2001-01-01T00:00:00Z",
	"deletionTimestamp":"2001-01-01T00:00:00Z"')"
it a dry run answers and keeps nothing
api -o '.metadata.name' POST "$CONFIGMAPS?dryRun=All" "$(config dry)"
api GET "$CONFIGMAPS/dry"
api -o "$WHY" POST "$CONFIGMAPS?dryRun=Some" "$(config dry)"
it another kind, another version
api -o "$WHY" POST "$CONFIGMAPS" "$(object v1 Secret x)"
api -o "$WHY" POST "$CONFIGMAPS" "$(object v2 ConfigMap x)"
it no JSON, no body, no known content type
api -o "$WHY" POST "$CONFIGMAPS" '{"apiVersion":'
api -o "$WHY" POST "$CONFIGMAPS"
api -o "$WHY" -t text/plain POST "$CONFIGMAPS" x
it YAML is as good as JSON
api -o "$BRIEF" -t application/yaml POST "$CONFIGMAPS" 'apiVersion: v1
kind: ConfigMap
metadata: {name: yaml}
data: {a: "1"}'
it a Secret: text becomes data
api -o '{type, data, stringData}' POST "$API/secrets" \
	"$(object v1 Secret s '' '"stringData":{"a":"b"}')"
it a method that a path does not have
api -o "$WHY" POST "$CONFIGMAPS/one" "$(config one)"
api -o "$WHY" PUT "$CONFIGMAPS" "$(config one)"
it a kind that nobody serves
api -q POST "/apis/none.octopus.io/v1/namespaces/$NS/things" '{}'
api -o "$WHY" GET "/api/v1/namespaces/$NS/things"
api -q GET /nothing
