# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The world of world.sh with a hub: an API server on the hub's machine, and
# clusters that know its URL, its CA, a token and what they are called.  What
# they learn of each other, they learn from there.

HUB_URL=https://192.0.2.1:6443
SHARE=syncer-operator # the namespace of the Peers
PEERS=/apis/octopus.io/v1alpha1/namespaces/$SHARE/peers
# The first pod is reached within this, also on a busy machine.
JOIN_SECONDS=60

### the API server ###########################################################

hub_binary()
{
	echo "${OB_BUILD_DIR:?}/bin/hub"
}

# hub_ctl ARGUMENT...: on the hub's machine.
hub_ctl()
{
	on hub "$(hub_binary)" --dir "$WORLD/hub" "$@"
}

# Once: certificates, the Peer's definition, and admin.kubeconfig.
hub_init()
{
	hub_ctl --listen 192.0.2.1:6443 --advertise 192.0.2.1 init
}

hub_start()
{
	nsenter --net=/run/netns/hub -- "$(hub_binary)" --dir "$WORLD/hub" \
		--listen 192.0.2.1:6443 --advertise 192.0.2.1 serve \
		>>"$WORLD/hub.log" 2>&1 </dev/null &
	echo $! >"$WORLD/hub.bg"
}

# hub_up: started, and it answers.
hub_up()
{
	hub_start
	look -q -t 30 /readyz
}

# hub_stop [SIGNAL]
hub_stop()
{
	[ ! -f "$WORLD/hub.bg" ] || stop_background hub "${1:-TERM}"
}

# hub_token CLUSTER [OPTION...]: into CLUSTER.token.
hub_token()
{
	(umask 077 && hub_ctl token create "$@" >"$WORLD/$1.token")
}

# kube ARGUMENT...: kubectl of somebody who may do everything, in the namespace
# of the Peers. Its cache is ours alone.
kube()
{
	kube_as "$WORLD/hub/admin.kubeconfig" "$@"
}

# kube_as KUBECONFIG ARGUMENT...
kube_as()
{
	_kubeconfig=$1
	shift
	HOME=$WORLD kubectl --kubeconfig "$_kubeconfig" --cache-dir \
		"$WORLD/kube-cache" --namespace $SHARE "$@"
}

# look [-q] [-t SECONDS] PATH [FILTER]: what tests/lab/look.c sees there. People
# use kubectl; scripts that wait for something look, because under an emulated
# kernel kubectl needs seconds to start.
look()
{
	"${OB_BUILD_DIR:?}/tests/lab/lab_look" "$WORLD/hub/admin.kubeconfig" "$@"
}

# kubeconfig_of CLUSTER: one with its token, into CLUSTER.kubeconfig.
kubeconfig_of()
{
	(umask 077 && cat >"$WORLD/$1.kubeconfig" <<-END_OF_FILE
		apiVersion: v1
		kind: Config
		current-context: hub
		contexts:
		- {name: hub, context: {cluster: hub, user: $1}}
		clusters:
		- name: hub
		  cluster:
		    server: $HUB_URL
		    certificate-authority: $WORLD/hub/ca.crt
		users:
		- {name: $1, user: {token: "$(cat "$WORLD/$1.token")"}}
	END_OF_FILE
	)
}

### clusters #################################################################

# member_config CLUSTER: its octopus.yaml, on standard output.
member_config()
{
	cat <<-END
		cluster_id: $1
		hub:
		  url: $HUB_URL
		  ca_file: $WORLD/hub/ca.crt
		  token_file: $WORLD/$1.token
		pod_cidr: [$POD_CIDR4, "$POD_CIDR6"]
		interfaces: ["veth-*"]
	END
	# One that is a Kubernetes cluster (cluster.sh) has services.
	[ ! -d "$WORLD/$1-api" ] || cat <<-END
		kubernetes: {kubeconfig: $WORLD/$1-api/admin.kubeconfig}
	END
}

# hub_config: of the hub's own gateway, which says what there is to share.
hub_config()
{
	member_config hub
	cat <<-END
		ishub: true
		isPublic: true
		endpoint: 192.0.2.1
		global_cidr: [10.112.0.0/12, "fd70::/32"]
		cluster_cidr: [10.112.0.0/16, "fd70:0:112::/48"]
		allocation: {prefix_len: 16, prefix_len6: 48}
	END
}

