# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What makes Kubernetes clusters of cluster1 and cluster2 in the world of
# world.sh and hub.sh: an API server each (the embedded hub in another role),
# the stand-in for controllers and kubelet (lab/workloads), a resolver of the
# distribution that knows whom to ask for the names of all clusters, as the
# documents have CoreDNS configured, and our syncer and crossdns.
#
#   127.0.0.1:6443   the API server
#   10.96.0.10       the resolver of the pods
#   10.96.0.11       crossdns
#
# All of it in the cluster's own network namespace, where octopus is, too.

SERVICE_CLUSTERS="cluster1 cluster2"
CLUSTER_DNS=10.96.0.10 CROSSDNS=10.96.0.11
ZONES="hyperos.local clusterset.local"
# For look_in.
# shellcheck disable=SC2034
PODS=/api/v1/namespaces/default/pods

bin_of()
{
	echo "${OB_BUILD_DIR:?}/bin/$1"
}

# part_start PART CLUSTER COMMAND...: in the background, with a log of its own;
# CLUSTER-PART.bg has its number.
part_start()
{
	_part=$2-$1 _ns=$2
	shift 2
	nsenter --net="/run/netns/$_ns" -- "$@" \
		>>"$WORLD/$_part.log" 2>&1 </dev/null &
	echo $! >"$WORLD/$_part.bg"
}

# part_stop PART CLUSTER [SIGNAL]
part_stop()
{
	[ ! -f "$WORLD/$2-$1.bg" ] || stop_background "$2-$1" "${3:-TERM}"
}

### the API server ###########################################################

cluster_kubeconfig()
{
	echo "$WORLD/$1-api/admin.kubeconfig"
}

# kube_in CLUSTER ARGUMENT...: kubectl of its administrator, in "default".
kube_in()
{
	_in=$1
	shift
	HOME=$WORLD on "$_in" kubectl --kubeconfig "$(cluster_kubeconfig "$_in")" \
		--cache-dir "$WORLD/kube-cache/$_in" --namespace default "$@"
}

# look_in CLUSTER ARGUMENT...: see look (hub.sh).
look_in()
{
	_in=$1
	shift
	on "$_in" "${OB_BUILD_DIR:?}/tests/lab/lab_look" \
		"$(cluster_kubeconfig "$_in")" "$@"
}

api_start()
{
	part_start api "$1" "$(bin_of hub)" --dir "$WORLD/$1-api" \
		--listen 127.0.0.1:6443 --advertise 127.0.0.1 serve
}

api_ready()
{
	on "$1" curl -sfk --max-time 2 https://127.0.0.1:6443/readyz
}

# What "helm install octopus-agent" would bring, but for the Pods.
api_fill()
{
	cat >"$WORLD/$1.agent.yaml" <<-END
		apiVersion: v1
		kind: Namespace
		metadata: {name: octopus-system}
	END
	kube_in "$1" apply -f "$OB_SOURCE_DIR/charts/octopus-agent/crds" \
		-f "$WORLD/$1.agent.yaml"
	look_in "$1" -q -t 30 \
		/apis/apiextensions.k8s.io/v1/customresourcedefinitions \
		"all(.items[]; $(condition_is Established True))"
}

### its pods #################################################################

# The pod network's prefix is the same in every cluster.
workloads_start()
{
	[ ! -d "$WORLD/www" ] || set -- "$1" --www "$WORLD/www"
	part_start workloads "$1" python3 -B "$OB_SOURCE_DIR/lab/workloads" \
		--kubeconfig "$(cluster_kubeconfig "$1")" \
		--dir "$WORLD/$1-pods" --dns $CLUSTER_DNS \
		--pods4 "${PODS4:-10.244.3}" \
		--pods6 "${PODS6:-fd00:244:0:3}" --cluster "$@"
}

# in_pod POD COMMAND...: with the pod's own /etc/resolv.conf.
in_pod()
{
	ip netns exec "$@"
}

# pod_resolver POD: for those that world.sh made.
pod_resolver()
{
	mkdir -p "/etc/netns/$1"
	cat >"/etc/netns/$1/resolv.conf" <<-END
		search default.svc.cluster.local svc.cluster.local cluster.local
		nameserver $CLUSTER_DNS
		options ndots:5
	END
}

### names ####################################################################

# resolver_start CLUSTER: cluster.local is its own; what the documents have in
# the configuration of CoreDNS is the two servers.
resolver_start()
{
	mkdir -p "$WORLD/$1-pods/hosts"
	set -- "$1" dnsmasq --keep-in-foreground --conf-file=/dev/null \
		--no-resolv --no-hosts --hostsdir="$WORLD/$1-pods/hosts" \
		--local=/cluster.local/ --listen-address=$CLUSTER_DNS \
		--bind-interfaces --user=root --pid-file= --cache-size=0 \
		--no-negcache
	for _zone in $ZONES; do
		set -- "$@" --server="/$_zone/$CROSSDNS"
	done
	part_start resolver "$@"
}

crossdns_start()
{
	cat >"$WORLD/$1.crossdns.yaml" <<-END
		cluster_id: $1
		kubernetes: {kubeconfig: $(cluster_kubeconfig "$1")}
		listen: ["$CROSSDNS:53"]
	END
	part_start crossdns "$1" "$(bin_of crossdns)" \
		--config "$WORLD/$1.crossdns.yaml"
}

syncer_start()
{
	cat >"$WORLD/$1.syncer.yaml" <<-END
		cluster_id: $1
		hub:
		  url: $HUB_URL
		  ca_file: $WORLD/hub/ca.crt
		  token_file: $WORLD/$1.token
		kubernetes: {kubeconfig: $(cluster_kubeconfig "$1")}
		profile: ${PROFILE:-nat}
	END
	[ "${PROFILE:-nat}" != nat ] || cat >>"$WORLD/$1.syncer.yaml" <<-END
		pod_cidr: [$POD_CIDR4, "$POD_CIDR6"]
	END
	part_start syncer "$1" "$(bin_of syncer)" \
		--config "$WORLD/$1.syncer.yaml"
}

### all of it ################################################################

# apis_start: of all clusters at once, because kubectl takes its time.
apis_start()
{
	for _c in $SERVICE_CLUSTERS; do
		ip -n "$_c" addr add $CLUSTER_DNS/32 dev lo
		ip -n "$_c" addr add $CROSSDNS/32 dev lo
		api_start "$_c"
	done
	for _c in $SERVICE_CLUSTERS; do
		wait_until 60 api_ready "$_c" || return 1
		api_fill "$_c" &
		echo $! >"$WORLD/$_c.fill"
	done
	for _c in $SERVICE_CLUSTERS; do
		wait "$(cat "$WORLD/$_c.fill")" || return 1
	done
}

# services_start: what is in the clusters, and what joins their services, which
# needs the tokens of clusters that have joined.
services_start()
{
	for _c in $SERVICE_CLUSTERS; do
		workloads_start "$_c"
		resolver_start "$_c"
		crossdns_start "$_c"
		syncer_start "$_c"
	done
}

services_stop()
{
	for _c in $SERVICE_CLUSTERS; do
		for _p in syncer crossdns resolver workloads api; do
			part_stop $_p "$_c"
		done
	done
	rm -rf /etc/netns/cluster[1-9]*
}

# objects_of CLUSTER, objects_of_hub: all there is of services, to compare.
objects_of()
{
	kube_in "$1" get deployments,pods,services,endpointslices,serviceexports,serviceimports \
		--all-namespaces -o name
}

objects_of_hub()
{
	kube get exportedservices,endpointslices -o name
}
