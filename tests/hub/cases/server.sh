# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
it health
for path in healthz livez readyz; do
	api -a '*/*' GET /$path
done
it a version
api -o 'keys' GET /version
it who is nobody
cp "$WORK/curl" "$WORK/curl.mine"
sed '/^header/d;/^cert/d;/^key/d' "$WORK/curl.mine" >"$WORK/curl"
echo 'header = "Authorization: Bearer nobody-has-this"' >>"$WORK/curl"
api GET "$CONFIGMAPS"
api -o "$WHY" POST "$CONFIGMAPS" "$(config one)"
mv "$WORK/curl.mine" "$WORK/curl"
it may I?
review()
{
	api -o '{kind, apiVersion, allowed: .status.allowed}' POST \
		/apis/authorization.k8s.io/v1/selfsubjectaccessreviews \
		'{"apiVersion":"authorization.k8s.io/v1","kind":
		"SelfSubjectAccessReview","spec":{"resourceAttributes":{
		"verb":"'"$1"'","resource":"'"$2"'","namespace":"default"}}}'
}
review get configmaps
it who am I?
api -o '{kind, apiVersion, user: (.status.userInfo.username | type)}' POST \
	/apis/authentication.k8s.io/v1/selfsubjectreviews \
	'{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}'
it no such method
api -o . OPTIONS "$CONFIGMAPS" | head -n 2
