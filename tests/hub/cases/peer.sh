# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The kind that everything is about.  A hub has it from the beginning.
PEERS=/apis/octopus.io/v1alpha1/namespaces/$NS/peers
call POST "$CRDS" \
	"$(cat "$HERE/../../charts/octopus/crds/octopus.io_peers.yaml")" \
	application/yaml application/json >/dev/null
wait_until answers 200 "$PEERS"
wait_until holds '[.resources[] | select(.kind == "Peer")] != []' \
	/apis/octopus.io/v1alpha1
# peer NAME SPEC
peer()
{
	object octopus.io/v1alpha1 Peer "$1" '' "\"spec\":$2"
}
it a Peer as a cluster writes it
api POST "$PEERS" "$(peer c1 '{"cluster_id":"c1","public_key":"key",
	"cluster_cidr":["10.113.0.0/16","fd70:0:113::/48"]}')"
it and as the hub accepts it
api -t merge -o '{spec, status, generation: .metadata.generation}' PATCH \
	"$PEERS/c1/status" '{"status":{"role":"private","observedGeneration":1,
	"cluster_cidr":["10.113.0.0/16","fd70:0:113::/48"],
	"endpoint":"192.0.2.7","conditions":[{"type":"Accepted",
	"status":"True","reason":"Accepted","message":"",
	"lastTransitionTime":"2001-01-01T00:00:00Z"},{"type":"Ready",
	"status":"True","reason":"Connected","message":"handshake",
	"lastTransitionTime":"2001-01-01T00:00:00Z"}]}}'
it what is no Peer
api -o .details.causes POST "$PEERS" \
	"$(peer c2 '{"cluster_id":"","port":70000,"ishub":true}')"
api -o .details.causes POST "$PEERS" "$(peer c2 '{}')"
api -o .details.causes POST "$PEERS" \
	"$(peer c2 '{"cluster_id":"c2","cluster_cidr":"10.0.0.0/8"}')"
api -t merge -o .details.causes PATCH "$PEERS/c1/status" \
	'{"status":{"role":"king"}}'
it kubectl get peers
made POST "$PEERS" "$(peer hub '{"cluster_id":"hub","ishub":true}')"
k get peers
k get peer c1 -o wide
k get octopus -o name
k get peers c3
it kubectl describe
k describe peer c1 | sed -n '/^Spec:/,/^Events:/p'
it kubectl wait
k wait --for=condition=Ready peer/c1 --timeout=10s
it kubectl delete
k delete peer c1
