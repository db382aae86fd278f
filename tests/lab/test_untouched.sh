#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Netfilter of the gateway has nothing to do with us: its rules stay what they
# were, and connection tracking sees WireGuard's own packets and no others.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/flow.sh"

# A ruleset whose connection tracking works, or this would prove nothing.
check "connection tracking sees a pod's other traffic" sh -c '
	nsenter --net=/run/netns/cluster1-client -- \
		ping -n -c 1 -W 2 10.244.2.20 >/dev/null &&
	nsenter --net=/run/netns/cluster1 -- conntrack -L 2>/dev/null |
		grep -q 10.244.2.20'

# Neighbours are known, so that every packet takes the short way.
check "traffic flows" traffic_flows
for _c in cluster1 cluster2; do
	on "$_c" conntrack -F >/dev/null 2>&1
done
# The tunnels' own flows reappear with the next packet.
ping_once cluster1-client "$WEB4" >/dev/null
for _c in cluster1 cluster2; do
	on "$_c" nft list ruleset >"$WORLD/$_c.nft"
	on "$_c" conntrack -C >"$WORLD/$_c.ct" 2>/dev/null
	note "$_c: $(cat "$WORLD/$_c.ct") tracked"
done

# Connections, packets and pings.
background many-server cluster2-web socat \
	TCP6-LISTEN:7,ipv6only=0,fork,reuseaddr PIPE
wait_until 10 listening cluster2-web 7
_n=0
while [ "$_n" -lt 10 ]; do
	for _to in "$WEB4" "[$WEB6]"; do
		echo x | on cluster1-client socat -t 1 - "tcp:$_to:7,connect-timeout=${PATIENCE}" >/dev/null
	done
	probe cluster1-client udp "$LOCAL4" "$WEB4" 100 >/dev/null
	_n=$((_n + 1))
done
on cluster1-client ping -n -q -c 20 -i 0.05 "$WEB4" >/dev/null
stop_background many-server

for _c in cluster1 cluster2; do
	on "$_c" nft list ruleset >"$WORLD/$_c.nft2"
	check "$_c: nft list ruleset is identical" \
		diff "$WORLD/$_c.nft" "$WORLD/$_c.nft2"
	equal "$_c: conntrack -C after 30 flows" \
		"$(on "$_c" conntrack -C 2>/dev/null)" "$(cat "$WORLD/$_c.ct")"
	on "$_c" conntrack -L 2>/dev/null | sed 's/^/       | /'
done
the_end
