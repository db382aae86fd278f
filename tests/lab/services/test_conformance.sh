#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the conformance suite of the Multi-Cluster Services API asks of names and
# connections (its tests 17 to 27), from two clusters, where both have the same
# pod addresses. Its test 20 is in the flow "routed".
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/services.sh"
# shellcheck source=/dev/null
. "$OB_SOURCE_DIR/tests/lab/services/objects.sh"

BOTH='{name: tcp, port: 42, protocol: TCP}, {name: udp, port: 42, protocol: UDP}'
AFFINITY='sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 10}}'
DUAL='ipFamilyPolicy: PreferDualStack'
CLIENT_A=cluster1-client CLIENT_B=cluster2-web

# A, cluster1, exports.
objects_of_a()
{
	hello_pod hello-0 "hostname: hello-0\n  subdomain: hello-head"
	hello_pod hello-1 "hostname: hello-1\n  subdomain: hello-head"
	service hello-all "$BOTH" "$AFFINITY, $DUAL"
	service hello-head "$BOTH" "clusterIP: None, $DUAL"
	service hello-hidden "$BOTH"
	service hello-strict '{name: tcp, port: 42, protocol: TCP}' "$AFFINITY"
	service hello-union "$BOTH" "$AFFINITY"
	for _name in all head strict union; do
		export_of hello-$_name
	done
}

# B, cluster2, has namesakes: one that it keeps to itself, and two whose ports
# differ.
objects_of_b()
{
	hello_pod hello-0
	service hello-all "$BOTH" "$DUAL"
	service hello-strict '{name: tcp, port: 4242, targetPort: 42}' "$AFFINITY"
	service hello-union '{name: tcp2, port: 4242, targetPort: 42}' "$AFFINITY"
	export_of hello-strict
	export_of hello-union
}

objects_of_a >"$WORLD/conformance.a.yaml"
objects_of_b >"$WORLD/conformance.b.yaml"
check "A has it all" kube_in cluster1 apply -f "$WORLD/conformance.a.yaml"
# The older export wins, and its time has seconds.
sleep 1.1
check "B has its own" kube_in cluster2 apply -f "$WORLD/conformance.b.yaml"

for POD in "$CLIENT_A" "$CLIENT_B"; do
	for SERVICE in all head strict union; do
		check "$POD knows hello-$SERVICE" wait_until "$SYNC_SECONDS" \
			known "$POD" hello-$SERVICE
	done
done
check "all endpoints are known in A" ready_behind cluster1 hello-union 3
check "and in B" ready_behind cluster2 hello-union 3

### names ####################################################################

# addresses_of POD SERVICE: A and AAAA
addresses_of()
{
	{ ask "$1" "$(name "$2")" A && ask "$1" "$(name "$2")" AAAA; } | sort
}

# ips_of CLUSTER SERVICE
ips_of()
{
	look_in "$1" "$IMPORTS/$2" '.spec.ips[]' | sort
}

for POD in "$CLIENT_A" "$CLIENT_B"; do
	equal "17 $POD: A and AAAA are the import's addresses" \
		"$(addresses_of "$POD" hello-all | tr '\n' ' ')" \
		"$(ips_of "${POD%-*}" hello-all | tr '\n' ' ')"
	matches "18 $POD: one SRV for a port that TCP and UDP have" \
		"$(ask "$POD" "$(name hello-all)" SRV)" \
		"* * 42 $(name hello-all)."
done
equal "19 cluster.local is the cluster's own" \
	"$(ask $CLIENT_A hello-all.default.svc.cluster.local)" \
	"$(look_in cluster1 /api/v1/namespaces/default/services/hello-all \
		.spec.clusterIP)"

# The pods' global addresses.
look_in cluster1 "$SLICES?labelSelector=$OF=hello-head" >"$WORLD/head.json"
# head_address HOST IPv4|IPv6
head_address()
{
	jq -r --arg host "$1" --arg type "$2" '.items[] |
		select(.addressType == $type) | .endpoints[] |
		select(.hostname == $host) | .addresses[0]' "$WORLD/head.json"
}

for POD in "$CLIENT_A" "$CLIENT_B"; do
	for HOST in hello-0 hello-1; do
		_name=$HOST.cluster1.$(name hello-head)
		equal "21 $POD: $HOST is that endpoint" \
			"$(ask "$POD" "$_name") $(ask "$POD" "$_name" AAAA)" \
			"$(head_address $HOST IPv4) $(head_address $HOST IPv6)"
	done
	equal "22 $POD: an SRV for each endpoint" \
		"$(ask "$POD" "$(name hello-head)" SRV | awk '{ print $3, $4 }' |
			tr '\n' ' ')" \
		"42 hello-0.cluster1.$(name hello-head). 42 hello-1.cluster1.$(name hello-head). "
done

### connections ##############################################################

# repeatedly N CLUSTER POD PROTOCOL ADDRESS PORT: N times the same cluster.
repeatedly()
{
	_left=$1 _node=$2
	shift 2
	while [ "$_left" -gt 0 ]; do
		_said=$(hello "$@")
		case $_said in
		"pod ip "*" on $_node-node") ;;
		*) echo "$_left left: '$_said'" && return 1 ;;
		esac
		_left=$((_left - 1))
	done
}

for POD in "$CLIENT_A" "$CLIENT_B"; do
	check "23 $POD: what is not exported has no name" \
		unknown "$POD" hello-hidden
	for IP in $(ips_of "${POD%-*}" hello-all); do
		check "24 $POD: $IP answers over TCP" \
			repeatedly 1 cluster1 "$POD" tcp "$IP" 42
		check "24 $POD: $IP answers over UDP" \
			repeatedly 1 cluster1 "$POD" udp "$IP" 42
	done
	check "25 $POD: ten times the cluster that exports it" \
		repeatedly 10 cluster1 "$POD" tcp "$(name hello-all)" 42
	check "26 $POD: a port that conflicts is the older export's" \
		repeatedly 10 cluster1 "$POD" tcp "$(name hello-strict)" 42
	check "27 $POD: a port of A alone" \
		repeatedly 10 cluster1 "$POD" tcp "$(name hello-union)" 42
	check "27 $POD: a port of B alone" \
		repeatedly 10 cluster2 "$POD" tcp "$(name hello-union)" 4242
done

# conflict CLUSTER SERVICE: the reason of the export's condition
conflict()
{
	look_in "$1" "${IMPORTS%/*}/serviceexports/$2" \
		'.status.conditions[] | select(.type == "Conflict").reason'
}

for CLUSTER in $SERVICE_CLUSTERS; do
	equal "$CLUSTER: the export says so" \
		"$(conflict "$CLUSTER" hello-strict)" PortConflict
done
the_end
