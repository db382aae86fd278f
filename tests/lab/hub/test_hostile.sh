#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A member that wants what is not its own harms itself only; what it may not
# even write, the API refuses.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/hub.sh"

hub_token mallory
kubeconfig_of mallory
MALLORY=$WORLD/mallory.kubeconfig
OWN_KEY=$(wg genkey | wg pubkey)
CLUSTER1_KEY=$(peer_field cluster1 .status.public_key)
HUB_KEY=$(peer_field hub .status.public_key)

nothing_given()
{
	jq -e '(.status.cluster_cidr // []) == [] and
		(.status.public_key // "") == ""' "$WORLD/mallory.json"
}

# claim WHAT: the spec on standard input is refused.
claim()
{
	check "$1: the member may write it" apply_peer "$MALLORY" mallory
	check "$1: it is refused" judged mallory Accepted False
	note "$(jq -r '.status.conditions[] |
		select(.type == "Accepted") | "\(.reason): \(.message)"' \
		"$WORLD/mallory.json")"
	check "$1: it has been given nothing" nothing_given
}

# claim_prefix WHAT PREFIX, claim_key WHAT KEY, claim_endpoint WHAT ENDPOINT
claim_prefix()
{
	claim "$1" <<-END_OF_SPEC
		cluster_cidr: [$2]
		public_key: $OWN_KEY
	END_OF_SPEC
}

claim_key()
{
	claim "$1" <<-END_OF_SPEC
		public_key: $2
	END_OF_SPEC
}

claim_endpoint()
{
	claim "$1" <<-END_OF_SPEC
		public_key: $OWN_KEY
		endpoint: "$2"
		isPublic: true
	END_OF_SPEC
}

claim_hub()
{
	claim "$1" <<-END_OF_SPEC
		cluster_cidr: [10.112.0.0/12]
		public_key: $OWN_KEY
		ishub: true
	END_OF_SPEC
}

all_claims()
{
	claim_prefix "another's prefix" "$(prefix4_of cluster2).0.0/16"
	claim_prefix "the hub's prefix" 10.112.0.0/16
	claim_prefix "everything" 0.0.0.0/0
	claim_prefix "the global CIDR" 10.112.0.0/12
	claim_prefix "addresses from outside" 192.0.2.0/24
	claim_key "somebody's public key" "$CLUSTER1_KEY"
	claim_key "the hub's public key" "$HUB_KEY"
	claim_endpoint "a loopback endpoint" 127.0.0.1
	claim_endpoint "a nonsense endpoint" "no such place!"
	claim_endpoint "an endpoint inside the global network" "$WEB4"
	claim_hub "to be the hub"
}

# forbidden WHAT ARGUMENT...: kubectl is told 403.
forbidden()
{
	_what=$1
	shift
	kube_as "$MALLORY" "$@" >"$WORLD/forbidden.out" 2>&1
	matches "$_what: forbidden" "$(tail -n 1 "$WORLD/forbidden.out" |
		cut -c 1-90)" '*orbidden*'
}

all_forbidden()
{
	_steal='{"status":{"cluster_cidr":["10.113.0.0/16"]}}'
	forbidden "its own status" patch peer mallory --subresource=status \
		--type=merge -p "$_steal"
	forbidden "another's status" patch peer cluster1 --subresource=status \
		--type=merge -p "$_steal"
	forbidden "another's Peer" patch peer cluster1 --type=merge \
		-p '{"spec":{"endpoint":"203.0.113.66"}}'
	forbidden "deleting another's Peer" delete peer cluster2 --wait=false
	forbidden "another's Lease" patch lease cluster1-cnf --type=merge \
		-p '{"spec":{"holderIdentity":"mallory"}}'
	forbidden "the Peer's definition" delete crd peers.octopus.io \
		--wait=false
	forbidden "somebody's name" create -f "$WORLD/cluster9.yaml"
}

cat >"$WORLD/cluster9.yaml" <<-END_OF_PEER
	apiVersion: octopus.io/v1alpha1
	kind: Peer
	metadata: {name: cluster9}
	spec: {cluster_id: cluster9}
END_OF_PEER

datapaths_note hostile
stream_around "eleven hostile Peers" all_claims
check "no kernel has changed" datapaths_are hostile
check "everybody reaches everybody" everybody_flows
all_forbidden
kube_as "$MALLORY" get peers >"$WORLD/out" 2>&1
check "a member may read Peers" grep -q cluster1 "$WORLD/out"

kube delete peer mallory
check "everything is as before" wait_until "$PATIENCE" datapaths_are hostile
the_end
