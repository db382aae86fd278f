# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The process: its command line, its sockets, what it may do, what it says.

it the command line
"$BUILD/bin/crossdns" --check --config "$SOURCE/examples/crossdns.yaml" ||
	fail "the example is not valid"
"$BUILD/bin/crossdns" --help >/dev/null || fail "--help"
code=0
"$BUILD/bin/crossdns" 2>/dev/null || code=$?
[ $code = 2 ] || fail "without a file: $code"
echo 'ttl: 0' >"$WORK/bad.yaml"
code=0
"$BUILD/bin/crossdns" --config "$WORK/bad.yaml" 2>"$WORK/why" || code=$?
[ $code = 1 ] || fail "with a bad file: $code"
grep -q '^.*bad.yaml:1:1: ttl: 0 is not from 1 to 86400$' "$WORK/why" ||
	fail "$(cat "$WORK/why")"

it all addresses: the answer comes from where the query went
PORT=$(python3 -c '
import socket
s = socket.socket(socket.AF_INET6 if socket.has_ipv6 else socket.AF_INET)
s.bind(("", 0))
print(s.getsockname()[1])')
definitions
objects
export LISTEN="\":$PORT\""
start
wait_until http readyz
web=web.shop.svc.clusterset.local
for address in 127.0.0.1 127.9.8.7 ::1; do
	[ "$address" != ::1 ] || [ -s /proc/net/if_inet6 ] || continue
	ADDRESS_BEFORE=$ADDRESS
	ADDRESS=$address
	expect 'NOERROR 10.113.192.1' $web A
	expect 'NOERROR 10.113.192.1' $web A +tcp
	ADDRESS=$ADDRESS_BEFORE
done

it no capability is left, to no thread
for status in /proc/"$PID"/task/*/status; do
	[ "$(awk '/^Cap(Prm|Eff|Bnd):/ { print $2 }' "$status" | sort -u)" = \
		0000000000000000 ] || fail "$(grep ^Cap "$status")"
done

it counts what it did
[ "$(metric 'responses_total{zone="clusterset.local",rcode="NOERROR"}')" -ge 4 ] ||
	fail "responses_total"
[ "$(metric 'transport_queries_total{transport="tcp"}')" -ge 2 ] ||
	fail "transport_queries_total"
[ "$(metric response_seconds_count)" -ge 2 ] || fail "response_seconds"
[ "$(metric 'names{zone="hyperos.local"}')" = 3 ] || fail "names"
http status | jq -e '.synced and .services == 4 and .endpoints == 8 and
	(.zones | length) == 2 and .conditions == []' >/dev/null ||
	fail "$(http status)"
stop
