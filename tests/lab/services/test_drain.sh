#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pods come and go under load: no connection fails.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/services.sh"

VIP4=$(vip cluster1 web 4)

# scale CLUSTER N: and wait until everybody knows.
scale()
{
	check "$1: scale to $2" kube_in "$1" scale deployment web --replicas "$2"
}

down_and_up()
{
	scale cluster2 0
	check "cluster1 knows that two are left" ready_behind cluster1 web 2
	# Until the last process has gone.
	check "the pods are gone" no_pods cluster2
	scale cluster2 2
	check "and that there are four again" ready_behind cluster1 web 4
}

no_pods()
{
	look_in "$1" -q -t "$PATIENCE" "$PODS?labelSelector=app=web" '.items == []'
}

load_around "cluster2's pods go and come back" cluster1-client \
	"http://$VIP4" down_and_up
check "they get their share again" wait_until "$PATIENCE" sh -c "
	ip netns exec cluster1-client curl -sS -H 'Connection: close' \
		'http://$VIP4/whoami?[1-50]' | sort -u | wc -l | grep -qx 4"

# One long download keeps its pod while that goes.
kube_in cluster2 delete pod -l app=web --wait=false >"$WORLD/out" 2>&1 &
load_around "all pods of cluster2 are replaced" cluster1-client \
	"http://$VIP4" ready_behind cluster1 web 4
wait $!

### none at all ##############################################################

for CLUSTER in $SERVICE_CLUSTERS; do
	scale "$CLUSTER" 0
done
check "nobody is ready" ready_behind cluster1 web 0
check "a connection is refused" wait_until "$PATIENCE" sh -c "
	! ip netns exec cluster1-client curl -sS --max-time 2 http://$VIP4/"
now_ms
BEGIN=$NOW
in_pod cluster1-client curl -sS --max-time 10 "http://$VIP4/" 2>/dev/null
now_ms
check "at once: after $((NOW - BEGIN)) ms" [ $((NOW - BEGIN)) -lt 2000 ]
for CLUSTER in $SERVICE_CLUSTERS; do
	scale "$CLUSTER" 2
done
check "all are back" ready_behind cluster1 web 4
check "it answers" wait_until "$PATIENCE" curls cluster1-client "http://$VIP4/"
the_end
