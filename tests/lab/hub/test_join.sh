#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Clusters that know a URL, a CA, a token and their name find each other, and a
# third one joins while the others talk.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/hub.sh"

note "octopus.yaml of cluster1:"
sed 's/^/       | /' "$WORLD/cluster1.yaml"
kube get peers -A -o wide | sed 's/^/       | /'
check "everybody reaches everybody" everybody_flows

# within4 CLUSTER: its IPv4 prefix is one of the global CIDR's, not the hub's.
within4()
{
	_second=$(prefix4_of "$1" | cut -d. -f2)
	[ "$_second" -gt 112 ] && [ "$_second" -lt 128 ]
}

check "the hub has allocated cluster1 a prefix" within4 cluster1
check "and cluster2 another one" within4 cluster2
check "they differ" [ "$(prefix4_of cluster1)" != "$(prefix4_of cluster2)" ]

third_build
stream_around "cluster3 joins" third
matches "cluster3 is ready" "$(condition cluster3 Ready)" 'True*'
check "its prefix is the hub's to give" within4 cluster3
check "and nobody else's" [ "$(cat "$WORLD"/cluster*.prefix4 | sort -u |
	wc -l)" = 3 ]
note "cluster3 is $(prefix4_of cluster3).0.0/16, $(prefix6_of cluster3)::/48"
check "cluster1 reaches cluster3" wait_until "$PATIENCE" \
	ping_once cluster1-client "$(global4 cluster3 1.10)"
check "over IPv6, too" ping_once cluster1-client "$(global6 cluster3 1.10)"
check "cluster3 reaches cluster2" ping_once cluster3-app "$WEB4"
check "and the hub" ping_once cluster3-app "$STATUS4"
the_end
