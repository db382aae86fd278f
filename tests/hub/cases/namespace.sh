# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
OTHER=$NS-other
it it is there, with a label and a phase
api -o '{labels: .metadata.labels, spec, status}' POST /api/v1/namespaces \
	"$(object v1 Namespace "$OTHER")"
made POST "/api/v1/namespaces/$OTHER/configmaps" "$(config gone)"
made POST "/api/v1/namespaces/$OTHER/configmaps" \
	"$(config held '' '"finalizers":["octopus.io/hold"]')"
it deleted, it stays as long as something in it does
api -o '{spec, status, deleted: .metadata.deletionTimestamp}' \
	DELETE "/api/v1/namespaces/$OTHER"
wait_until answers 404 "/api/v1/namespaces/$OTHER/configmaps/gone"
api -o '.metadata | {name, deletionTimestamp, finalizers}' GET \
	"/api/v1/namespaces/$OTHER/configmaps/held"
it nothing new comes
api POST "/api/v1/namespaces/$OTHER/configmaps" "$(config late)"
it a second time
api -o "$WHY" DELETE "/api/v1/namespaces/$OTHER" | head -n 2
it the last one lets go
made -t merge PATCH "/api/v1/namespaces/$OTHER/configmaps/held" \
	'{"metadata":{"finalizers":null}}'
wait_until answers 404 "/api/v1/namespaces/$OTHER"
api GET "/api/v1/namespaces/$OTHER"
it the name is free
made POST /api/v1/namespaces "$(object v1 Namespace "$OTHER")"
api -o '.items | length' GET "/api/v1/namespaces/$OTHER/configmaps"
made DELETE "/api/v1/namespaces/$OTHER"
it some stay
api -o "$WHY" DELETE /api/v1/namespaces/default
api -o "$WHY" DELETE /api/v1/namespaces/kube-system
