# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Clusters without nodes: an embedded hub is the hub, others are the API servers
# of clusters, and every cluster has a syncer.  All on loopback, all processes
# ours.
#
#   world_start CLUSTER...     begins with the hub
#   world_stop                 ends all that was started
#   as WHO ARGUMENT...         kubectl: hub, or the name of a cluster
#   until_ SECONDS COMMAND...  until it is true
#
# Files of a cluster are in $WORLD/CLUSTER.

BUILD=${OB_BUILD_DIR:?}
SOURCE=${OB_SOURCE_DIR:?}
KUBECTL=${KUBECTL:-kubectl}
SPACE=syncer-operator
WORLD=
PIDS=

# Every world has addresses of its own, so none is in another's way.
address_of()
{
	case $1 in
	hub) _last=1 ;;
	*) _last=$((${1#cluster} + 1)) ;;
	esac
	echo "127.$((128 + $$ / 65536 % 64)).$(($$ / 256 % 256)).$(($$ % 25 * 10 + _last))"
}

as()
{
	_who=$1
	shift
	"$KUBECTL" --kubeconfig "$WORLD/$_who/admin" --cache-dir \
		"$WORLD/cache-$_who" "$@"
}

# quietly WHO ARGUMENT...: what it says is shown when it fails
quietly()
{
	as "$@" >"$WORLD/out" 2>&1 || {
		cat "$WORLD/out" >&2
		return 1
	}
}

until_()
{
	_tries=$(($1 * 10))
	shift
	while ! "$@" >/dev/null 2>&1; do
		_tries=$((_tries - 1))
		[ "$_tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

# stays SECONDS COMMAND...: it is true all the time
stays()
{
	_tries=$(($1 * 5))
	shift
	while [ "$_tries" -gt 0 ]; do
		"$@" >/dev/null 2>&1 || return 1
		_tries=$((_tries - 1))
		sleep 0.2
	done
}

# pid_of NAME, ended NAME: processes by name
pid_of()
{
	cat "$WORLD/$1.pid"
}

# run_as NAME COMMAND...: in the background
run_as()
{
	_name=$1
	shift
	"$@" >>"$WORLD/$_name.log" 2>&1 &
	echo $! >"$WORLD/$_name.pid"
	PIDS="$PIDS $!"
}

# end NAME [SIGNAL]
end()
{
	_pid=$(pid_of "$1")
	kill "-${2:-TERM}" "$_pid" 2>/dev/null || :
	wait "$_pid" 2>/dev/null
	_code=$?
	rm -f "$WORLD/$1.pid"
	return $_code
}

serve_start()
{
	run_as "$1-api" "$BUILD/bin/hub" --dir "$WORLD/$1/state" --listen \
		"$(address_of "$1"):6443" --advertise "$(address_of "$1")" \
		serve
	until_ 30 as "$1" get --raw /readyz
}

api_start()
{
	mkdir -p "$WORLD/$1"
	"$BUILD/bin/hub" --dir "$WORLD/$1/state" --listen \
		"$(address_of "$1"):6443" --advertise "$(address_of "$1")" \
		init >"$WORLD/$1-api.log" 2>&1
	"$BUILD/bin/hub" --dir "$WORLD/$1/state" kubeconfig \
		>"$WORLD/$1/admin"
	serve_start "$1"
}

# peer CLUSTER NUMBER: what octopus would write
peer()
{
	cat <<-END | quietly hub -n "$SPACE" apply -f -
		apiVersion: octopus.io/v1alpha1
		kind: Peer
		metadata: {name: $1}
		spec: {cluster_id: $1}
	END
	quietly hub -n "$SPACE" patch peer "$1" --subresource status --type \
		merge -p "{\"status\": {\"role\": \"private\",
			\"cluster_cidr\": [\"10.$((112 + $2)).0.0/16\",
				\"fd70:0:$((112 + $2))::/48\"],
			\"conditions\": [{\"type\": \"Accepted\",
				\"status\": \"True\", \"reason\": \"Accepted\",
				\"message\": \"\", \"lastTransitionTime\":
				\"2026-11-30T12:00:00Z\"}]}}"
}

config_of()
{
	cat <<-END
		cluster_id: $1
		hub: {kubeconfig: $WORLD/$1/hub-kubeconfig}
		kubernetes: {kubeconfig: $WORLD/$1/admin}
		pod_cidr: [10.244.0.0/16, "fd00:244::/48"]
		heartbeat: 1
		expiry: 3
		metrics: $(address_of "$1"):9798
	END
}

syncer_start()
{
	POD_NAME=$1 run_as "$1-syncer" "$BUILD/bin/syncer" --config \
		"$WORLD/$1/syncer.yaml"
}

# reconfigure CLUSTER SED-SCRIPT: with another configuration from now on
reconfigure()
{
	end "$1-syncer"
	sed -i "$2" "$WORLD/$1/syncer.yaml"
	syncer_start "$1"
}

# metric CLUSTER NAME
metric()
{
	curl -sf "http://$(address_of "$1"):9798/metrics" |
		awk -v "name=$2" '$1 == name { print $2 }'
}

# shows VALUE CLUSTER METRIC
shows()
{
	[ "$(metric "$2" "$3")" = "$1" ]
}

cluster_start()
{
	_n=${1#cluster}
	api_start "$1"
	quietly "$1" apply -f "$SOURCE/charts/octopus-agent/crds"
	quietly "$1" create namespace octopus-system
	quietly "$1" create namespace demo
	peer "$1" "$_n"
	"$BUILD/bin/hub" --dir "$WORLD/hub/state" kubeconfig "$1" \
		>"$WORLD/$1/hub-kubeconfig"
	config_of "$1" >"$WORLD/$1/syncer.yaml"
	until_ 10 as "$1" get serviceexports -A
	syncer_start "$1"
}

world_start()
{
	WORLD=$(mktemp -d "${TMPDIR:-/tmp}/ob-mcs.XXXXXX")
	api_start hub
	for _cluster; do
		cluster_start "$_cluster"
	done
}

# What the sanitizers have to say comes at the end, and fails the test.
world_stop()
{
	_bad=0
	for _file in "$WORLD"/*-syncer.pid "$WORLD"/*-api.pid; do
		[ -e "$_file" ] || continue
		_base=$(basename "$_file" .pid)
		end "$_base" || {
			_bad=1
			tail -n 40 "$WORLD/$_base.log" | sed "s/^/$_base: /"
		}
	done
	[ -n "$WORLD" ] && rm -rf "$WORLD"
	return $_bad
}

# Objects.

# service CLUSTER NAME [JSON-OF-SPEC]
service()
{
	_spec=${3:-}
	[ -n "$_spec" ] || _spec='"type": "ClusterIP", "clusterIP": "10.96.0.9",
		"ipFamilies": ["IPv4"], "sessionAffinity": "None",
		"internalTrafficPolicy": "Cluster", "ports": [{"name": "tcp",
		"protocol": "TCP", "port": 42, "targetPort": 42}]'
	quietly "$1" -n demo apply -f - <<-END
		{"apiVersion": "v1", "kind": "Service",
		"metadata": {"name": "$2", "labels": {"own": "label"}},
		"spec": {$_spec}}
	END
}

# endpoints CLUSTER SERVICE SLICE ADDRESS...
endpoints()
{
	_cluster=$1 _service=$2 _slice=$3 _list=
	shift 3
	for _address; do
		_list="$_list${_list:+, }{\"addresses\": [\"$_address\"],
			\"conditions\": {\"ready\": true}}"
	done
	quietly "$_cluster" -n demo apply -f - <<-END
		{"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
		"metadata": {"name": "$_slice", "labels": {
		"kubernetes.io/service-name": "$_service",
		"endpointslice.kubernetes.io/managed-by":
			"endpointslice-controller.k8s.io"}},
		"addressType": "IPv4", "endpoints": [$_list],
		"ports": [{"name": "tcp", "protocol": "TCP", "port": 42}]}
	END
}

# export_ CLUSTER NAME [JSON-OF-SPEC]
export_()
{
	quietly "$1" -n demo apply -f - <<-END
		{"apiVersion": "multicluster.x-k8s.io/v1beta1",
		"kind": "ServiceExport", "metadata": {"name": "$2"},
		"spec": {${3:-}}}
	END
}

unexport()
{
	quietly "$1" -n demo delete serviceexport "$2"
}

# The questions of the tests: true or false.

# space_of WHO: the namespace of what is asked about
space_of()
{
	case $1 in
	hub) echo "$SPACE" ;;
	*) echo "${NS:-demo}" ;;
	esac
}

# field WHO KIND NAME JQ: of an object
field()
{
	as "$1" -n "$(space_of "$1")" get "$2" "$3" -o json 2>/dev/null |
		jq -r "$4"
}

# is VALUE WHO KIND NAME JQ
is()
{
	_want=$1
	shift
	[ "$(field "$@")" = "$_want" ]
}

imported()
{
	[ -n "$(field "$1" serviceimport "$2" .metadata.name)" ]
}

not_imported()
{
	! imported "$@"
}

# condition CLUSTER EXPORT TYPE STATUS [REASON]
condition()
{
	is "$4${5:+ $5}" "$1" serviceexport "$2" ".status.conditions[] |
		select(.type == \"$3\") | .status${5:+ + \" \" + .reason}"
}

# addresses CLUSTER SERVICE: of its MCS slices, sorted
addresses()
{
	as "$1" -n demo get endpointslices -o json -l \
		"multicluster.kubernetes.io/service-name=$2" |
		jq -r '[.items[].endpoints[]?.addresses[0]] | sort | join(" ")'
}

has_addresses()
{
	[ "$(addresses "$1" "$2")" = "$3" ]
}
