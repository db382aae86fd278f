#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The maps as an operator meets them without any tool of ours.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/flow.sh"

PINS=$(pins_of cluster1)

dump()
{
	bpftool map dump pinned "$PINS/$1"
}

# named MAP FIELD...: every field appears by name.
named()
{
	_map=$1
	shift
	dump "$_map" >"$WORLD/dump" || return 1
	for _field in "$@"; do
		grep -q "\"$_field\"" "$WORLD/dump" || return 1
	done
}

check "ob_config" named ob_config cluster global4 global4_len gateway4 flags
check "ob_route4" named ob_route4 prefixlen addr ifindex mtu slot cluster
check "ob_route6" named ob_route6 prefixlen addr ifindex mtu slot cluster
check "ob_out4" named ob_out4 prefixlen addr kind
check "ob_out6" named ob_out6 prefixlen addr kind
check "ob_in4" named ob_in4 prefixlen addr kind
check "ob_in6" named ob_in6 prefixlen addr kind
check "ob_cluster" named ob_cluster name slot hub
check "ob_traffic" named ob_traffic tx_packets tx_bytes rx_packets rx_bytes
check "ob_drops" named ob_drops reason hook packets bytes
check "ob_budget" named ob_budget window_ns sent suppressed
check "addresses read as dotted quads" sh -c "
	bpftool -j map dump pinned $PINS/ob_route4 |
		jq -e '[.[].formatted.key.addr.b] | index([[10,114,0,0]])'"
check "clusters read as names" sh -c "
	bpftool map dump pinned $PINS/ob_route4 | grep '\"cluster2\"'"
check "reasons read as names" sh -c "
	bpftool map dump pinned $PINS/ob_drops | grep OB_REASON_"
check "the event map is pinned" bpftool map show pinned "$PINS/ob_events"

for _map in ob_config ob_route4 ob_out4 ob_in4 ob_cluster ob_drops; do
	note "bpftool map dump pinned $PINS/$_map"
	dump $_map | head -n 45 | sed 's/^/       | /'
done
the_end
