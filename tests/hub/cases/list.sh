# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
for n in 1 2 3 4 5; do
	made POST "$API/secrets" "$(object v1 Secret "s$n" \
		"\"labels\":{\"n\":\"$n\",\"odd\":\"$((n % 2))\"}")"
done
PAGE='{names: [.items[].metadata.name], rest: .metadata.remainingItemCount,
	more: .metadata.continue}'
it the whole
api -o 'del(.items[].kind, .items[].apiVersion)' GET \
	"$API/secrets?labelSelector=n=1"
it by pages
api -o "$PAGE" GET "$API/secrets?limit=2"
token=$(last .metadata.continue)
version=$(last .metadata.resourceVersion)
# page QUERY: without the token in what is shown.
page()
{
	api -o "$PAGE" GET "$API/secrets?$1&continue=$token" |
		sed "s|$token|TOKEN|;s|=$version|=VERSION|"
}
page limit=2
token=$(last .metadata.continue)
page limit=2
it all pages show one moment: what comes or goes meanwhile does not show
api -o "$PAGE" GET "$API/secrets?limit=2"
token=$(last .metadata.continue)
made POST "$API/secrets" "$(object v1 Secret s31)"
made DELETE "$API/secrets/s4"
page limit=9
it a new list does show it
api -o "$PAGE" GET "$API/secrets"
it no limit is no limit
api -o "$PAGE" GET "$API/secrets?limit=0"
it with a selector the rest is not counted
api -o "$PAGE" GET "$API/secrets?limit=1&labelSelector=odd=1"
it a token that is none, a limit that is none
api -o "$WHY" GET "$API/secrets?limit=2&continue=nonsense"
api -o "$WHY" GET "$API/secrets?limit=x"
it not older than some version, or exactly that one
api -o "$PAGE" GET "$API/secrets?resourceVersion=0"
api -o "$PAGE" GET \
	"$API/secrets?resourceVersion=$version&resourceVersionMatch=Exact" |
	sed "s|=$version|=VERSION|"
api GET "$API/secrets?resourceVersion=999999999"
it of all namespaces, and of one that does not exist
api -o "[.items[] | select(.metadata.namespace == \"$NS\") | .metadata.name]" \
	GET /api/v1/secrets
api -o "$PAGE" GET /api/v1/namespaces/nowhere/secrets
it without the contents
api -a "$PARTIALS" GET "$API/secrets?labelSelector=n=1"
api -a "$PARTIAL" GET "$API/secrets/s1"
it in a form that nobody has
api -a text/html -o "$WHY" GET "$API/secrets"
