#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Services go: unexported, with their namespace, with their cluster. Nothing of
# them stays, in the clusters or on the hub.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/services.sh"
# shellcheck source=/dev/null
. "$OB_SOURCE_DIR/tests/lab/services/objects.sh"

# left CLUSTER SERVICE NAMESPACE: what there is of an import, and on the hub.
left()
{
	kube_in "$1" -n "$3" get serviceimports,endpointslices -o json |
		jq -r --arg name "$2" '.items[] | select(
			(.kind == "ServiceImport" and .metadata.name == $name)
			or .metadata.labels[
			"multicluster.kubernetes.io/service-name"] == $name) |
			"\(.kind) \(.metadata.name)"'
	kube get exportedservices,endpointslices -o name |
		grep -F ".$3.$2" || :
}

# gone SERVICE [NAMESPACE]: nothing is left, and no cluster's kernel has it.
gone()
{
	for _c in $SERVICE_CLUSTERS; do
		[ -z "$(left "$_c" "$1" "${2:-default}")" ] || return 1
	done
}

# no_route VIP: neither a route nor an entry of a map of cluster1 has it.
no_route()
{
	! ip -n cluster1 route show table all | grep -F "$1" &&
		! bpftool map dump pinned "$(pins_of cluster1)/ob_service" |
		grep -F "$1"
}

cluster1_has_nothing()
{
	[ -z "$(kube_in cluster1 get serviceimport,endpointslices \
		-l multicluster.kubernetes.io/source-cluster=cluster2 -o name)" ] &&
		unknown cluster1-client web
}

### one of two clusters, then the other ######################################

VIP4=$(vip cluster1 web 4)
check "cluster2 unexports" kube_in cluster2 delete serviceexport web
check "cluster1's own two pods are left" wait_until "$SYNC_SECONDS" \
	ready_behind cluster1 web 2
check "the address stays" [ "$(vip cluster1 web 4)" = "$VIP4" ]
check "it answers" curls cluster1-client "http://$VIP4/"
now_ms
BEGIN=$NOW
check "cluster1 unexports" kube_in cluster1 delete serviceexport web
check "nothing is left" wait_until "$SYNC_SECONDS" gone web
now_ms
note "$((NOW - BEGIN)) ms"
check "it has no name" wait_until "$PATIENCE" unknown cluster1-client web
check "and no place in the kernel" wait_until "$PATIENCE" no_route "$VIP4"

### a namespace ##############################################################

for CLUSTER in $SERVICE_CLUSTERS; do
	kube_in "$CLUSTER" create namespace shop >"$WORLD/out" 2>&1
done
shop()
{
	service web '{port: 80, targetPort: web}'
	export_of web
	nginx web 1
}

shop >"$WORLD/shop.yaml"
kube_in cluster2 -n shop apply -f "$WORLD/shop.yaml" >"$WORLD/out" 2>&1
check "a Service of the namespace shop" wait_until "$SYNC_SECONDS" \
	known cluster1-client web.shop
check "kubectl delete namespace" kube_in cluster2 delete namespace shop \
	--timeout=60s
check "nothing is left" wait_until "$SYNC_SECONDS" gone web shop

### a cluster ################################################################

kube_in cluster2 apply -f "$WORLD/web.yaml" >"$WORLD/out" 2>&1
check "cluster2 exports again" wait_until "$SYNC_SECONDS" \
	known cluster1-client web
for PART in syncer crossdns workloads; do
	part_stop $PART cluster2 KILL
done
octopus_stop cluster2 KILL
check "its Peer is deleted" kube delete peer cluster2
check "its claims are gone from the hub" wait_until "$SYNC_SECONDS" sh -c "
	! HOME=$WORLD kubectl --kubeconfig $ADMIN --namespace $SHARE \
		get exportedservices,endpointslices,leases -o name |
		grep -F /cluster2"
check "cluster1 has nothing of it" wait_until "$SYNC_SECONDS" \
	cluster1_has_nothing
the_end
