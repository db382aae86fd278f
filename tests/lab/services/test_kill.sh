#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every daemon is killed and started again, under a counted stream of packets
# and a load of connections to virtual addresses: nothing is lost. The tables of
# netfilter do not notice any of it.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/services.sh"

# A Service whose only endpoint is a pod of world.sh, where the stream ends.
stream_objects()
{
	cat <<-END
		apiVersion: v1
		kind: Service
		metadata: {name: stream}
		spec:
		  ports: [{name: stream, port: 7700, targetPort: $STREAM_PORT,
		    protocol: UDP}]
		---
		apiVersion: discovery.k8s.io/v1
		kind: EndpointSlice
		metadata:
		  name: stream-manual
		  labels: {kubernetes.io/service-name: stream}
		addressType: IPv4
		endpoints: [{addresses: [$LOCAL4], conditions: {ready: true}}]
		ports: [{name: stream, port: $STREAM_PORT, protocol: UDP}]
		---
		apiVersion: multicluster.x-k8s.io/v1alpha1
		kind: ServiceExport
		metadata: {name: stream}
	END
}

stream_objects >"$WORLD/stream.yaml"
check "a Service that people have given its endpoint" \
	kube_in cluster2 apply -f "$WORLD/stream.yaml"
check "is known" wait_until "$SYNC_SECONDS" known cluster1-client stream
check "with its endpoint" ready_behind cluster1 stream 1
STREAM_ADDRESS=$(vip cluster1 stream) STREAM_TO=7700
export STREAM_ADDRESS STREAM_TO
VIP4=$(vip cluster1 web)

untouched_note()
{
	for _c in $SERVICE_CLUSTERS; do
		on "$_c" nft list ruleset >"$WORLD/$_c.nft"
	done
}

untouched()
{
	for _c in $SERVICE_CLUSTERS; do
		on "$_c" nft list ruleset | diff "$WORLD/$_c.nft" - || return 1
	done
	# Pods' packets to other clusters are nobody's to track.
	for _c in $SERVICE_CLUSTERS; do
		! on "$_c" conntrack -L 2>/dev/null |
			grep -E "dst=($VIP4|$STREAM_ADDRESS|$WEB4)[^0-9]" ||
			return 1
	done
}

kill_octopus()
{
	for _c in $CLUSTERS; do
		octopus_stop "$_c" KILL
	done
	sleep 1
	for _c in $CLUSTERS; do
		octopus_start "$_c"
	done
	everybody_ready
	sleep 2
}

kill_part()
{
	for _c in $SERVICE_CLUSTERS; do
		part_stop "$1" "$_c" KILL
	done
	sleep 1
	for _c in $SERVICE_CLUSTERS; do
		"$1_start" "$_c"
	done
	sleep 3
}

# both SENTENCE FUNCTION...: packets and connections.
both()
{
	_both=$1
	shift
	stream_around "$_both: the stream" load_around "$_both: the load" \
		cluster1-client "http://$VIP4" "$@"
}

check "there are four pods" ready_behind cluster1 web 4
untouched_note
both "kill -9 of every octopus" kill_octopus
both "kill -9 of every syncer" kill_part syncer
both "kill -9 of every crossdns" kill_part crossdns
check "names are answered again" wait_until "$PATIENCE" \
	known cluster1-client web
check "a syncer that starts writes nothing anew" ready_behind cluster1 web 4
check "the address is the one it was" [ "$(vip cluster1 web)" = "$VIP4" ]
check "netfilter has not noticed" untouched
the_end
