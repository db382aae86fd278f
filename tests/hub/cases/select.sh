# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
for n in 1 2 3; do
	made POST "$API/secrets" "$(object v1 Secret "s$n" \
		"\"labels\":{\"n\":\"$n\",\"s$n\":\"\"}")"
done
made POST "$API/secrets" "$(object v1 Secret plain)"
labels()
{
	api -o "if .items then $NAMES else {code, reason} end" GET \
		"$API/secrets?labelSelector=$1"
}
it labels
labels n=1
labels n==1
labels n!=1
labels n
labels !n
labels 'n%20in%20(1,3)'
labels 'n%20notin%20(1,3)'
labels 'n%20notin%20(1,3),n'
labels 'n%3E1'
labels 'n%3C3,n!=1'
labels 's1='
labels 's1,n%20in%20(1,2)'
labels ''
it selectors that are none
labels 'a%20b'
labels 'n%20in%20('
labels 'n%3Ex'
labels '-x=y'
labels 'a=b%20c'
fields()
{
	api -o "if .items then $NAMES else {code, reason} end" GET \
		"$API/$2?fieldSelector=$1"
}
it fields
fields metadata.name=s1 secrets
fields metadata.name!=s1 secrets
fields "metadata.name=s1,metadata.namespace=$NS" secrets
fields metadata.namespace=elsewhere secrets
fields metadata.name=none secrets
it fields that nobody knows
fields spec.x=1 secrets
fields nonsense secrets
it fields of some kinds
made POST "$API/pods" "$(object v1 Pod p '' '"spec":{"nodeName":"n1",
	"containers":[{"name":"c","image":"i"}]}')"
fields spec.nodeName=n1 pods
fields spec.nodeName=n2 pods
made POST "$API/events" "$(object v1 Event e '' '"reason":"R",
	"involvedObject":{"kind":"Pod","namespace":"'"$NS"'","name":"p"}')"
fields involvedObject.name=p,reason=R events
fields involvedObject.name=q events
fields type=Opaque secrets
it custom objects have name and namespace
gadgets_served
made POST "$GADGETS" "$(gadget one)"
api -o "$NAMES" GET "$GADGETS?fieldSelector=metadata.name=one"
api -o "$WHY" GET "$GADGETS?fieldSelector=spec.size=1"
it all that is selected can be deleted
api -o "$NAMES" DELETE "$API/secrets?labelSelector=n%20in%20(1,2)"
labels ''
