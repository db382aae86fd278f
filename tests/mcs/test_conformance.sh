# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The cases of the MCS API's conformance suite that are about objects, by their
# numbers, with its patience: 20 s, and 5 s for what must not happen.

TCP='{"name": "tcp", "protocol": "TCP", "port": 42, "targetPort": 42}'
UDP='{"name": "udp", "protocol": "UDP", "port": 42, "targetPort": 42}'
SPEC='"type": "ClusterIP", "clusterIP": "10.96.0.9", "ipFamilies": ["IPv4"],
	"sessionAffinity": "ClientIP", "sessionAffinityConfig":
	{"clientIP": {"timeoutSeconds": 10}}, "internalTrafficPolicy":
	"Cluster", "trafficDistribution": "PreferClose", "ports"'

everywhere()
{
	imported cluster1 hello && imported cluster2 hello
}

nowhere()
{
	not_imported cluster1 hello && not_imported cluster2 hello
}

gone()
{
	unexport cluster1 hello
	as cluster2 -n demo get serviceexport hello >/dev/null 2>&1 &&
		unexport cluster2 hello
	until_ 20 nowhere
}

# Both export; the second one at least a second later, as times have no more.
both()
{
	service cluster1 hello "$SPEC: [$TCP, $UDP]"
	export_ cluster1 hello "${2:-}"
	until_ 20 everywhere
	sleep 1.1
	service cluster2 hello "$1"
	export_ cluster2 hello "${3:-}"
}

conflict_on_both()
{
	condition cluster1 hello Conflict True && condition cluster2 hello \
		Conflict True
}

ports()
{
	field cluster2 serviceimport hello '[.spec.ports[] |
		"\(.name)/\(.protocol)/\(.port)"] | sort | join(" ")'
}

it_case_01()
{
	both "$SPEC: [$TCP, $UDP]"
	check '1: the import stays when a second cluster exports' \
		stays 3 imported cluster1 hello
	unexport cluster1 hello
	check '1: it stays when the first one unexports' \
		stays 5 imported cluster1 hello
	unexport cluster2 hello
	check '1: it is gone when all have' until_ 20 nowhere
}

it_case_02_and_03()
{
	both "$SPEC: [$TCP, $UDP]" '"exportedLabels": {"a": "1"}' \
		'"exportedLabels": {"b": "2"}'
	check '3: labels that differ are a conflict on both' \
		until_ 20 conflict_on_both
	check '2: the import has the labels exported, and no others' \
		is '{"a":"1"}' cluster1 serviceimport hello \
		'.metadata.labels | tostring'
	check '3: and so it has elsewhere' is '{"a":"1"}' cluster2 \
		serviceimport hello '.metadata.labels | tostring'
	gone
}

it_case_04_to_09()
{
	service cluster1 hello "$SPEC: [$TCP, $UDP]"
	export_ cluster1 hello
	check '4: Valid' until_ 20 condition cluster1 hello Valid True
	check '4: imported by every cluster' until_ 20 everywhere
	check '4: as ClusterSetIP' is ClusterSetIP cluster2 serviceimport \
		hello .spec.type
	check '5: session affinity' is 'ClientIP 10' cluster2 serviceimport \
		hello '"\(.spec.sessionAffinity) \(
		.spec.sessionAffinityConfig.clientIP.timeoutSeconds)"'
	check '6: internal traffic policy' is Cluster cluster2 serviceimport \
		hello .spec.internalTrafficPolicy
	check '7: traffic distribution' is PreferClose cluster2 \
		serviceimport hello .spec.trafficDistribution
	check '8: an address of each family' is '1 IPv4' cluster2 \
		serviceimport hello \
		'"\(.spec.ips | length) \(.spec.ipFamilies | join(","))"'
	check '9: the ports of the Service' [ "$(ports)" = \
		'tcp/TCP/42 udp/UDP/42' ]
	check 'the export becomes Ready' until_ 20 condition cluster1 hello \
		Ready True Exported
	check '4: gone everywhere after unexport' gone
}

it_case_10()
{
	both "$SPEC: [$TCP, {\"name\": \"stcp\", \"protocol\": \"SCTP\",
		\"port\": 142}]"
	check '10: ports that differ are a conflict on both' \
		until_ 20 conflict_on_both
	check '10: the import has the union' [ "$(ports)" = \
		'stcp/SCTP/142 tcp/TCP/42 udp/UDP/42' ]
	gone
	check '10: without the conflict, later' until_ 20 nowhere
}

it_case_11()
{
	both "$SPEC: [{\"name\": \"tcp\", \"protocol\": \"TCP\", \"port\": 43}]"
	check '11: one name with two numbers is a conflict on both' \
		until_ 20 conflict_on_both
	check '11: the import has the older ports' [ "$(ports)" = \
		'tcp/TCP/42 udp/UDP/42' ]
	gone
}

it_case_12_and_13()
{
	service cluster1 headless "\"clusterIP\": \"None\", \"ipFamilies\":
		[\"IPv4\"], \"ports\": [$TCP]"
	endpoints cluster1 headless headless-abc 10.244.1.5
	export_ cluster1 headless
	check '12: headless everywhere' until_ 20 is Headless cluster2 \
		serviceimport headless .spec.type
	check '13: without addresses' stays 5 is 0 cluster2 serviceimport \
		headless '.spec.ips // [] | length'
	check '22: with hostnames from the own addresses of pods' \
		until_ 20 is 10-244-1-5 cluster2 endpointslice \
		cluster1.demo.headless-abc '.endpoints[0].hostname'
	unexport cluster1 headless
	check '12: gone after unexport' until_ 20 not_imported cluster2 headless
}

it_case_14()
{
	service cluster1 outside \
		'"type": "ExternalName", "externalName": "x.example"'
	export_ cluster1 outside
	check '14: an ExternalName is not valid' until_ 20 condition cluster1 \
		outside Valid False InvalidServiceType
	check '14: and never imported' stays 5 not_imported cluster2 outside
	unexport cluster1 outside
}

it_case_15()
{
	both "\"clusterIP\": \"None\", \"ipFamilies\": [\"IPv4\"], \"ports\":
		[$TCP, $UDP]"
	check '15: types that differ are a conflict on both' \
		until_ 20 conflict_on_both
	check '15: the import has the older type' is ClusterSetIP cluster2 \
		serviceimport hello .spec.type
	check '15: here, too' is ClusterSetIP cluster1 serviceimport hello \
		.spec.type
	gone
}

it_case_16()
{
	service cluster1 hello "$SPEC: [$TCP]"
	endpoints cluster1 hello hello-abc 10.244.1.5 10.244.1.6
	export_ cluster1 hello
	check '16: slices in every cluster' until_ 20 has_addresses cluster2 \
		hello '10.113.1.5 10.113.1.6'
	check '16: in the exporting one, too' until_ 20 has_addresses \
		cluster1 hello '10.113.1.5 10.113.1.6'
	check '16: they name their source' is cluster1 cluster2 endpointslice \
		cluster1.demo.hello-abc '.metadata.labels[
		"multicluster.kubernetes.io/source-cluster"]'
	check '16: and who manages them' is syncer.octopus.io cluster2 \
		endpointslice cluster1.demo.hello-abc '.metadata.labels[
		"endpointslice.kubernetes.io/managed-by"]'
	unexport cluster1 hello
	check '16: gone after unexport' until_ 20 has_addresses cluster2 \
		hello ''
	check '16: the own slice of the Service stays' is hello-abc cluster1 \
		endpointslice hello-abc .metadata.name
}
