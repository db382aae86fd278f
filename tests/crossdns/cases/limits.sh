# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Answers that do not fit, and clients that ask too often.

# many NAME CLUSTER N: a headless service with N endpoints of each family.
many()
{
	jq -n --arg name "$1" --argjson n "$2" '
	def slice(suffix; family; prefix): {
		apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice",
		metadata: {name: ("c2.shop." + $name + suffix),
			namespace: "shop", labels: {
			"multicluster.kubernetes.io/service-name": $name,
			"multicluster.kubernetes.io/source-cluster": "c2"}},
		addressType: family,
		ports: [{name: "http", protocol: "TCP", port: 80}],
		endpoints: [range($n) | {addresses: ["\(prefix)\(. + 1)"],
			hostname: "h\(.)", conditions: {ready: true}}]};
	{apiVersion: "v1", kind: "List", items: [
	{apiVersion: "multicluster.x-k8s.io/v1beta1", kind: "ServiceImport",
		metadata: {name: $name, namespace: "shop"},
		spec: {type: "Headless", ipFamilies: ["IPv4", "IPv6"],
		ports: [{name: "http", protocol: "TCP", port: 80}]}},
	slice("-4"; "IPv4"; "10.114.9."), slice("-6"; "IPv6"; "fd70:9::")]}' |
		kube apply -f - >/dev/null
}

# count NAME TYPE [OPTION...]: addresses in the answer.
count()
{
	dig "@$ADDRESS" -p "$PORT" +norec +noall +answer +tries=1 "$@" |
		grep -c -v '^;' || :
}

flags()
{
	dig "@$ADDRESS" -p "$PORT" +norec +noall +comments +tries=1 "$@" |
		sed -n 's/^;; flags: \([a-z ]*\);.*/\1/p'
}

definitions
objects
many crowd 200
start 'max_answers: 100'
wait_until http readyz
crowd=crowd.shop.svc.clusterset.local

it at most max_answers, over TCP, too
[ "$(count $crowd A +tcp)" = 100 ] || fail "A over TCP"
[ "$(count $crowd AAAA +tcp)" = 100 ] || fail "AAAA over TCP"

it over UDP as much as fits, and TC
[ "$(flags $crowd A +ignore +bufsize=1232)" = 'qr aa tc' ] || fail "no TC"
[ "$(flags $crowd A +ignore +noedns)" = 'qr aa tc' ] || fail "no TC"
[ "$(flags web.shop.svc.clusterset.local A)" = 'qr aa' ] || fail "TC"
n=$(count $crowd A +ignore +noedns)
if [ "$n" -le 0 ] || [ "$n" -gt 31 ]; then fail "$n in 512 bytes"; fi
size=$(dig "@$ADDRESS" -p "$PORT" +norec +ignore +bufsize=4096 $crowd A |
	sed -n 's/.*MSG SIZE  rcvd: //p')
[ "$size" -le 1232 ] || fail "$size bytes over UDP"

it a client that sees TC asks again and gets all
[ "$(count $crowd A)" = 100 ] || fail "A"

it A and AAAA are those of the same hosts
hosts()
{
	dig "@$ADDRESS" -p "$PORT" +norec +short +tcp $crowd "$1" |
		sed 's/.*[.:]//' | sort
}
same()
{
	hosts A >"$WORK/4"
	hosts AAAA | while read -r _h; do printf '%s\n' "$_h"; done >"$WORK/6"
	cmp "$WORK/4" "$WORK/6"
}
# But for the moment in which the window moves on.
wait_until same

it the order changes from answer to answer
orders=$(for _ in 1 2 3 4 5 6 7 8; do
	dig "@$ADDRESS" -p "$PORT" +short db.shop.svc.clusterset.local | head -n 1
done | sort -u | wc -l)
[ "$orders" -gt 1 ] || fail "always the same first address"

it SRV has an additional section when there is room
extra=$(dig "@$ADDRESS" -p "$PORT" +norec +noall +additional \
	db.shop.svc.clusterset.local SRV | grep -c -w -e A -e AAAA || :)
[ "$extra" = 4 ] || fail "$extra additional records"
[ "$(flags $crowd SRV +ignore)" = 'qr aa tc' ] || fail "SRV: no TC"
[ "$(count $crowd SRV +tcp)" = 100 ] || fail "SRV over TCP"
stop

it above the rate some answers are only TC, others are none
start 'rate_limit: 50'
wait_until http readyz
python3 - "$ADDRESS" "$PORT" <<'EOF' || fail rate
import select, socket, sys
query = (b"\x12\x34\0\0\0\1\0\0\0\0\0\0\3web\4shop\3svc\12clusterset\5local\0"
         b"\0\1\0\1")
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect((sys.argv[1], int(sys.argv[2])))
full = cut = 0
for _ in range(1000):
    s.send(query)
    while select.select([s], [], [], 0)[0]:
        answer = s.recv(4096)
        cut += bool(answer[2] & 2)
        full += not answer[2] & 2
while select.select([s], [], [], 0.5)[0]:
    answer = s.recv(4096)
    cut += bool(answer[2] & 2)
    full += not answer[2] & 2
print(full, "answers,", cut, "truncated, of 1000")
sys.exit(not (50 <= full < 300 and 100 < cut < 800))
EOF
[ "$(metric 'rate_limited_total{action="drop"}')" -gt 100 ] || fail drop
[ "$(metric 'rate_limited_total{action="truncate"}')" -gt 100 ] || fail truncate
it over TCP there is no rate
expect 'NOERROR 10.113.192.1' web.shop.svc.clusterset.local A +tcp
stop

it our own come first
start 'order: local-first' 'max_answers: 2'
wait_until http readyz
for _ in 1 2 3 4 5 6; do
	expect 'NOERROR 10.113.1.10; 10.113.1.11' db.shop.svc.clusterset.local A
done
expect 'NOERROR 0 1 5432 db-0.c1.db.shop.svc.clusterset.local.; 0 1 5432 db-1.c1.db.shop.svc.clusterset.local.' \
	_sql._tcp.db.shop.svc.clusterset.local SRV
stop

it a zone may answer with endpoints, and zones have other names
start 'zones: [{name: svc.example, cluster_names: true, answer: endpoints}]' \
	'ttl: 30'
wait_until http readyz
expect 'NOERROR 10.113.0.5; 10.113.0.6; 10.114.0.5' \
	web.shop.svc.svc.example A
expect REFUSED web.shop.svc.clusterset.local A
ttl=$(dig "@$ADDRESS" -p "$PORT" +noall +answer web.shop.svc.svc.example |
	awk '{ print $2; exit }')
[ "$ttl" = 30 ] || fail "TTL $ttl"
stop
