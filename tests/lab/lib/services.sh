# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Flows of services begin with this: the world with a hub, in which cluster1
# and cluster2 are Kubernetes clusters, too (demo/cluster.sh).

# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/hub.sh"
# shellcheck source=/dev/null
. "$OB_SOURCE_DIR/demo/cluster.sh"

IMPORTS=/apis/multicluster.x-k8s.io/v1alpha1/namespaces/default/serviceimports
SLICES=/apis/discovery.k8s.io/v1/namespaces/default/endpointslices
OF=multicluster.kubernetes.io/service-name

# A Service is known everywhere within this.
# shellcheck disable=SC2034 # for the flows
SYNC_SECONDS=$PATIENCE

world_start()
{
	hub_init
	hub_up
	apis_start
	gateway_start hub --gateway
	joined hub
	for _cluster in $SERVICE_CLUSTERS; do
		gateway_start "$_cluster"
		joined "$_cluster"
	done
	services_start
	for _pod in cluster1-client cluster1-shop cluster2-web cluster2-echo; do
		pod_resolver $_pod
	done
}

### names ####################################################################

# name SERVICE [ZONE]: the full name of a Service of "default".
name()
{
	case $1 in
	*.*) echo "$1.svc.${2:-clusterset.local}" ;;
	*) echo "$1.default.svc.${2:-clusterset.local}" ;;
	esac
}

# ask POD NAME [TYPE]: the pod's resolver, like an application: sorted answers.
ask()
{
	in_pod "$1" dig +short +time=2 +tries=2 "$2." "${3:-A}" 2>/dev/null |
		grep -v '^;' | sort
}

# known POD SERVICE: it has an address there.
known()
{
	[ -n "$(ask "$1" "$(name "$2")")" ]
}

unknown()
{
	! known "$@"
}

# vip CLUSTER SERVICE [4|6]: its virtual address there.
vip()
{
	look_in "$1" "$IMPORTS/$2" '.spec.ips[]?' | case ${3:-4} in
	4) grep -v : ;;
	6) grep : ;;
	esac
}

# ready_behind CLUSTER SERVICE N [SECONDS]: soon there are so many ready pods of
# all clusters, by their IPv4 addresses.
ready_behind()
{
	look_in "$1" -q -t "${4:-$SYNC_SECONDS}" "$SLICES?labelSelector=$OF=$2" \
		"[.items[] | select(.addressType == \"IPv4\") |
		.endpoints[]? | select(.conditions.ready)] | length == $3"
}

### connections ##############################################################

# whoami POD URL N [OPTION...]: N connections, the pods that have answered.
whoami()
{
	_from=$1 _url=$2 _n=$3
	shift 3
	in_pod "$_from" curl -sS --max-time 10 -H 'Connection: close' "$@" \
		"$_url/whoami?[1-$_n]"
}

# curls POD URL [OPTION...]: it answers at all.
curls()
{
	_from=$1 _url=$2
	shift 2
	in_pod "$_from" curl -sS -g --fail --max-time 5 -o /dev/null "$@" "$_url"
}

# hello POD PROTOCOL ADDRESS PORT: what the echo of the conformance tests says.
hello()
{
	case $3 in *:*) _to="[$3]" ;; *) _to=$3 ;; esac
	echo hi | in_pod "$1" socat -t "$ANSWER" - "$2:$_to:$4" 2>&1
}

# load_start POD URL: connections, one after the other, until load_stop.
load_start()
{
	background load "$1" curl -sS --fail --max-time 5 --rate 40/s \
		-H 'Connection: close' -o /dev/null \
		-w '%{stderr}%{http_code} %{time_total}\n' \
		"$2/whoami?[1-1000000]"
	wait_until 10 grep -q '^200 ' "$WORLD/load.err"
}

# load_stop: "ok=N failed=N"
load_stop()
{
	stop_background load
	echo "ok=$(grep -c '^200 ' "$WORLD/load.err")" \
		"failed=$(grep -c '^[013-9][0-9][0-9] ' "$WORLD/load.err")"
}

# load_around SENTENCE POD URL FUNCTION...: no connection fails while it runs.
load_around()
{
	_why=$1 _pod=$2 _url=$3
	shift 3
	load_start "$_pod" "$_url" || miss "$_why: the load does not start"
	sleep 1
	"$@"
	sleep 1
	_tally=$(load_stop)
	case $_tally in
	*' failed=0') pass "$_why: $_tally" ;;
	*)
		miss "$_why: $_tally"
		grep -v '^200 ' "$WORLD/load.err" | tail -n 5 |
			sed 's/^/       | /'
		;;
	esac
}

# logs_of_parts: the end of what everybody has said.
logs_of_parts()
{
	for _log in "$WORLD"/cluster?-syncer.log "$WORLD"/cluster?-crossdns.log
	do
		echo "       $(basename "$_log"):"
		tail -n 6 "$_log" | sed 's/^/       | /'
	done
}
