#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hub's API server is away: names and addresses stay, a cluster's own pods
# may change, and what has changed arrives when it is back.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/services.sh"

VIP4=$(vip cluster1 web 4)

without_hub()
{
	hub_stop KILL
	sleep 2
	check "names are answered" known cluster1-client web
	check "cluster2 scales" kube_in cluster2 scale deployment web \
		--replicas 3
	for _c in $SERVICE_CLUSTERS; do
		part_stop syncer "$_c" KILL
		syncer_start "$_c"
	done
	sleep 3
	check "a syncer that starts without it takes nothing away" \
		ready_behind cluster1 web 4
}

load_around "without the hub's API" cluster1-client "http://$VIP4" without_hub
check "it is back" hub_up
check "what has changed meanwhile arrives" ready_behind cluster1 web 5 60
check "cluster2 scales back" kube_in cluster2 scale deployment web --replicas 2
check "that arrives" ready_behind cluster1 web 4
check "the address is the one it was" [ "$(vip cluster1 web 4)" = "$VIP4" ]
the_end
