# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# As somebody who may do nothing here: needs -n.
gadgets_served
made POST "$GADGETS" "$(gadget one)"
cp "$WORK/curl" "$WORK/curl.admin"
cp "$WORK/curl.nobody" "$WORK/curl" || echo "! no -n"
# refused ARGUMENT... of api: who is asking does not matter.
refused()
{
	api "$@" | sed 's/User \\"[^\\]*\\"/User WHO/'
}
it what, in which group, and where
refused GET "$API/secrets/s"
it the rest in short
for verb in GET PUT DELETE; do
	refused -o .message $verb "$GADGETS/one" "$(gadget one)"
done
refused -o .message -t merge PATCH "$GADGETS/one" '{}'
refused -o .message -t apply PATCH "$GADGETS/one?fieldManager=x" '{}'
refused -o .message POST "$GADGETS" "$(gadget two)"
refused -o .message DELETE "$GADGETS"
refused -o .message GET "$GADGETS"
refused -o .message GET "$GADGETS?watch=1"
refused -o .message GET "$GADGETS/one/status"
refused -o .message -t merge PATCH "$GADGETS/one/status" '{}'
it whether something exists is not said
refused -o .message GET "$GADGETS/none"
it in no namespace, in all namespaces
refused -o .message DELETE "/api/v1/namespaces/$NS"
refused -o .message GET /api/v1/namespaces
refused -o .message GET /api/v1/secrets
refused -o .message POST "$CRDS" "$(cat "$HERE/lib/gadgets.json")"
it what is no object
refused -o .message GET /metrics
it discovery is for everybody
api -o '.kind' GET /apis
api -o '.kind' GET /apis/test.octopus.io/v1
api -o '.major | type' GET /version
it may I?
api -o '{kind, allowed: .status.allowed}' POST \
	/apis/authorization.k8s.io/v1/selfsubjectaccessreviews \
	'{"apiVersion":"authorization.k8s.io/v1","kind":
	"SelfSubjectAccessReview","spec":{"resourceAttributes":{
	"verb":"delete","resource":"secrets","namespace":"'"$NS"'"}}}'
mv "$WORK/curl.admin" "$WORK/curl"
it nothing has happened
api -o "$NAMES" GET "$GADGETS"
