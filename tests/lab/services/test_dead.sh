#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A cluster that another dials directly is cut off: soon nobody is sent there.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/services.sh"

VIP4=$(vip cluster1 web 4)
LIMIT=40

# reachable: the NAT of cluster2 passes on what is for its gateway.
reachable()
{
	on nat2 nft -f - <<-END
		insert rule ip home forward iifname "wan" udp dport $PORT accept
		table ip dialled {
			chain prerouting {
				type nat hook prerouting priority dstnat
				iifname "wan" udp dport $PORT dnat to 192.168.0.2
			}
		}
	END
	printf 'isPublic: true\nendpoint: 203.0.113.1\n' \
		>>"$WORLD/cluster2.yaml"
	kill -HUP "$(octopus_pid cluster2)"
}

unreachable()
{
	on nat2 nft delete table ip dialled
	on nat2 nft delete rule ip home forward handle "$(on nat2 nft -a list \
		chain ip home forward | sed -n 's/.*dport.*handle //p')"
	sed -i '/^isPublic\|^endpoint/d' "$WORLD/cluster2.yaml"
	kill -HUP "$(octopus_pid cluster2)"
}

direct()
{
	on cluster1 wg show ob0 endpoints | grep -q 203.0.113.1
}

# At the far end: the NAT's own routes go with its own device.
cut()
{
	ip -n internet link set to-nat2 "$1"
}

# answers N: N connections in a row.
answers()
{
	[ "$(whoami cluster1-client "http://$VIP4" "$1" --max-time 1 \
		2>/dev/null | wc -l)" = "$1" ]
}

reachable
check "cluster1 dials cluster2" wait_until "$PATIENCE" direct
check "all answer" wait_until "$PATIENCE" answers 20
check "four pods" ready_behind cluster1 web 4
cut down
now_ms
BEGIN=$NOW
check "cluster2 is cut off: connections fail" sh -c "! ip netns exec \
	cluster1-client curl -sSf -o /dev/null --max-time 1 --fail-early \
	-H 'Connection: close' 'http://$VIP4/whoami?[1-20]'"
check "then all go to the others" wait_until $LIMIT answers 20
now_ms
check "$((NOW - BEGIN)) ms after the cut" \
	[ $((NOW - BEGIN)) -lt $((LIMIT * 1000)) ]
cut up
check "cluster2 is back: it gets its share" wait_until $LIMIT sh -c "
	ip netns exec cluster1-client curl -sS --max-time 2 \
		-H 'Connection: close' 'http://$VIP4/whoami?[1-50]' |
		sort -u | wc -l | grep -qx 4"
unreachable
check "cluster1 goes through the hub again" wait_until "$PATIENCE" sh -c "
	! nsenter --net=/run/netns/cluster1 wg show ob0 endpoints |
		grep -q 203.0.113.1"
check "everybody reaches everybody" wait_until "$PATIENCE" everybody_flows
the_end
