# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Clusters whose pods have global addresses without octopus: cluster1's pods
# have a second one (parallel), cluster2's have no other (routed).

# pod CLUSTER NAME ADDRESS [GLOBAL]
pod()
{
	quietly "$1" -n demo apply -f - <<-END
		{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "$2"},
		"spec": {"containers": [{"name": "web", "image": "web"}]}}
	END
	[ -z "${4:-}" ] || quietly "$1" -n demo annotate pod "$2" \
		--overwrite "ovn.kubernetes.io/ip_address=$4"
	quietly "$1" -n demo patch pod "$2" --subresource status --type merge \
		-p "{\"status\": {\"podIP\": \"$3\", \"podIPs\": [{\"ip\":
			\"$3\"}]}}"
}

# own_addresses CLUSTER SLICE: those that the exporter's own slice has
own_addresses()
{
	field "$1" endpointslice "$2" \
		'[.endpoints[].addresses[0]] | sort | join(" ")'
}

everywhere()
{
	has_addresses cluster1 "$1" "$2" && has_addresses cluster2 "$1" "$2"
}

left_out()
{
	[ "$(metric "$1" 'ovn_builder_syncer_endpoints_left_out{reason="'"$2"'"}')" \
		= "$3" ]
}

it_takes_addresses_of_annotations()
{
	reconfigure cluster1 '/^pod_cidr:/d; $ a profile: parallel'
	service cluster1 web
	pod cluster1 web-1 10.244.1.5 10.113.7.5
	pod cluster1 web-2 10.244.1.6
	endpoints cluster1 web web-abc 10.244.1.5 10.244.1.6
	export_ cluster1 web
	check 'parallel: the annotated address is exported' \
		until_ 20 everywhere web 10.113.7.5
	check 'parallel: a pod without one is left out and counted' \
		until_ 20 left_out cluster1 no_global_address 1
	pod cluster1 web-2 10.244.1.6 10.113.7.6,fd70:0:113::6
	check 'parallel: until it has one, of two families' \
		until_ 20 everywhere web '10.113.7.5 10.113.7.6'
	pod cluster1 web-2 10.244.1.6 10.114.7.6
	check "parallel: another cluster's address is none" \
		until_ 20 everywhere web 10.113.7.5
}

it_case_20()
{
	reconfigure cluster2 '/^pod_cidr:/d; $ a profile: routed'
	service cluster2 hello '"clusterIP": "None", "ipFamilies": ["IPv4"],
		"ports": [{"name": "tcp", "protocol": "TCP", "port": 42}]'
	endpoints cluster2 hello hello-abc 10.114.3.9 10.114.3.8
	export_ cluster2 hello
	check '20: routed: the import is headless' until_ 20 is Headless \
		cluster1 serviceimport hello .spec.type
	check "20: routed: its addresses are the exporter's own" \
		until_ 20 everywhere hello "$(own_addresses cluster2 hello-abc)"
	endpoints cluster2 hello hello-abc 10.114.3.9 10.244.3.8
	check '20: routed: an address that is not global is left out' \
		until_ 20 everywhere hello 10.114.3.9
}
