# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
gadgets_served
# post SPEC [QUERY [MORE]]
post()
{
	api -o "${ONLY:-$SPEC}" POST "$GADGETS${2:-}" \
		"$(gadget "${NAME:-bad}" "$1" '' "${3:-}")"
}
it defaults, also in objects and items, but null stays where it may be
NAME=one post '{"size":1,"parts":[{"name":"a"}],"style":null,"mode":null}'
it elsewhere null is as if it were not there
NAME=two post '{"size":1,"step":null,"colour":null}'
it unknown fields go, and are said with Warn, which is the default
NAME=three post '{"size":1,"what":1,"nested":{"who":2}}'
NAME=four post '{"size":1,"what":1}' '?fieldValidation=Ignore'
it they are refused with Strict
post '{"size":1,"nested":{"who":2}}' '?fieldValidation=Strict'
it beside spec, twice
ONLY=$WHY
post '{"size":1}' '?fieldValidation=Strict' '"other":1'
api -o "$WHY" POST "$GADGETS?fieldValidation=Strict" \
	"$(gadget bad '{"size":1,"size":2}')"
api -o "$WHY" POST "$GADGETS?fieldValidation=Perhaps" "$(gadget bad)"
it what the schema does not know is kept where it says so
ONLY=$SPEC NAME=five post '{"size":1,"extra":{"a":{"b":[1,null]}},
	"limits":{"cpu":1,"memory":"1G"}}'
ONLY='.details.causes // .'
it too small, too large, not a multiple
post '{"size":0}'
post '{"size":11}'
post '{"size":1,"step":4}'
post '{"size":1,"ratio":0}'
it no such colour, not that pattern, too short, too long
post '{"size":1,"colour":"blue"}'
post '{"size":1,"name":"Ab"}'
post '{"size":1,"name":"a"}'
post '{"size":1,"name":"abcdef"}'
it of another type
post '{"size":"1"}'
post '{"size":1.5}'
post '{"size":1,"on":"yes"}'
post '{"size":1,"tags":"a"}'
post '{"size":1,"tags":[1]}'
post '{"size":1,"nested":[]}'
post '{"size":1,"limits":{"cpu":1.5}}'
it missing
post '{}'
post '{"size":null}'
post '{"size":1,"parts":[{"count":1}]}'
api -o "$ONLY" POST "$GADGETS" '{"apiVersion":"test.octopus.io/v1",
	"kind":"Gadget","metadata":{"name":"empty"}}'
it too many, too few, twice
post '{"size":1,"tags":["a","b","c","d"]}'
post '{"size":1,"steps":[]}'
post '{"size":1,"limits":{"a":1,"b":1,"c":1}}'
ONLY=$CAUSES
post '{"size":1,"tags":["a","a"]}'
post '{"size":1,"parts":[{"name":"a"},{"name":"a"}]}'
it formats
post '{"size":1,"when":"yesterday"}'
post '{"size":1,"address":"10.0.0.256"}'
it several at once: all that is wrong is said
ONLY='[.details.causes[].field]'
post '{"size":0,"colour":"blue","nested":{"depth":"x"}}'
it the whole answer for one
ONLY=.
post '{"size":0}'
it another version, another group
api -o "$WHY" POST "$GADGETS" "$(object test.octopus.io/v2 Gadget x)"
api -o "$WHY" POST "$GADGETS" "$(object other.octopus.io/v1 Gadget x)"
it an update is checked like a new one
api -t merge -o "$WHY" PATCH "$GADGETS/one" '{"spec":{"size":99}}'
