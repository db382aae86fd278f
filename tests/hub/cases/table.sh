# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
gadgets_served
ROWS='{kind, apiVersion, columns: [.columnDefinitions[]? | [.name, .type,
	.format, .priority]], rows: [.rows[] | [.cells, .object.kind,
	.object.apiVersion]], more: .metadata}'
it custom objects by their columns
made POST "$GADGETS" "$(gadget one '{"size":1,"on":true,"colour":"red",
	"parts":[{"name":"a"},{"name":"b"}]}')"
made -t merge PATCH "$GADGETS/one/status" '{"status":{"conditions":[
	{"type":"Busy","status":"False"},{"type":"Ready","status":"True"}]}}'
made POST "$GADGETS" "$(gadget two)"
api -a "$TABLE" -o "$ROWS" GET "$GADGETS"
api -a "$TABLE" -o "$ROWS" GET "$GADGETS/two"
it the columns of another version
api -a "$TABLE" -o "$ROWS" GET \
	"/apis/test.octopus.io/v1beta1/namespaces/$NS/gadgets/two"
it how much of the object comes along
api -a "$TABLE" -o '.rows[0].object | keys' GET "$GADGETS"
api -a "$TABLE" -o '.rows[0].object | keys' GET \
	"$GADGETS?includeObject=Object"
api -a "$TABLE" -o '.rows[0].object' GET "$GADGETS?includeObject=None"
it by pages
api -a "$TABLE" -o '{metadata, names: [.rows[].cells[0]]}' GET \
	"$GADGETS?limit=1"
it an error is a Status
api -a "$TABLE" GET "$GADGETS/none"
it kinds that are known
CELLS='{columns: [.columnDefinitions[] | [.name, .type, .priority]],
	rows: [.rows[].cells]}'
made POST "$CONFIGMAPS" "$(config one '{"a":"b","c":"d"}')"
api -a "$TABLE" -o "$CELLS" GET "$CONFIGMAPS?fieldSelector=metadata.name=one"
made POST "$API/secrets" "$(object v1 Secret s '' '"stringData":{"a":"b"}')"
api -a "$TABLE" -o "$CELLS" GET "$API/secrets"
made POST "$LEASES" "$(object coordination.k8s.io/v1 Lease l '' \
	'"spec":{"holderIdentity":"h"}')"
api -a "$TABLE" -o "$CELLS" GET "$LEASES"
made POST "$API/services" "$(object v1 Service svc '' '"spec":{
	"clusterIP":"None","selector":{"a":"b"},"ports":[{"name":"web",
	"port":80},{"name":"dns","port":53,"protocol":"UDP"}]}')"
api -a "$TABLE" -o "$CELLS" GET "$API/services"
made POST "/apis/discovery.k8s.io/v1/namespaces/$NS/endpointslices" \
	"$(object discovery.k8s.io/v1 EndpointSlice es '' '"addressType":"IPv4",
	"endpoints":[{"addresses":["10.1.2.3"]},{"addresses":["10.1.2.4"]}],
	"ports":[{"name":"web","port":80}]')"
api -a "$TABLE" -o "$CELLS" GET \
	"/apis/discovery.k8s.io/v1/namespaces/$NS/endpointslices"
api -a "$TABLE" -o "$CELLS" GET "/api/v1/namespaces/$NS"
made POST "$API/serviceaccounts" "$(object v1 ServiceAccount sa)"
api -a "$TABLE" -o '.columnDefinitions | map(.name)' GET "$API/serviceaccounts"
api -a "$TABLE" -o '.columnDefinitions | map(.name)' GET "$API/pods"
api -a "$TABLE" -o '.columnDefinitions | map(.name)' GET "$API/events"
api -a "$TABLE" -o '.columnDefinitions | map(.name)' GET "$API/endpoints"
api -a "$TABLE" -o '.columnDefinitions | map(.name)' GET /api/v1/nodes
api -a "$TABLE" -o "$CELLS | .rows |= map(.[0])" GET \
	"$CRDS?fieldSelector=metadata.name=gadgets.test.octopus.io"
