#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Everything the demo shows, and every direction it leaves out.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/flow.sh"

# echoes POD ADDRESS PROTOCOL: what was sent comes back, from socat's echo.
echoes()
{
	_to=$2 _limit=
	case $2 in *:*) _to="[$2]" ;; esac
	[ "$3" = udp ] || _limit=",connect-timeout=$PATIENCE"
	echo "hello from $1" >"$WORLD/hello"
	# Without a connection there is no end of it to wait for.
	background asks "$1" socat -t 30 "OPEN:$WORLD/hello,rdonly!!STDOUT" \
		"$3:$_to:7$_limit"
	wait_until "$PATIENCE" grep -q "^hello from $1\$" "$WORLD/asks.out"
	_answered=$?
	stop_background asks
	return $_answered
}

# serve POD: an echo for TCP and UDP; ports 8 (IPv4) and 9 (IPv6) tell a client
# who it is.
serve()
{
	# By default socat gives an answer half a second.
	background "udp-$1" "$1" socat -t 30 UDP6-RECVFROM:7,ipv6only=0,fork \
		PIPE
	background "tcp-$1" "$1" socat -t 30 \
		TCP6-LISTEN:7,ipv6only=0,fork,reuseaddr PIPE
	# shellcheck disable=SC2016 # for the shell that socat starts
	_tell='SYSTEM:echo $SOCAT_PEERADDR'
	background "peer4-$1" "$1" socat -t 30 TCP4-LISTEN:8,fork,reuseaddr "$_tell"
	background "peer6-$1" "$1" socat -t 30 \
		TCP6-LISTEN:9,ipv6only=1,fork,reuseaddr "$_tell"
	for _port in 7 8 9; do
		wait_until 10 listening "$1" $_port || return 1
	done
}

# seen_as POD ADDRESS:PORT
seen_as()
{
	on "$1" socat -t "$PATIENCE" - "tcp:$2,connect-timeout=${PATIENCE}" </dev/null
}

# both_ways NAME POD ADDRESS4 ADDRESS6
both_ways()
{
	for _address in "$3" "$4"; do
		check "$1: ping $_address" ping_once "$2" "$_address"
		check "$1: TCP $_address" echoes "$2" "$_address" tcp
		check "$1: UDP $_address" echoes "$2" "$_address" udp
	done
}

for _pod in cluster2-web hub-status cluster1-client cluster1-shop; do
	check "servers in $_pod" serve "$_pod"
done
both_ways "private to private" cluster1-client "$WEB4" "$WEB6"
both_ways "and back" cluster2-web "$CLIENT4" "$CLIENT6"
both_ways "private to hub" cluster1-client "$STATUS4" "$STATUS6"
both_ways "hub to private" hub-status "$CLIENT4" "$CLIENT6"
both_ways "own cluster by global address" cluster1-client "$SHOP4" \
	"$(global6 cluster1 2.20)"
equal "the server sees the client's global address" \
	"$(seen_as cluster1-client "$WEB4:8")" "$CLIENT4"
matches "and over IPv6" "$(seen_as cluster1-client "[$WEB6]:9")" \
	'[[]fd70:0000:0113:0001:*:0010[]]'

check "the gateway has a global address itself" \
	ping_once cluster1-client "$(global4 cluster2 0.1)"
check "gateway to gateway" ping_once cluster1 "$(global4 cluster2 0.1)"
check "gateway to a remote pod" ping_once cluster1 "$WEB4"

for _pod in cluster2-web hub-status cluster1-client cluster1-shop; do
	for _server in udp tcp peer4 peer6; do
		stop_background "$_server-$_pod"
	done
done
the_end
