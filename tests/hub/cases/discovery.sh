# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A kube-apiserver serves more kinds than a hub: those we have are compared.
gadgets_served
# shellcheck disable=SC2016 # $n is of jq
GROUPS_HERE='map(select(.name as $n | ["coordination.k8s.io",
	"discovery.k8s.io", "events.k8s.io", "apiextensions.k8s.io",
	"test.octopus.io"] | index($n))) | sort_by(.name)'
KINDS='"namespaces", "nodes", "pods", "services", "endpoints", "secrets",
	"configmaps", "events", "serviceaccounts", "namespaces/status",
	"nodes/status", "pods/status", "services/status"'
VERBS='.resources |= map(.verbs |= sort)'
it versions of core
api -o '{kind, versions}' GET /api
it groups
api -o "{kind, apiVersion, groups: (.groups | $GROUPS_HERE)}" GET /apis
api GET /apis/test.octopus.io
api -q GET /apis/none.octopus.io
api -q GET /api/v9
it kinds of a group
api -o "$VERBS" GET /apis/test.octopus.io/v1
api -o "$VERBS" GET /apis/coordination.k8s.io/v1
api -o '.resources | map(select(.name | test("/") | not))' GET \
	/apis/discovery.k8s.io/v1
api -o '.resources | map(.name) | sort' GET /apis/apiextensions.k8s.io/v1
it kinds of core
api -o "[.resources[] | select(.name as \$n | [$KINDS] | index(\$n))] |
	sort_by(.name) | map({name, singularName, namespaced, kind, shortNames,
	categories, verbs: (.verbs - [\"deletecollection\"] | sort)})" GET /api/v1
it all at once
api -a "$AGGREGATED" -o "{kind, apiVersion, items: [.items[] |
	select(.metadata.name == \"test.octopus.io\") |
	.versions[].resources[].verbs |= sort]}" GET /apis
api -a "$AGGREGATED" -o "{kind, apiVersion, items: [.items[] | {name:
	.metadata.name, versions: [.versions[] | {version, freshness,
	resources: [.resources[] | select(.resource | IN(\"namespaces\",
	\"configmaps\"))] | sort_by(.resource) | map({resource, scope, shortNames,
	singularResource, kind: .responseKind.kind})}]}]}" GET /api
it the same as the content type says
sed -n 's/\r$//;s/^content-type: //Ip' "$WORK/head"
api -a "application/json;g=apidiscovery.k8s.io;v=v2beta1;\
as=APIGroupDiscoveryList" -o '{kind, apiVersion}' GET /apis
