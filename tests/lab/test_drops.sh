#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Packets that must not pass: counted under their name, shown by obctl.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/flow.sh"

MTU=$(tunnel_mtu cluster1)

# counted CLUSTER REASON N COMMAND...: the reason's count grows by N.
counted()
{
	_cluster=$1 _reason=$2 _n=$3
	shift 3
	_before=$(drops_of "$_cluster" "$_reason")
	"$@" >"$WORLD/counted.out" 2>&1
	wait_until "$PATIENCE" drops_reached "$_cluster" "$_reason" $((_before + _n)) || :
	_after=$(drops_of "$_cluster" "$_reason")
	equal "$_reason in $_cluster" "$((_after - _before))" "$_n"
}

drops_reached()
{
	[ "$(drops_of "$1" "$2")" -ge "$3" ]
}

# repeat N COMMAND...
repeat()
{
	_i=$1
	shift
	while [ "$_i" -gt 0 ]; do
		"$@"
		_i=$((_i - 1))
	done
}

counted cluster1 no_route 3 \
	repeat 3 probe cluster1-client -n udp "$LOCAL4" 10.120.0.1 100
counted cluster1 too_big 3 repeat 3 \
	probe cluster1-client -n udp "$LOCAL4" "$WEB4" $((MTU + 1))
counted cluster1 fragmented 3 repeat 3 \
	probe cluster1-client -f -n udp "$LOCAL4" "$WEB4" $((MTU + 1))
counted cluster1 ttl_expired 3 repeat 3 \
	probe cluster1-client -n -t 1 udp "$LOCAL4" "$WEB4" 100
# The gateway's underlay address is no address of the global network.
counted cluster1 no_global_address 3 repeat 3 \
	probe cluster1 -n -i ob0 udp 192.168.0.2 "$WEB4" 100
# An address of cluster2 that no pod mapping covers does not exist here.
counted cluster1 no_route 1 \
	probe cluster1-client -n udp "$LOCAL6" fd70:0:999::1 100

### a cluster that lies about its source #####################################

# Its octopus is gone and its programs are off, so nothing stops it there.
octopus_stop cluster1 KILL
_index=$(ifindex cluster1 ob0)
rm -f "$(pins_of cluster1)"/link_to_tunnel_"$_index"
on cluster1 tc filter del dev ob0 egress 2>/dev/null || :

# refused_by_wireguard: what the hub's WireGuard has thrown away.
refused_by_wireguard()
{
	ip -n hub -j -s link show dev ob0 | jq '.[0].stats64.rx.errors'
}

refused_more_than()
{
	[ "$(refused_by_wireguard)" -gt "$1" ]
}

_before=$(refused_by_wireguard)
repeat 5 probe cluster1 -n -i ob0 udp "$ECHO4" "$WEB4" 100 >/dev/null
check "WireGuard of the hub refuses another cluster's source" \
	wait_until "$PATIENCE" refused_more_than $((_before + 4))

# Somebody widens the hub's allowed IPs for it: the programs still refuse.
kill -STOP "$(octopus_pid hub)"
on hub wg set ob0 peer "$(cat "$WORLD/cluster1.pub")" \
	allowed-ips 10.113.0.0/16,fd70:0:113::/48,172.16.0.0/12,10.112.0.0/16
counted hub spoofed_source 5 repeat 5 \
	probe cluster1 -n -i ob0 udp 172.16.0.9 "$WEB4" 100
counted hub spoofed_source 5 repeat 5 \
	probe cluster1 -n -i ob0 udp 10.112.1.10 "$WEB4" 100
# An honest source, but no cluster the hub knows has the destination.
on cluster1 wg set ob0 peer "$(cat "$WORLD/hub.pub")" \
	allowed-ips 10.112.0.0/16,10.114.0.0/16,10.120.0.0/16
counted hub not_ours 5 repeat 5 \
	probe cluster1 -n -i ob0 udp "$CLIENT4" 10.120.0.1 100
kill -CONT "$(octopus_pid hub)"

octopus_start cluster1
check "cluster1 comes back" wait_until 60 gateway_ready cluster1
check "traffic flows again" wait_until "$PATIENCE" traffic_flows

note "obctl drops of the hub:"
obctl_of hub drops | sed 's/^/       | /'
note "obctl drops of cluster1:"
obctl_of cluster1 drops | sed 's/^/       | /'
the_end
