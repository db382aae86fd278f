#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whatever somebody breaks by hand, octopus puts back within a second; looking
# whether it has takes time, too, and is measured beforehand.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/flow.sh"

LIMIT_MS=1000
# Emulated, octopus itself is several times slower.
! slow || LIMIT_MS=3000

PINS=$(pins_of cluster1)

# mended WHAT LOOK: LOOK prints the state; the function "damage" changes it.
mended()
{
	_what=$1 _look=$2
	now_ms
	_looking=$NOW
	$_look >"$WORLD/look.before" 2>&1
	now_ms
	_looking=$((NOW - _looking))
	_limit=$((LIMIT_MS + 2 * _looking))
	damage >"$WORLD/damage.out" 2>&1 || {
		miss "$_what: $(tail -n 1 "$WORLD/damage.out")"
		return 0
	}
	now_ms
	_broken=$NOW
	if ! wait_until "$PATIENCE" looks_the_same "$_look"; then
		miss "$_what: not mended after $PATIENCE s"
		diff "$WORLD/look.before" "$WORLD/look.now" |
			head -n 10 | sed 's/^/       | /'
		return 0
	fi
	now_ms
	_took=$((NOW - _broken))
	_figures="seen after $_took ms, looking takes $_looking"
	if [ "$_took" -le $_limit ]; then
		pass "$_what: $_figures"
	else
		miss "$_what: $_figures, the limit is $_limit"
	fi
}

looks_the_same()
{
	$1 >"$WORLD/look.now" 2>&1
	cmp -s "$WORLD/look.before" "$WORLD/look.now"
}

# looks_the_same_as LOOK FILE
looks_the_same_as()
{
	$1 2>&1 | diff "$2" -
}

routes()
{
	ip -n cluster1 route show dev ob0
	ip -n cluster1 -6 route show dev ob0
}

addresses()
{
	ip -n cluster1 -o addr show dev ob0 | sed 's/^[0-9]*: //'
}

peers()
{
	on cluster1 wg show ob0 allowed-ips
	on cluster1 wg show ob0 endpoints
	on cluster1 wg show ob0 persistent-keepalive
}

device()
{
	ip -n cluster1 -o link show dev ob0 | sed 's/^[0-9]*: //'
	on cluster1 wg show ob0 public-key
	on cluster1 wg show ob0 listen-port
	addresses
	routes
	peers
}

# Without interface indexes, which a new device has anew.
maps()
{
	for _map in ob_route4 ob_route6 ob_out4 ob_out6 ob_in4 ob_in6 \
		ob_cluster; do
		bpftool -j map dump pinned "$PINS/$_map" |
			jq -c '.[].formatted | del(.value.ifindex)' | sort
	done
	bpftool -j map dump pinned "$PINS/ob_config" |
		jq -c '.[].formatted.value | del(.generation)'
	# It must be the index of the device there is.
	bpftool -j map dump pinned "$PINS/ob_route4" |
		jq -c --argjson now "$(ifindex cluster1 ob0)" \
			'[.[].formatted.value.ifindex == $now] | all'
}

# One process each: looking must not take longer than mending.
destinations()
{
	bpftool map dump pinned "$PINS/ob_route4"
}

translations()
{
	bpftool map dump pinned "$PINS/ob_out4"
	bpftool map dump pinned "$PINS/ob_in4"
}

# What the kernel runs, and where.
attached()
{
	obctl_of cluster1 -o json status | jq -r '
		.programs[] | "\(.device) \(.hook) \(.attach) \(.up)"' | sort
}

pins()
{
	(cd "$PINS" && echo ./*)
	destinations
}

maps >"$WORLD/maps.first"

# programs_use MAP: the one that is pinned, not one of that name.
programs_use()
{
	_id=$(bpftool -j map show pinned "$PINS/$1" | jq .id)
	programs cluster1 | while read -r _ _program _; do
		bpftool -j prog show id "$_program" | jq -c .map_ids
	done | grep -q "[[,]${_id}[],]"
}

damage() { ip -n cluster1 route del 10.114.0.0/16 dev ob0; }
mended "route deleted" routes
damage() { ip -n cluster1 -6 route del fd70:0:114::/48 dev ob0; }
mended "IPv6 route deleted" routes
damage() { ip -n cluster1 addr del 10.113.0.1/32 dev ob0; }
mended "address deleted" addresses
damage() { ip -n cluster1 addr flush dev ob0; }
mended "all addresses flushed" device
damage() { on cluster1 wg set ob0 peer "$(cat "$WORLD/hub.pub")" remove; }
mended "WireGuard peer removed" peers
damage()
{
	on cluster1 wg set ob0 peer "$(cat "$WORLD/hub.pub")" \
		allowed-ips 10.112.0.0/16
}
mended "allowed IPs changed" peers
damage() { ip -n cluster1 link set ob0 down; }
mended "device set down" device
damage() { ip -n cluster1 link set ob0 mtu 1280; }
mended "MTU changed" device

# 10.114.0.0/16 as a key: the length in host order, then the address.
damage()
{
	bpftool map delete pinned "$PINS/ob_route4" \
		key 16 0 0 0 10 114 0 0
}
mended "map entry deleted" destinations
damage()
{
	bpftool map update pinned "$PINS/ob_out4" \
		key 16 0 0 0 10 244 0 0 \
		value 10 115 0 0 16 0 0 0 0 0 0 0
}
mended "map entry changed" translations
damage()
{
	bpftool map update pinned "$PINS/ob_in4" \
		key 24 0 0 0 10 113 7 0 \
		value 10 244 9 0 24 0 0 0 0 0 0 0
}
mended "map entry added" translations
check "traffic flows" wait_until "$PATIENCE" traffic_flows

# has_links: tcx; without it programs are filters, and nothing but the kernel
# holds them.
has_links()
{
	[ -n "$(find "$PINS" -name 'link_*')" ]
}

damage()
{
	if has_links; then
		bpftool link detach pinned "$(echo "$PINS"/link_from_tunnel_*)"
	else
		on cluster1 tc filter del dev ob0 ingress
	fi
}
mended "program detached" attached
damage()
{
	if has_links; then
		rm "$PINS"/link_*
	else
		on cluster1 tc qdisc del dev veth-client clsact
	fi
}
mended "programs detached everywhere" attached
damage() { rm "$PINS/ob_route4"; }
mended "map's pin removed" pins
check "the programs use the pinned map" programs_use ob_route4
check "traffic flows" wait_until "$PATIENCE" traffic_flows

damage() { ip -n cluster1 link del ob0; }
mended "device deleted" device
equal "programs are attached" "$(attached | wc -l)" 4
check "the tunnel is up again" wait_until "$PATIENCE" handshake_done cluster1
check "traffic flows" wait_until "$PATIENCE" traffic_flows
check "in the end every map is as it was" \
	wait_until "$PATIENCE" looks_the_same_as maps "$WORLD/maps.first"

# A pod that comes later is served, too.
pod cluster1 late 3.30
apply
check "a new pod is served" wait_until "$PATIENCE" ping_once cluster1-late "$WEB4"
ip netns del cluster1-late
the_end
