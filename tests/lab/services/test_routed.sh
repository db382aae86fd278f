#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pods that have addresses of the global network of their own (profile routed):
# test 20 of the conformance suite compares names with the exporter's own
# EndpointSlices, which are translated otherwise.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/services.sh"

# readdress CLUSTER PROFILE PODS4 PODS6: its pods start anew, with addresses
# from there.
readdress()
{
	part_stop syncer "$1"
	part_stop workloads "$1"
	# shellcheck disable=SC2034 # cluster.sh
	PROFILE=$2 PODS4=$3 PODS6=$4
	workloads_start "$1"
	syncer_start "$1"
}

own_addresses()
{
	look_in cluster1 "$SLICES?labelSelector=kubernetes.io/service-name=hello-head" \
		'.items[].endpoints[].addresses[0]' | sort
}

all_addresses()
{
	{ ask "$1" "$(name hello-head)" A && ask "$1" "$(name hello-head)" AAAA
	} | sort
}

# same POD: what it gets is what cluster1 itself says.
same()
{
	_own=$(own_addresses)
	[ "$(echo "$_own" | wc -l)" = 4 ] && [ "$_own" = "$(all_addresses "$1")" ]
}

for CLUSTER in $SERVICE_CLUSTERS; do
	readdress "$CLUSTER" routed "$(prefix4_of "$CLUSTER").3" \
		"$(prefix6_of "$CLUSTER"):3"
done
check "cluster1's pods have addresses of their own" \
	wait_until "$PATIENCE" sh -c "nsenter --net=/run/netns/cluster1 \
		ip route show | grep -q '^$(prefix4_of cluster1).3.'"
for POD in cluster1-client cluster2-web; do
	check "20 $POD: the exporter's own addresses, all of them" \
		wait_until 60 same $POD
done
own_addresses | sed 's/^/       | /'
for CLUSTER in $SERVICE_CLUSTERS; do
	readdress "$CLUSTER" nat 10.244.3 fd00:244:0:3
done
check "as before" ready_behind cluster1 web 4 60
the_end
