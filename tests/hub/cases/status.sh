# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
gadgets_served
BOTH='if .kind == "Status" then . else {spec: .spec.size, status,
	labels: .metadata.labels, generation: .metadata.generation,
	rv: .metadata.resourceVersion} end'
it status is not for who creates
api -o "$BOTH" POST "$GADGETS" \
	"$(gadget one '' '' '"status":{"phase":"new"}')"
it nor for who updates: nothing has changed
api -t merge -o "$BOTH" PATCH "$GADGETS/one" '{"status":{"phase":"new"}}'
it and the status does not change the rest
api -t merge -o "$BOTH" PATCH "$GADGETS/one/status" \
	'{"status":{"phase":"new"},"spec":{"size":5},
	"metadata":{"labels":{"a":"b"}}}'
it a put of the status
old=$(call GET "$GADGETS/one" '' json application/json >/dev/null && last -c .)
api -o "$BOTH" PUT "$GADGETS/one/status" \
	"$(echo "$old" | jq '.status.phase = "old" | .spec.size = 7')"
api -o "$BOTH" PUT "$GADGETS/one/status" "$old"
it it can be read
api -o "$BOTH" GET "$GADGETS/one/status"
it it is checked
api -t merge -o "$CAUSES" PATCH "$GADGETS/one/status" \
	'{"status":{"phase":5}}'
api -t merge -o "$CAUSES" PATCH "$GADGETS/one/status" \
	'{"status":{"conditions":[{"type":"a","status":"b"},
	{"type":"a","status":"c"}]}}'
it only one with the object
api -o "$WHY" POST "$GADGETS/one/status" "$old"
api -o "$WHY" DELETE "$GADGETS/one/status"
api -o "$WHY" GET "$GADGETS/one/nothing"
it a new spec is a new generation, and leaves the status
api -t merge -o "$BOTH" PATCH "$GADGETS/one" '{"spec":{"size":5}}'
it labels are not
api -t merge -o "$BOTH" PATCH "$GADGETS/one" '{"metadata":{"labels":{"c":"d"}}}'
it the status of a Namespace and of a Node are their own resource too
api -t merge -o .status PATCH "/api/v1/namespaces/$NS" \
	'{"status":{"phase":"Terminating"}}'
