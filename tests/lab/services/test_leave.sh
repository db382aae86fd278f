#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Services go: unexported, with their namespace, with their cluster. Nothing of
# them stays, in the clusters or on the hub.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/services.sh"
# shellcheck source=/dev/null
. "$OB_SOURCE_DIR/tests/lab/services/objects.sh"

REF_NAMESPACE=services.clusternet.io/multi-cluster-service-LocalNamespace

# none FILTER: soon no object of the hub's namespace is like that.
none()
{
	for _kind in apis/octopus.io/v1alpha1:exportedservices \
		apis/discovery.k8s.io/v1:endpointslices \
		apis/coordination.k8s.io/v1:leases; do
		look -t "$SYNC_SECONDS" \
			"/${_kind%:*}/namespaces/$SHARE/${_kind#*:}" \
			"[.items[] | select($1) | .metadata.name] | ., . == []" ||
			return 1
	done
}

# gone SERVICE [NAMESPACE]: soon nothing is left, in any cluster or on the hub.
gone()
{
	_in_namespace=namespaces/${2:-default}
	for _c in $SERVICE_CLUSTERS; do
		look_in "$_c" -t "$SYNC_SECONDS" \
			"${IMPORTS%/namespaces*}/$_in_namespace/serviceimports/$1" \
			'. == null' || return 1
		look_in "$_c" -t "$SYNC_SECONDS" \
			"${SLICES%/namespaces*}/$_in_namespace/endpointslices?labelSelector=$OF=$1" \
			'(.items // []) == []' || return 1
	done
	none ".spec.namespace == \"${2:-default}\" and .spec.name == \"$1\" or
		(.metadata.labels | .[\"$REF_NAMESPACE\"] == \"${2:-default}\" and
			.[\"$OF\"] == \"$1\")"
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
	for _path in "$IMPORTS" "$SLICES"; do
		look_in cluster1 -t "$SYNC_SECONDS" \
			"$_path?labelSelector=multicluster.kubernetes.io/source-cluster=cluster2" \
			'.items == []' || return 1
	done
	wait_until "$PATIENCE" unknown cluster1-client web
}

### one of two clusters, then the other ######################################

VIP4=$(vip cluster1 web 4)
check "cluster2 unexports" kube_in cluster2 delete serviceexport web
check "cluster1's own two pods are left" ready_behind cluster1 web 2
check "the address stays" [ "$(vip cluster1 web 4)" = "$VIP4" ]
check "it answers" curls cluster1-client "http://$VIP4/"
now_ms
BEGIN=$NOW
check "cluster1 unexports" kube_in cluster1 delete serviceexport web
check "nothing is left" gone web
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
check "nothing is left" gone web shop

### a cluster ################################################################

kube_in cluster2 apply -f "$WORLD/web.yaml" >"$WORLD/out" 2>&1
check "cluster2 exports again" wait_until "$SYNC_SECONDS" \
	known cluster1-client web
for PART in syncer crossdns workloads; do
	part_stop $PART cluster2 KILL
done
octopus_stop cluster2 KILL
check "its Peer is deleted" kube delete peer cluster2
check "its claims are gone from the hub" none \
	'.metadata.name | test("^cluster2[.-]")'
check "cluster1 has nothing of it" cluster1_has_nothing
the_end
