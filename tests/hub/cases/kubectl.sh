# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# kubectl's own words differ from release to release: what is compared is what
# all of 1.20 to 1.32 say.
gadgets_served
FILE=$WORK/gadget.json
write()
{
	gadget "$1" "$2" >"$FILE"
}
kf()
{
	k "$@" -f "$FILE" | sed "s|$FILE|FILE|"
}
it apply: created, unchanged, configured
write one '{"size":1,"tags":["a"]}'
kf apply
kf apply
write one '{"size":2}'
kf apply
kj '.spec' get gadget one
it get, by all its names
k get gadgets
k get gd one
k get gadgets.test.octopus.io -o name
k get gadgets.v1beta1.test.octopus.io one -o name
k get gadgets -o wide
k get gadgets --no-headers -o custom-columns=N:.metadata.name,S:.spec.size
k get toys
k get gadgets none
k get nothing
it describe finds it
k describe gadget one | grep -E '^(Name|Kind|API Version):|Size:'
it patch, label, annotate
k patch gadget one --type merge -p '{"spec":{"size":3}}'
k patch gadget one --type json \
	-p '[{"op":"replace","path":"/spec/size","value":4}]'
k patch gadget one --type merge -p '{"spec":{"size":3}}' --dry-run=server
k patch gadget one --type merge -p '{"spec":{"size":99}}'
k label gadget one a=b
k annotate gadget one c=d
k get gadgets -l a=b -o name
kj '{spec: .spec.size, labels: .metadata.labels}' get gadget one
it edit
KUBE_EDITOR='sed -i s/size:.4/size:\ 5/' k edit gadget one
kj .spec.size get gadget one
it server-side apply
write two '{"size":1}'
kf apply --server-side
kf apply --server-side
write two '{"size":2}'
kf apply --server-side --field-manager=other | head -n 1
kf apply --server-side --field-manager=other --force-conflicts
kf apply --server-side --dry-run=server --field-manager=other
it create, replace
write three '{"size":1}'
kf create
kf create
write three '{"size":2}'
kf replace
write four '{"size":1}'
kf replace
kf create --dry-run=server
it diff ends with 1 when there is one
write three '{"size":3}'
kf diff | grep '^[+-] *size'
it wait
k wait --for=condition=Established crd/gadgets.test.octopus.io --timeout=10s
made -t merge PATCH "$GADGETS/one/status" \
	'{"status":{"conditions":[{"type":"Ready","status":"True"}]}}'
k wait --for=condition=Ready gadget/one --timeout=10s
it by pages
k get gadgets --chunk-size=1 -o name
it delete, which waits until it is gone
k delete gadget one
k delete gadget none
k delete gadget none --ignore-not-found
made POST "$GADGETS" "$(gadget held '' '"finalizers":["octopus.io/hold"]')"
k delete gadget held --wait=false
k patch gadget held --type json \
	-p '[{"op":"remove","path":"/metadata/finalizers"}]'
k delete gadgets --all
k get gadgets
it kinds that are built in
k create configmap plain --from-literal=a=b
k get configmap plain -o 'jsonpath={.data.a}'
k create secret generic s --from-literal=a=b
k get secret s --no-headers
k create namespace "$NS-k"
k get namespace "$NS-k" -o 'jsonpath={.status.phase}'
k delete namespace "$NS-k" --wait=false | grep -vi warning
k patch configmap plain -p '{"data":{"c":"d"}}'
kj .data get configmap plain
k delete configmap plain
it explain, api-resources, auth
k explain gadget.spec.tags | grep '^KIND:' | tr -s ' '
k api-resources --api-group=test.octopus.io -o name
k auth can-i create gadgets
k get --raw /readyz
