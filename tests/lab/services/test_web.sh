#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A Service of two clusters: by name and by address, over IPv4 and IPv6, with
# another target port, from every cluster, its own included; and who answers.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/services.sh"
# shellcheck source=/dev/null
. "$OB_SOURCE_DIR/tests/lab/services/objects.sh"

objects()
{
	nginx web 2
	service web '{name: http, port: 80, targetPort: web}' \
		'ipFamilyPolicy: PreferDualStack'
	export_of web
}

objects >"$WORLD/web.yaml"
now_ms
BEGIN=$NOW
check "cluster2 has nginx and exports it" \
	kube_in cluster2 apply -f "$WORLD/web.yaml"
check "cluster1 knows its name" wait_until "$SYNC_SECONDS" \
	known cluster1-client web
now_ms
note "$((NOW - BEGIN)) ms after kubectl apply was called"
check "it answers, by name" wait_until "$PATIENCE" \
	curls cluster1-client "http://$(name web)/"
check "in the zone of the documents, too" curls cluster1-client \
	"http://$(name web hyperos.local)/"
check "in cluster2 itself, too" curls cluster2-web "http://$(name web)/"
VIP4=$(vip cluster1 web 4) VIP6=$(vip cluster1 web 6)
note "web is $VIP4 and $VIP6 in cluster1, of 2 pods of cluster2"
check "by address" curls cluster1-client "http://$VIP4/"
check "over IPv6" curls cluster1-client "http://[$VIP6]/"
check "over IPv6 in cluster2 itself" curls cluster2-echo \
	"http://[$(vip cluster2 web 6)]/"
check "its name has both addresses" [ "$(ask cluster1-client "$(name web)"
	ask cluster1-client "$(name web)" AAAA)" = "$VIP4
$VIP6" ]
check "a port that it has not is refused at once" sh -c "
	! ip netns exec cluster1-client curl -sS --max-time 2 http://$VIP4:81/"

check "cluster1 has it, too" kube_in cluster1 apply -f "$WORLD/web.yaml"
check "there are four pods behind it" ready_behind cluster1 web 4
check "the address stays" [ "$(vip cluster1 web 4)" = "$VIP4" ]

# shares POD: of 100 connections, a line for each pod.
shares()
{
	whoami "$1" "http://$(name web)" 100 | sort | uniq -c |
		tee "$WORLD/shares"
}

# fair: four pods have answered all of 100, and none hardly ever.
fair()
{
	[ "$(awk '{ n += $1 } END { print n }' "$WORLD/shares")" = 100 ] &&
		[ "$(awk '$1 >= 10' "$WORLD/shares" | wc -l)" = 4 ]
}

for POD in cluster1-client cluster2-web; do
	wait_until "$PATIENCE" curls $POD "http://$(name web)/"
	shares $POD | sed 's/^/       |/'
	check "$POD: each pod of both clusters has its share of 100" fair
done
# What pods are called tells the clusters apart, not their addresses.
POD1=$(look_in cluster1 "$PODS?labelSelector=app=web" '.items[0].metadata.name')
check "one of them is cluster1's own" grep -q "$POD1" "$WORLD/shares"
the_end
