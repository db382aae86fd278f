#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A NAT forgets its ports, and gets another public address: the tunnel follows.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/hub.sh"

# seen_at ADDRESS: where the hub's WireGuard sees cluster1.
seen_at()
{
	seen | grep -qF "$1:"
}

seen()
{
	on hub wg show ob0 endpoints |
		grep -F "$(peer_field cluster1 .status.public_key)"
}

rebind()
{
	on nat1 conntrack -F 2>/dev/null
	sleep 2
}

BEFORE=$(seen)
stream_around "cluster1's NAT forgets its ports" rebind
note "$BEFORE" | cut -c 1-120
note "$(seen)" | cut -c 1-120
check "the hub sees another port" [ "$BEFORE" != "$(seen)" ]
check "traffic flows both ways" everybody_flows

# roam ADDRESS: the NAT's public one.
roam()
{
	ip -n nat1 addr flush dev wan scope global
	ip -n nat1 addr add "$1/24" dev wan
	ip -n nat1 route replace default via 198.51.100.254
	on nat1 conntrack -F >/dev/null 2>&1
}

roam 198.51.100.77
check "traffic flows from another address" \
	wait_until "$PATIENCE" traffic_flows
check "the hub sees it there" seen_at 198.51.100.77
check "and from the hub to it" ping_once hub-status "$CLIENT4"
roam 198.51.100.1
check "and back" wait_until "$PATIENCE" traffic_flows
the_end
