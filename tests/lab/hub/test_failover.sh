#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Two gateways of one cluster, one active: it is killed, and the other one takes
# over in less than 5 s.
#
#   cluster4   198.19.4.1 ---.
#                             pod app 10.244.1.10, connected to both
#   cluster4b  198.19.5.1 ---'
#
# Which of the two the pod sends to is for the cluster's own network to decide;
# here the flow sets the pod's default route, when the Lease has changed hands.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/hub.sh"

GATEWAYS="cluster4 cluster4b"
LIMIT_MS=5000
! slow || LIMIT_MS=15000

# second_leg: the pod's other interface, as pod does it.
second_leg()
{
	_a4=$(local4 1.10) _a6=$(local6 1.10)
	names link add eth1 netns cluster4-app type veth \
		peer name veth-app netns cluster4b address "$POD_MAC"
	later cluster4-app link set eth1 up
	later cluster4-app neigh add "$POD_GATEWAY4" lladdr "$POD_MAC" \
		dev eth1 nud permanent
	later cluster4-app neigh add "$POD_GATEWAY6" lladdr "$POD_MAC" \
		dev eth1 nud permanent
	later cluster4b link set veth-app up
	later cluster4b addr add "$POD_GATEWAY6/64" dev veth-app nodad
	later cluster4b route add "$_a4/32" dev veth-app scope link
	later cluster4b route add "$_a6/128" dev veth-app
}

build()
{
	public_site cluster4 198.19.4.1 198.19.4.254
	public_site cluster4b 198.19.5.1 198.19.5.254
	pod cluster4 app 1.10
	second_leg
	raise cluster4 cluster4b
	# The address is on one interface and in use on both.
	on cluster4-app sysctl -qw net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.eth0.rp_filter=0 net.ipv4.conf.eth1.rp_filter=0 \
		net.ipv4.conf.all.arp_ignore=0
	hub_token cluster4
	for _g in $GATEWAYS; do
		member_config cluster4 >"$WORLD/$_g.yaml"
	done
}

holder()
{
	look "/apis/coordination.k8s.io/v1/namespaces/$SHARE/leases/cluster4-cnf" \
		.spec.holderIdentity
}

# send_by GATEWAY: the pod's packets go there.
send_by()
{
	_leg=eth0
	[ "$1" = cluster4 ] || _leg=eth1
	ip -n cluster4-app route replace default via "$POD_GATEWAY4" \
		dev $_leg onlink
	ip -n cluster4-app -6 route replace default via "$POD_GATEWAY6" \
		dev $_leg onlink
}

# leads GATEWAY [SECONDS]: the hub has accepted its key.
leads()
{
	_key=$(on "$1" wg show ob0 public-key) &&
		peer_is cluster4 ".status.public_key == \"$_key\"" "${2:-0}"
}

no_peers()
{
	[ -z "$(on "$1" wg show ob0 peers 2>/dev/null)" ]
}

# takes_over GATEWAY: its key is accepted, and packets arrive by it.
takes_over()
{
	leads "$1" 30 || return 1
	send_by "$1"
	wait_until 30 ping_once cluster1-client "$APP4"
}

# around WHAT GATEWAY FUNCTION...: while that runs GATEWAY takes over. A stream
# tells for how long nothing arrived. One way, so that only the tunnels matter.
around()
{
	_why=$1 _heir=$2
	shift 2
	stream_start 200 cluster4-app "$APP4"
	sleep 1
	"$@"
	check "$_why: $_heir takes over" takes_over "$_heir"
	sleep 1
	_tally=$(stream_stop)
	_gap=${_tally##*longest_gap_ms=}
	note "$_tally"
	if [ "${_gap:-$LIMIT_MS}" -lt "$LIMIT_MS" ]; then
		pass "$_why: nothing arrives for $_gap ms"
	else
		miss "$_why: nothing arrives for $_gap ms, limit $LIMIT_MS"
	fi
}

# Not even its kernel forwards any more.
die()
{
	octopus_stop cluster4 KILL
	ip -n cluster4 link set uplink down
}

build
octopus_start cluster4
check "the first gateway joins" joined cluster4
APP4=$(global4 cluster4 1.10)
octopus_start cluster4b
check "it leads" leads cluster4 "$PATIENCE"
matches "the lease says so" "$(holder)" '*cluster4'
send_by cluster4
check "its pod is reached" wait_until "$PATIENCE" \
	ping_once cluster1-client "$APP4"
sleep 2
check "the second one has no peers" no_peers cluster4b

around "kill -9, and the machine is cut off" cluster4b die
equal "prefixes are the same" "$(peer_field cluster4 '.status.cluster_cidr[0]')" \
	"$(sed -n 1p "$WORLD/cluster4.cidrs")"

ip -n cluster4 link set uplink up
ip -n cluster4 route add default via 198.19.4.254
octopus_start cluster4
sleep 3
check "the first one comes back and waits" leads cluster4b
check "its pod is reached" ping_once cluster1-client "$APP4"
check "the first one has let go of its peers" wait_until "$PATIENCE" \
	no_peers cluster4

# A regular end gives the lease back.
around "a regular end" cluster4 octopus_stop cluster4b

octopus_stop cluster4
check "cluster4 leaves" on cluster4 "$(octopus_binary)" --leave \
	--config "$WORLD/cluster4.yaml" --pin-root "$(gateway_of cluster4)"
for _ns in cluster4 cluster4b cluster4-app; do
	ip netns del $_ns
done
rm -rf "$(gateway_of cluster4)" "$(gateway_of cluster4b)"
the_end
