# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Flows in the world with a hub begin with this instead of flow.sh.

# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/flow.sh"
# shellcheck source=/dev/null
. "$OB_SOURCE_DIR/tests/lab/lib/stream.sh"
# shellcheck source=/dev/null
. "$OB_SOURCE_DIR/demo/hub.sh"

world_start()
{
	hub_init
	hub_up
	gateway_start hub --gateway
	joined hub
	for _cluster in cluster1 cluster2; do
		gateway_start $_cluster
		joined $_cluster
	done
}

# third: there is a cluster3, joined.
third()
{
	case " $CLUSTERS " in *' cluster3 '*) return 0 ;; esac
	[ -e /run/netns/cluster3 ] || third_build
	third_joins && joined cluster3
}

# third_away: there is none.
third_away()
{
	case " $CLUSTERS " in
	*' cluster3 '*) leave cluster3 && clusters_are hub cluster1 cluster2 ;;
	esac
}

# datapath CLUSTER: what the kernel does there, without what changes by itself.
datapath()
{
	ip -n "$1" -o -batch - <<-END
		link show dev ob0
		addr show dev ob0
		route show table all dev ob0
	END
	ip -n "$1" -6 route show table all dev ob0
	# Neither the private key nor times and counters.
	on "$1" wg show ob0 dump | awk 'NR == 1 { print $2, $3 }
		NR > 1 { print $1, $3, $4, $8 }' | sort
	for _map in ob_config ob_cluster ob_route4 ob_route6 ob_out4 ob_out6 \
		ob_in4 ob_in6; do
		echo "map dump pinned $(pins_of "$1")/$_map"
	done | bpftool -j batch file - | jq -c '.[] | .command[-1],
		(.output | map(.formatted | del(.value.generation?)) |
		sort[])'
	programs "$1"
}

# datapaths_note NAME: everybody's, to compare with later.
datapaths_note()
{
	for _each in $CLUSTERS; do
		datapath "$_each" >"$WORLD/$_each.$1" 2>&1
	done
}

# datapaths_are NAME [WORD]: as noted, on every cluster.
datapaths_are()
{
	for _each in $CLUSTERS; do
		[ -s "$WORLD/$_each.$1" ] || continue
		datapath "$_each" 2>&1 | diff "$WORLD/$_each.$1" - || {
			echo "$_each differs"
			return 1
		}
	done
}

# apply_peer KUBECONFIG NAME: spec in YAML on standard input.
apply_peer()
{
	{
		cat <<-END_OF_HEAD
			apiVersion: octopus.io/v1alpha1
			kind: Peer
			metadata: {name: $2}
			spec:
			  cluster_id: $2
		END_OF_HEAD
		sed 's/^/  /'
	} >"$WORLD/$2.peer.yaml"
	kube_as "$1" apply -f "$WORLD/$2.peer.yaml"
}

# judged PEER TYPE STATUS: soon the hub has looked at the latest spec, and this
# is what it says; the whole Peer is in PEER.json.
judged()
{
	look -t "$PATIENCE" "$PEERS/$1" "select(
		.metadata.generation == .status.observedGeneration and
		$(condition_is "$2" "$3"))" >"$WORLD/$1.json"
}

# For the flows.
# shellcheck disable=SC2034
ADMIN=$WORLD/hub/admin.kubeconfig

# everybody_flows: each pair of private clusters and the hub.
everybody_flows()
{
	traffic_flows && ping_once cluster2-web "$STATUS4" &&
		ping_once hub-status "$CLIENT4"
}
