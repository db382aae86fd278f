# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A member that lies: cluster2 is without a syncer, and what it writes to the
# hub is written here.  Its rights are not tested (tests/hub/member): the hub's
# administrator writes for it, as if they had failed.

# slice NAME CLUSTER NAMESPACE SERVICE ADDRESS...: on the hub
lie()
{
	_name=$1 _cluster=$2 _namespace=$3 _service=$4 _list=
	shift 4
	for _address; do
		_list="$_list${_list:+, }{\"addresses\": [\"$_address\"]}"
	done
	quietly hub -n "$SPACE" apply -f - <<-END
		{"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
		"metadata": {"name": "$_name", "labels": {
		"multicluster.kubernetes.io/service-name": "$_service",
		"multicluster.kubernetes.io/source-cluster": "$_cluster",
		"services.clusternet.io/multi-cluster-service-name": "$_service",
		"services.clusternet.io/multi-cluster-service-LocalNamespace":
			"$_namespace",
		"services.clusternet.io/multi-cluster-cluster-ID": "$_cluster"},
		"annotations": {"services.octopus.io/ports": "tcp:TCP/42"}},
		"addressType": "IPv4", "endpoints": [$_list],
		"ports": [{"name": "tcp", "protocol": "TCP", "port": 42}]}
	END
}

# claim NAME CLUSTER NAMESPACE SERVICE
claim()
{
	quietly hub -n "$SPACE" apply -f - <<-END
		{"apiVersion": "octopus.io/v1alpha1", "kind": "ExportedService",
		"metadata": {"name": "$1"}, "spec": {"clusterID": "$2",
		"namespace": "$3", "name": "$4", "type": "ClusterSetIP",
		"exportedAt": "2020-01-01T00:00:00Z", "ipFamilies": ["IPv4"],
		"ports": [{"name": "tcp", "protocol": "TCP", "port": 42}]}}
	END
}

it_sets_the_stage()
{
	end cluster2-syncer
	# Nobody renews its Lease, and it must not die of that.
	reconfigure cluster1 's/^expiry: .*/expiry: 3600/'
	service cluster1 web
	endpoints cluster1 web web-abc 10.244.1.5
	export_ cluster1 web
	check 'an honest export' until_ 20 has_addresses cluster1 web 10.113.1.5
}

it_ignores_claims_in_the_name_of_others()
{
	claim cluster2.demo.fake cluster1 demo fake
	claim cluster2.demo.other cluster2 demo fake
	claim nonsense cluster2 demo fake
	check 'claims that are not of their name' stays 3 not_imported \
		cluster1 fake
}

it_ignores_slices_in_the_name_of_others()
{
	lie cluster2.demo.web-1 cluster1 demo web 10.113.6.6
	lie cluster2.demo.web-2 cluster2 other web 10.114.6.6
	lie cluster2.demo.web-3 cluster2 demo web 10.114.6.6
	check 'slices that are not of their name, or of no claim' stays 3 \
		has_addresses cluster1 web 10.113.1.5
}

# It says that it exported in 2020, and differs in what the oldest decides.
it_is_no_older_than_its_cluster()
{
	quietly hub -n "$SPACE" delete peer cluster2
	peer cluster2 2
	claim cluster2.demo.web cluster2 demo web
	check 'a claim from before its cluster joined does not win' until_ 20 \
		loses cluster2 web
}

# loses CLUSTER SERVICE: against cluster1
loses()
{
	field cluster1 serviceexport "$2" '.status.conditions[] |
		select(.type == "Conflict") | .message' |
		grep -q "^not as exported by cluster1, .* of $1"
}

it_ignores_addresses_of_others()
{
	lie cluster2.demo.web-4 cluster2 demo web 10.113.1.9 10.114.1.9 \
		192.0.2.1 127.0.0.1
	check 'only its own addresses count' until_ 20 has_addresses \
		cluster1 web '10.113.1.5 10.114.1.9 10.114.6.6'
	check 'the others are counted' until_ 20 shows 3 cluster1 \
		'ovn_builder_syncer_endpoints_left_out{reason="foreign_address"}'
}

it_takes_ten_thousand_endpoints()
{
	for _i in 0 1 2 3 4 5 6 7 8 9; do
		lie "cluster2.demo.many-$_i" cluster2 demo web \
			$(seq -f "10.114.1$_i.%g" 0 255) \
			$(seq -f "10.114.2$_i.%g" 0 255) \
			$(seq -f "10.114.3$_i.%g" 0 255) \
			$(seq -f "10.114.4$_i.%g" 0 231)
	done
	check 'many endpoints are imported' until_ 60 counts_imported 10003
	_kb=$(awk '/^VmRSS/ { print $2 }' "/proc/$(pid_of cluster1-syncer)/status")
	echo "     $_kb KiB resident"
	check 'and all is well' condition cluster1 web Ready True
}

# lies FIRST LAST: slices of 1000 endpoints each
lies()
{
	as hub -n "$SPACE" get endpointslice cluster2.demo.many-0 -o json |
		jq -c --argjson first "$1" --argjson last "$2" '
		{apiVersion: "v1", kind: "List", items: [range($first; $last + 1)
		as $i | {apiVersion, kind, addressType, ports, endpoints,
		metadata: {labels: .metadata.labels, name:
		"cluster2.demo.many-\($i)", annotations: (.metadata.annotations
		| del(."kubectl.kubernetes.io/last-applied-configuration"))}}
		]}' |
		quietly hub -n "$SPACE" create --validate=false -f -
}

# over_limit SLICES ENDPOINTS: not imported; imported
over_limit()
{
	shows "$1" cluster1 \
		'ovn_builder_syncer_over_limit{object="endpointslice"}' &&
		counts_imported "$2"
}

it_takes_so_much_of_a_cluster()
{
	reconfigure cluster1 '$a limits: {endpoints: 32768}'
	check 'with a limit it begins anew' until_ 60 counts_imported 10003
	lies 10 32
	check 'more than 32768 endpoints are not imported' until_ 60 \
		over_limit 1 32003
	check 'it is said whose they are' grep -q \
		'cluster=cluster2 kind=EndpointSlice there=35 taken=34' \
		"$WORLD/cluster1-syncer.log"
	check 'the honest export is as it was' condition cluster1 web Ready \
		True Exported
	quietly hub -n "$SPACE" delete endpointslice cluster2.demo.many-0
	check 'what is next in age counts when there is room' until_ 60 \
		over_limit 0 32003
	quietly hub -n "$SPACE" delete endpointslice $(seq -f \
		cluster2.demo.many-%g 10 32)
	check 'and all is as before' until_ 60 over_limit 0 9003
}

counts_imported()
{
	[ "$(metric cluster1 \
		'ovn_builder_syncer_endpoints{direction="import"}')" = "$1" ]
}

it_survives_garbage()
{
	for _what in '{"metadata": {"labels": null}}' \
		'{"metadata": {"annotations": {"services.octopus.io/ports":
		"x:TCP/99999"}}}' '{"ports": [{"port": 0}]}' \
		'{"endpoints": null}'; do
		quietly hub -n "$SPACE" patch endpointslice cluster2.demo.web-4 \
			--type merge -p "$_what"
	done
	check 'a slice that makes no sense is none' until_ 20 \
		counts_imported 9002
	quietly hub -n "$SPACE" delete exsvc cluster2.demo.web
	check 'and all of it goes with the claim' until_ 60 has_addresses \
		cluster1 web 10.113.1.5
	check 'the honest export is as it was' condition cluster1 web Conflict \
		False NoConflicts
}
