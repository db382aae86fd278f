# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# From before the first object until after the last, with the API server away
# in between.

# A way to the hub that can be cut: the certificate is the hub's.
HUB=$(kube config view -o 'jsonpath={.clusters[0].cluster.server}')
HUB=${HUB#https://}
proxy()
{
	socat "TCP-LISTEN:6443,bind=$ADDRESS,fork,reuseaddr" "TCP:$HUB" &
	PROXY=$!
}
cut_proxy()
{
	# Its children, too: they are the connections.
	_all="$PROXY $(pgrep -P "$PROXY" || :)"
	# shellcheck disable=SC2086 # process IDs
	kill $_all 2>/dev/null || :
	wait "$PROXY" 2>/dev/null || :
	PROXY=
}
KUBECONFIG_OF_CROSSDNS=$WORK/kubeconfig
kube config view --raw --flatten >"$KUBECONFIG_OF_CROSSDNS"
kubectl --kubeconfig "$KUBECONFIG_OF_CROSSDNS" config set-cluster \
	"$(kube config view -o 'jsonpath={.clusters[0].name}')" \
	--server "https://$ADDRESS:6443" --tls-server-name "${HUB%:*}" >/dev/null
web=web.shop.svc.clusterset.local
db=db.shop.svc.clusterset.local

ready()
{
	[ "$(curl -s -o /dev/null -w '%{http_code}' \
		"http://$ADDRESS:$METRICS/readyz")" = "$1" ]
}

it without an API server nobody knows
start
expect SERVFAIL $web A
expect SERVFAIL nobody.svc.hyperos.local A
expect REFUSED example.org A
ready 503 || fail "ready without an API server"

it without definitions neither
proxy
says_why()
{
	http healthz | grep -q "^$1: "
}
wait_until says_why NoServiceImports
expect SERVFAIL $web A

it with definitions and no objects nothing exists
definitions
wait_until ready 200
expect NXDOMAIN $web A

it a service appears
objects
wait_until says 'NOERROR 10.113.192.1' $web A

it an endpoint goes, and comes
kube -n shop patch endpointslice c2.shop.db-4 --type json -p \
	'[{"op":"replace","path":"/endpoints","value":[]}]' >/dev/null
wait_until says 'NOERROR 10.113.1.10; 10.113.1.11' $db A
expect NXDOMAIN c2.$db A
kube -n shop patch endpointslice c2.shop.db-4 --type json -p \
	'[{"op":"replace","path":"/endpoints","value":
	[{"addresses":["10.114.1.11"]}]}]' >/dev/null
wait_until says 'NOERROR 10.113.1.10; 10.113.1.11; 10.114.1.11' $db A

it a slice moves to another service
kube -n shop label endpointslice c2.shop.db-4 --overwrite \
	multicluster.kubernetes.io/service-name=down >/dev/null
wait_until says 'NOERROR 10.114.1.11' down.shop.svc.clusterset.local A
wait_until says 'NOERROR 10.113.1.10; 10.113.1.11' $db A

it a change is an answer within 100 ms
python3 - "$ADDRESS" "$PORT" "$OB_KUBECONFIG" <<'EOF' || fail "too slow"
import atexit, json, socket, subprocess, sys, time
query = (b"\x12\x34\0\0\0\1\0\0\0\0\0\0\4down\4shop\3svc\12clusterset\5local\0"
         b"\0\1\0\1")
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect((sys.argv[1], int(sys.argv[2])))
proxy = subprocess.Popen(["kubectl", "--kubeconfig", sys.argv[3], "proxy",
                          "--port", "0"], stdout=subprocess.PIPE, text=True)
port = int(proxy.stdout.readline().split(":")[-1])
worst = []
atexit.register(proxy.kill)
for i in range(1, 31):
    body = json.dumps({"endpoints": [{"addresses": [f"10.114.2.{i}"]}]})
    with socket.create_connection(("127.0.0.1", port)) as http:
        http.sendall((
            "PATCH /apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/"
            "c2.shop.db-4 HTTP/1.0\r\nHost: localhost\r\nContent-Type: "
            f"application/merge-patch+json\r\nContent-Length: {len(body)}"
            f"\r\n\r\n{body}").encode())
        assert b" 200 " in http.recv(4096)
        begin = time.monotonic()
    while True:
        s.send(query)
        if s.recv(4096)[-4:] == bytes([10, 114, 2, i]):
            break
        assert time.monotonic() - begin < 10
    worst.append(time.monotonic() - begin)
worst.sort()
print(f"after the API server's answer: median {worst[15] * 1e3:.1f} ms, "
      f"worst {worst[-1] * 1e3:.1f} ms")
sys.exit(worst[15] > 0.1)
EOF

it without the API server the last answers stay, and it is said
cut_proxy
stale()
{
	[ "$(metric stale_seconds | cut -d . -f 1)" -ge 1 ]
}
wait_until stale
expect 'NOERROR 10.113.192.1' $web A
ready 200 || fail "not ready while stale"
http healthz | grep -q '^Stale: ' || fail "healthz does not say it"
kube -n shop delete serviceimport web >/dev/null
expect 'NOERROR 10.113.192.1' $web A

it what changed meanwhile is seen when it is back
proxy
wait_until says NXDOMAIN $web A
fresh()
{
	[ "$(metric stale_seconds)" = 0 ]
}
wait_until fresh

it nothing is left of the last service of a namespace
wait_until says NOERROR shop.svc.clusterset.local A
kube -n shop delete serviceimports --all >/dev/null
wait_until says NXDOMAIN shop.svc.clusterset.local A
[ "$(metric services)" = 0 ] || fail "services: $(metric services)"
stop
