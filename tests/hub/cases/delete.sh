# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
it what is deleted is gone
made POST "$CONFIGMAPS" "$(config one)"
api DELETE "$CONFIGMAPS/one"
api DELETE "$CONFIGMAPS/one"
it on conditions
made POST "$CONFIGMAPS" "$(config one)"
uid=$(last .metadata.uid) version=$(last .metadata.resourceVersion)
options()
{
	printf '{"apiVersion":"v1","kind":"DeleteOptions",%s}' "$1"
}
api -o "$WHY" DELETE "$CONFIGMAPS/one" "$(options '"preconditions":{"uid":
	"00000000-0000-0000-0000-000000000000"}')"
api -o "$WHY" DELETE "$CONFIGMAPS/one" \
	"$(options '"preconditions":{"resourceVersion":"1"}')"
it not really
api -o .status DELETE "$CONFIGMAPS/one?dryRun=All"
api -o .status DELETE "$CONFIGMAPS/one" "$(options '"dryRun":["All"]')"
api -o "$WHY" DELETE "$CONFIGMAPS/one?propagationPolicy=Whatever"
api -o .status DELETE "$CONFIGMAPS/one" "$(options "\"preconditions\":
	{\"uid\":\"$uid\",\"resourceVersion\":\"$version\"}")"
it somebody holds it
made POST "$CONFIGMAPS" "$(config held '' '"finalizers":["octopus.io/hold"]')"
HELD='if .kind == "Status" then . else .metadata | {name, finalizers,
	deletionTimestamp, deletionGracePeriodSeconds, generation} |
	.finalizers |= (. // []) end'
api -o "$HELD" DELETE "$CONFIGMAPS/held"
api -o "$HELD" DELETE "$CONFIGMAPS/held"
it it can be changed, but nobody else may hold it
api -t merge -o .data PATCH "$CONFIGMAPS/held" '{"data":{"a":"b"}}'
api -t merge PATCH "$CONFIGMAPS/held" \
	'{"metadata":{"finalizers":["octopus.io/hold","octopus.io/more"]}}'
it and its name is not free
api -o '.message, .reason' POST "$CONFIGMAPS" "$(config held)"
it the time of deletion cannot be taken back
api -t merge -o "$HELD" PATCH "$CONFIGMAPS/held" \
	'{"metadata":{"deletionTimestamp":null}}'
it the last one who lets go
api -t merge -o "$HELD" PATCH "$CONFIGMAPS/held" \
	'{"metadata":{"finalizers":null}}'
api -o "$WHY" GET "$CONFIGMAPS/held"
it custom objects: deletion is a new generation
gadgets_served
made POST "$GADGETS" "$(gadget held '' '"finalizers":["octopus.io/hold"]')"
api -o "$HELD" DELETE "$GADGETS/held"
api -t json-patch -o "$HELD" PATCH "$GADGETS/held" \
	'[{"op":"remove","path":"/metadata/finalizers/0"}]'
api -o "$WHY" GET "$GADGETS/held"
it an answer for custom objects
made POST "$GADGETS" "$(gadget one)"
api DELETE "$GADGETS/one"
it who belongs to somebody goes with them
owned()
{
	made POST "$CONFIGMAPS" "$(config "$1")"
	_uid=$(last .metadata.uid)
	made POST "$CONFIGMAPS" "$(config "of-$1" '' "\"ownerReferences\":[{
		\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"$1\",
		\"uid\":\"$_uid\",\"blockOwnerDeletion\":true}]")"
}
owned first
api -o .status DELETE "$CONFIGMAPS/first?propagationPolicy=Background"
wait_until answers 404 "$CONFIGMAPS/of-first"
api -o "$WHY" GET "$CONFIGMAPS/of-first"
it or before them
owned second
api -o "$HELD" DELETE "$CONFIGMAPS/second?propagationPolicy=Foreground"
wait_until answers 404 "$CONFIGMAPS/second"
api -o "$WHY" GET "$CONFIGMAPS/of-second"
it or stays alone
owned third
api -o "$HELD" DELETE "$CONFIGMAPS/third?propagationPolicy=Orphan"
wait_until answers 404 "$CONFIGMAPS/third"
api -o '.metadata | {name, ownerReferences}' GET "$CONFIGMAPS/of-third"
it two owners: it goes with the last
owned fourth
four=$(last -c '.metadata.ownerReferences[0]')
made POST "$CONFIGMAPS" "$(config fifth)"
five=$(last .metadata.uid)
made POST "$CONFIGMAPS" "$(config both '' "\"ownerReferences\":[$four,{
	\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"fifth\",
	\"uid\":\"$five\"}]")"
made DELETE "$CONFIGMAPS/fourth?propagationPolicy=Background"
wait_until answers 404 "$CONFIGMAPS/of-fourth"
api -o .metadata.name GET "$CONFIGMAPS/both"
made DELETE "$CONFIGMAPS/fifth?propagationPolicy=Background"
wait_until answers 404 "$CONFIGMAPS/both"
api -o "$WHY" GET "$CONFIGMAPS/both"
