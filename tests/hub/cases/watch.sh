# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
begin=$(now)
made POST "$CONFIGMAPS" "$(config a '{"x":"1"}' '"labels":{"w":"1"}')"
made -t merge PATCH "$CONFIGMAPS/a" '{"data":{"x":"2"}}'
made -t merge PATCH "$CONFIGMAPS/a" '{"data":{"x":"2"}}'
made -t merge PATCH "$CONFIGMAPS/a" '{"metadata":{"labels":{"w":"2"}}}'
made -t merge PATCH "$CONFIGMAPS/a" '{"metadata":{"labels":{"w":"1"}}}'
middle=$(now)
made -t merge PATCH "$CONFIGMAPS/a" '{"data":{"x":"3"}}'
made POST "$CONFIGMAPS" "$(config b '' '"finalizers":["octopus.io/hold"]')"
made DELETE "$CONFIGMAPS/b"
made -t merge PATCH "$CONFIGMAPS/b" '{"metadata":{"finalizers":null}}'
made POST "$CONFIGMAPS" "$(config c '' '"labels":{"w":"1"}')"
made DELETE "$CONFIGMAPS/c"
WHOLE='[.type, .object.metadata.name, .object.data.x, .object.metadata.labels.w,
	.object.metadata.resourceVersion]'
it every write is one event, in order, and an object is gone at its last
watched -o "$WHOLE" "$CONFIGMAPS?resourceVersion=$begin"
it from any moment on
watched -o "$WHOLE" "$CONFIGMAPS?resourceVersion=$middle"
it what leaves the selector is deleted, what comes back is added
watched -o "$WHOLE" "$CONFIGMAPS?labelSelector=w=1&resourceVersion=$begin"
it by name
watched -o "$WHOLE" \
	"$CONFIGMAPS?fieldSelector=metadata.name=c&resourceVersion=$begin"
it of all namespaces
watched -o "select(.object.metadata.namespace == \"$NS\") | $EVENTS" \
	"/api/v1/configmaps?labelSelector=w=1&resourceVersion=$middle"
it whole objects
watched -o . "$CONFIGMAPS?labelSelector=w=2&resourceVersion=$begin"
it without a version: first all that there is
watched "$CONFIGMAPS?labelSelector=w"
watched "$CONFIGMAPS?labelSelector=w&resourceVersion=0"
it instead of a list
watched -o "select(.type != \"BOOKMARK\" or .object.metadata.annotations)" \
	"$CONFIGMAPS?labelSelector=none&sendInitialEvents=true&\
resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
watched -o "$WHY" "$CONFIGMAPS?sendInitialEvents=true"
it only what is new
now=$(now)
watched "$CONFIGMAPS?resourceVersion=$now"
it a version that is none, a kind that is none
watched -o .kind "$API/things?resourceVersion=0"
it without contents
watched -a "$PARTIAL" -o . \
	"$CONFIGMAPS?labelSelector=w&resourceVersion=0"
it as rows: the columns come once
made POST "$CONFIGMAPS" "$(config d '{"x":"1"}' '"labels":{"w":"1"}')"
ROWS='[.type, .object.kind, (.object.columnDefinitions // [] | length),
	[.object.rows[].cells[0:2]], .object.rows[0].object.kind]'
watched -a "$TABLE" -o "$ROWS" "$CONFIGMAPS?labelSelector=w&resourceVersion=0"
it custom objects
gadgets_served
begin=$(now)
made POST "$GADGETS" "$(gadget one)"
made -t merge PATCH "$GADGETS/one" '{"spec":{"size":2}}'
made -t merge PATCH "$GADGETS/one/status" '{"status":{"phase":"x"}}'
made DELETE "$GADGETS/one"
watched -o '[.type, .object.spec.size, .object.status.phase,
	.object.metadata.generation]' "$GADGETS?resourceVersion=$begin"