# peer_field CLUSTER FILTER: of jq, ".status.port"; nothing if it is not there.
peer_field()
{
	look "$PEERS/$1" "$2 // empty"
}

# peer_is CLUSTER FILTER [SECONDS]: of jq, what becomes true within that time.
peer_is()
{
	look -q -t "${3:-0}" "$PEERS/$1" "$2"
}

# condition CLUSTER TYPE: its status, reason and sentence, tab-separated.
condition()
{
	look "$PEERS/$1" ".status.conditions[]? | select(.type == \"$2\") |
		\"\(.status)\t\(.reason)\t\(.message)\""
}

# learn_prefixes CLUSTER: those it has, for global4 and global6.
learn_prefixes()
{
	_cidrs=$WORLD/$1.cidrs
	peer_field "$1" '.status.cluster_cidr[]?' >"$_cidrs"
	sed -n 's/^\([0-9]*\.[0-9]*\)\.0\.0\/16$/\1/p' "$_cidrs" \
		>"$WORLD/$1.prefix4"
	# Three groups, so that a fourth can be appended.
	sed -n 's/::\/48$//p' "$_cidrs" |
		sed 's/^[^:]*$/&:0:0/; s/^[^:]*:[^:]*$/&:0/' >"$WORLD/$1.prefix6"
	[ -s "$WORLD/$1.prefix4" ] && [ -s "$WORLD/$1.prefix6" ]
}

# condition_is TYPE STATUS: a filter for that of one object.
condition_is()
{
	echo "any(.status.conditions[]?; .type == \"$1\" and .status == \"$2\")"
}

peer_ready()
{
	peer_is "$1" "$(condition_is Ready True)" "${2:-$JOIN_SECONDS}"
}

# peers_ready: all there are.
peers_ready()
{
	look -q -t $JOIN_SECONDS "$PEERS" \
		"all(.items[]; $(condition_is Ready True))"
}

# peer_exists, peer_gone: CLUSTER [SECONDS]
peer_exists()
{
	peer_is "$1" '. != null' "${2:-0}"
}

peer_gone()
{
	peer_is "$1" '. == null' "${2:-0}"
}

# clusters_are CLUSTER...: where octopus runs from now on.
clusters_are()
{
	CLUSTERS=$*
	echo "$CLUSTERS" >"$WORLD/clusters"
}

# gateway_start CLUSTER [OPTION of "hub token create"]: gives it what it needs
# to know, and starts it.
gateway_start()
{
	hub_token "$@"
	if [ "$1" = hub ]; then
		hub_config
	else
		member_config "$1"
	fi >"$WORLD/$1.yaml"
	octopus_start "$1"
}

# joined CLUSTER: its Peer is there, ready, and its prefixes are known.
joined()
{
	peer_ready "$1" && learn_prefixes "$1"
}

# third_joins, third_leaves: cluster3, whose machines third_build has made.
third_joins()
{
	gateway_start cluster3
	clusters_are hub cluster1 cluster2 cluster3
}

# leave CLUSTER: by its own will.
leave()
{
	octopus_stop "$1"
	on "$1" "$(octopus_binary)" --config "$WORLD/$1.yaml" \
		--pin-root "$(gateway_of "$1")" --leave
}

# mentions CLUSTER OTHER: what is left of OTHER in its kernel, if anything.
mentions()
{
	mentions_prefixes "$1" "$2"
	for _map in ob_route4 ob_route6 ob_cluster; do
		bpftool map dump pinned "$(pins_of "$1")/$_map" |
			grep -F "\"$2\""
	done
}

# mentions_prefixes CLUSTER OTHER: of those in OTHER.cidrs.
mentions_prefixes()
{
	{
		ip -n "$1" route show table all
		ip -n "$1" -6 route show table all
		on "$1" wg show ob0 allowed-ips
	} | grep -F -f "$WORLD/$2.cidrs"
}

# forgets CLUSTER OTHER: no tunnel, route or map entry of OTHER is there.
forgets()
{
	[ -z "$(mentions "$1" "$2")" ]
}

forgets_prefixes()
{
	[ -z "$(mentions_prefixes "$1" "$2")" ]
}

# Another API server instead of the embedded hub: a script that defines the
# functions hub_* above in its own way.
if [ -n "${OB_HUB_SCRIPT:-}" ]; then
	# shellcheck source=/dev/null
	. "$OB_HUB_SCRIPT"
fi
