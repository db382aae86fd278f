#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Around the tunnel's MTU, byte by byte: what fits arrives, what does not is
# answered in the sender's own addresses, and nothing is ever fragmented
# outside the tunnel.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/flow.sh"

MTU=$(tunnel_mtu cluster1)
note "tunnel MTU $MTU, underlay 1500"
equal "the MTU is what WireGuard over IPv4 leaves of 1500" "$MTU" 1440

# sweep SOURCE DESTINATION: DF set, every protocol.
sweep()
{
	for _protocol in icmp udp tcp; do
		for _size in $((MTU - 2)) $((MTU - 1)) "$MTU"; do
			equal "$_protocol $_size bytes to $2" \
				"$(probe cluster1-client "$_protocol" "$1" \
					"$2" "$_size")" arrived
		done
		for _size in $((MTU + 1)) $((MTU + 2)); do
			matches "$_protocol $_size bytes to $2" \
				"$(probe cluster1-client "$_protocol" "$1" \
					"$2" "$_size")" \
				"too_big mtu=$MTU from=* quoted=$1>$2"
		done
	done
}

# watch NAME FILTER: packets on the internet's wires.
watch()
{
	background "$1" internet tcpdump -ni any -p -l "$2"
	wait_until 20 grep -q '^listening on\|^tcpdump: .*listening' \
		"$WORLD/$1.err"
}

# watched NAME: how many there were.
watched()
{
	stop_background "$1"
	grep -c . "$WORLD/$1.out" || :
}

# mss POD ADDRESS: of the SYN and the SYN-ACK, as each side gets them.
mss_of()
{
	sed -n "s/.*Flags \[$2\].*mss \([0-9]*\).*/\1/p" "$WORLD/$1.out" |
		head -n 1
}

# syn_watch NAME POD
syn_watch()
{
	background "$1" "$2" tcpdump -ni eth0 -p -l 'tcp or (ip6 and tcp)'
	wait_until 20 grep -q 'listening on' "$WORLD/$1.err"
}

# clamped ADDRESS HEADERS: a connection, watched at both ends.
clamped()
{
	_to=$1
	case $1 in *:*) _to="[$1]" ;; esac
	syn_watch at-client cluster1-client
	syn_watch at-server cluster2-web
	on cluster1-client socat -t 2 - "tcp:$_to:7,connect-timeout=${PATIENCE}" </dev/null || :
	wait_until 5 grep -q 'Flags \[S\.\]' "$WORLD/at-client.out"
	wait_until 5 grep -q 'Flags \[S\]' "$WORLD/at-server.out"
	stop_background at-client
	stop_background at-server
	equal "MSS of the SYN at the server, $1" "$(mss_of at-server S)" \
		$((MTU - $2))
	equal "MSS of the SYN-ACK at the client, $1" \
		"$(mss_of at-client 'S\.')" $((MTU - $2))
}

watch fragments 'ip[6:2] & 0x3fff != 0'
watch wireguard "udp port $PORT"

sweep "$LOCAL4" "$WEB4"
sweep "$LOCAL6" "$WEB6"

for _size in $((MTU + 1)) 1500; do
	equal "UDP without DF, $_size bytes, arrives whole" \
		"$(probe cluster1-client -f udp "$LOCAL4" "$WEB4" "$_size")" \
		arrived
	# From the hub's pod: an answer that must be fragmented is the kernel's
	# business, and the firewall of cluster2 has not seen the question.
	equal "ICMP without DF, $_size bytes, comes back whole" \
		"$(probe cluster1-client -f icmp "$LOCAL4" "$STATUS4" \
			"$_size")" arrived
done

# The far end may be narrower than the tunnel; then the far gateway answers,
# and the packet it quotes must be the one we sent.
ip -n cluster2-echo link set eth0 mtu 1300
ip -n cluster2 link set veth-echo mtu 1300
matches "1400 bytes to a pod with MTU 1300" \
	"$(probe cluster1-client udp "$LOCAL4" "$ECHO4" 1400)" \
	"too_big mtu=1300 from=$(global4 cluster2 0.1) quoted=$LOCAL4>$ECHO4"
matches "the same over IPv6" \
	"$(probe cluster1-client udp "$LOCAL6" "$ECHO6" 1400)" \
	"too_big mtu=1300 from=fd70:0:114::1 quoted=$LOCAL6>$ECHO6"
ip -n cluster2-echo link set eth0 mtu 1500
ip -n cluster2 link set veth-echo mtu 1500

# Who is on the way: each hop answers once.
for _pair in "$LOCAL4 $WEB4" "$LOCAL6 $WEB6"; do
	_src=${_pair% *} _dst=${_pair#* }
	matches "TTL 1 ends at our gateway, $_dst" \
		"$(probe cluster1-client -t 1 udp "$_src" "$_dst" 100)" \
		"error type=* code=0 from=* quoted=$_src>$_dst"
	matches "TTL 2 ends at the hub, $_dst" \
		"$(probe cluster1-client -t 2 udp "$_src" "$_dst" 100)" \
		"error type=* code=0 from=*112*1 quoted=$_src>$_dst"
	matches "TTL 3 ends at the far gateway, $_dst" \
		"$(probe cluster1-client -t 3 udp "$_src" "$_dst" 100)" \
		"error type=* code=0 from=*114*1 quoted=$_src>$_dst"
	equal "TTL 4 arrives, $_dst" \
		"$(probe cluster1-client -t 4 udp "$_src" "$_dst" 100)" arrived
done

background echo-server cluster2-web socat \
	TCP6-LISTEN:7,ipv6only=0,fork,reuseaddr PIPE
wait_until 10 listening cluster2-web 7
clamped "$WEB4" 40
clamped "$WEB6" 60
stop_background echo-server

_seen=$(watched wireguard)
equal "outer fragments among $_seen WireGuard packets" "$(watched fragments)" 0
check "WireGuard packets were seen" [ "$_seen" -gt 100 ]
the_end
