# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What happens in the life of an export: everything is put back, nothing is
# written twice, nothing is left behind, and nothing happens while a server is
# away.

# Every object of all servers but Leases and Events, without what changes by
# itself.
dump()
{
	for _who in hub $CLUSTERS; do
		_kinds=$(as "$_who" api-resources --verbs=list -o name |
			grep -v '^leases\.\|^events' | paste -sd, -)
		as "$_who" get "$_kinds" -A -o json 2>/dev/null | jq -c '
			.items[] | del(.metadata.resourceVersion,
			.metadata.managedFields)'
	done
}

# versions: of every object
versions()
{
	for _who in hub $CLUSTERS; do
		as "$_who" get svcex,svcim,exsvc,endpointslices -A -o json \
			2>/dev/null | jq -r '.items[] | "\(.kind) \(
			.metadata.namespace)/\(.metadata.name) \(
			.metadata.resourceVersion)"'
	done
}

writes()
{
	curl -sf "http://$(address_of "$1"):9798/metrics" |
		awk '/^ovn_builder_syncer_(writes|deletes)_total/ { n += $2 }
		END { print n }'
}

no_more_writes()
{
	[ "$(writes cluster1) $(writes cluster2)" = "$WRITES" ] && [ \
		"$(metric cluster1 ovn_builder_syncer_queue_length)" = 0 ]
}

settled()
{
	WRITES="$(writes cluster1) $(writes cluster2)"
	sleep 0.5
	no_more_writes
}

all_there()
{
	has_addresses cluster2 web "$1" && has_addresses cluster1 web "$1"
}

slice_is_gone()
{
	not as "$1" -n "$2" get endpointslice "$3"
}

it_exports()
{
	dump >"$WORLD/before"
	service cluster1 web
	endpoints cluster1 web web-abc 10.244.1.5 10.244.1.6
	export_ cluster1 web
	check 'exported' until_ 20 all_there '10.113.1.5 10.113.1.6'
	check 'Ready' until_ 20 condition cluster1 web Ready True Exported
	check 'hub objects have owners' is 'Peer cluster1' hub \
		exsvc cluster1.demo.web '.metadata.ownerReferences[0] |
		.kind + " " + .name'
	check 'the Peer that there is' is "$(field hub peer cluster1 \
		.metadata.uid)" hub exsvc cluster1.demo.web \
		'.metadata.ownerReferences[0].uid'
	check 'and slices theirs' is "ExportedService $(field hub exsvc \
		cluster1.demo.web .metadata.uid)" hub endpointslice \
		cluster1.demo.web-abc '.metadata.ownerReferences[0] |
		.kind + " " + .uid'
}

it_one_endpoint_is_one_write_of_one_slice()
{
	until_ 20 settled
	_before=$(metric cluster1 \
		'ovn_builder_syncer_writes_total{object="hub_endpointslice"}')
	_all=$(writes cluster1)
	endpoints cluster1 web web-abc 10.244.1.5 10.244.1.7
	check 'a change arrives' until_ 20 all_there '10.113.1.5 10.113.1.7'
	until_ 20 settled
	check 'as one write to the hub' [ "$(metric cluster1 \
		'ovn_builder_syncer_writes_total{object="hub_endpointslice"}')" \
		= $((_before + 1)) ]
	check 'and one import' [ "$(writes cluster1)" = $((_all + 2)) ]
}

it_puts_back_what_others_change()
{
	quietly hub -n "$SPACE" delete endpointslice cluster1.demo.web-abc
	quietly hub -n "$SPACE" patch exsvc cluster1.demo.web --type merge -p \
		'{"spec": {"ports": []}}'
	quietly cluster2 -n demo delete endpointslice cluster1.demo.web-abc
	quietly cluster2 -n demo patch svcim web --type merge -p \
		'{"spec": {"type": "Headless"}}'
	check 'slices are back' until_ 20 all_there '10.113.1.5 10.113.1.7'
	check 'the hub has the ports again' until_ 20 is 1 hub exsvc \
		cluster1.demo.web '.spec.ports | length'
	check 'the import is as it was' until_ 20 is ClusterSetIP cluster2 \
		serviceimport web .spec.type
	quietly cluster2 -n demo label svcim web foreign=label
	until_ 20 settled
	check "others' labels stay" is label cluster2 serviceimport web \
		.metadata.labels.foreign
	quietly cluster2 -n demo label svcim web foreign-
}

it_keeps_the_address()
{
	_ip=$(field cluster2 serviceimport web '.spec.ips[0]')
	end cluster2-syncer
	syncer_start cluster2
	check 'after a restart nothing is written' until_ 20 is_idle cluster2
	check 'and the address is the same' is "$_ip" cluster2 serviceimport \
		web '.spec.ips[0]'
}

is_idle()
{
	[ "$(metric "$1" ovn_builder_syncer_imports)" -ge 1 ] &&
		[ "$(metric "$1" ovn_builder_syncer_queue_length)" = 0 ] &&
		[ "$(writes "$1")" = 0 ]
}

it_removes_orphans()
{
	end cluster2-syncer
	quietly hub -n "$SPACE" delete exsvc cluster1.demo.web
	endpoints cluster2 nothing cluster1.demo.old 10.113.9.9
	quietly cluster2 -n demo label endpointslice cluster1.demo.old \
		--overwrite kubernetes.io/service-name=derived-x \
		multicluster.kubernetes.io/service-name=old \
		multicluster.kubernetes.io/source-cluster=cluster1 \
		endpointslice.kubernetes.io/managed-by=syncer.octopus.io
	endpoints cluster2 other other-abc 10.244.9.9
	syncer_start cluster2
	check 'an import that nobody exports is removed' \
		until_ 20 slice_is_gone cluster2 demo cluster1.demo.old
	check "others' slices stay" is other-abc cluster2 endpointslice \
		other-abc .metadata.name
	check 'what is exported is back' until_ 20 all_there \
		'10.113.1.5 10.113.1.7'
	quietly cluster2 -n demo delete endpointslice other-abc
}

it_waits_for_namespaces()
{
	quietly cluster1 create namespace late
	NS=late
	quietly cluster1 -n late apply -f - <<-END
		{"apiVersion": "v1", "kind": "Service",
		"metadata": {"name": "web"}, "spec": {"clusterIP": "10.96.0.8",
		"ports": [{"port": 80}]}}
	END
	quietly cluster1 -n late apply -f - <<-END
		{"apiVersion": "multicluster.x-k8s.io/v1alpha1",
		"kind": "ServiceExport", "metadata": {"name": "web"}}
	END
	check 'imported where the namespace is' until_ 20 imported cluster1 web
	check 'and nowhere else' stays 2 not_imported cluster2 web
	quietly cluster2 create namespace late
	check 'until it appears' until_ 20 imported cluster2 web
	quietly cluster1 -n late delete serviceexport web
	check 'and gone after unexport' until_ 20 not_imported cluster2 web
	quietly cluster1 delete namespace late
	quietly cluster2 delete namespace late
	# shellcheck disable=SC2034 # of world.sh
	NS=demo
}

it_says_what_is_missing()
{
	export_ cluster1 missing
	check 'an export without a Service' until_ 20 condition cluster1 \
		missing Valid False NoService
	check 'is an Event' until_ 20 has_event cluster1 \
		NoService
	service cluster1 missing
	check 'until there is one' until_ 20 condition cluster1 missing Valid \
		True
	check 'Ready' until_ 20 condition cluster1 missing Ready True
	quietly cluster1 -n demo delete service missing
	check 'withdrawn with its Service' until_ 20 not_imported cluster2 \
		missing
	unexport cluster1 missing
}

has_event()
{
	as "$1" -n demo get events.events.k8s.io -o json |
		jq -e --arg r "$2" '.items[] | select(.reason == $r)'
}

it_survives_outages()
{
	until_ 20 settled
	versions >"$WORLD/versions"
	end hub-api KILL
	sleep 5
	serve_start hub
	check 'after an outage of the hub nothing has changed' \
		until_ 30 same_versions
	end cluster1-api KILL
	sleep 2
	serve_start cluster1
	until_ 40 leads cluster1
	check 'nor after one of the API server' until_ 30 same_versions
	endpoints cluster1 web web-abc 10.244.1.5 10.244.1.8
	check 'and changes arrive again' until_ 60 all_there \
		'10.113.1.5 10.113.1.8'
}

same_versions()
{
	versions | cmp -s - "$WORLD/versions"
}

leads()
{
	[ "$(metric "$1" ovn_builder_syncer_leader)" = 1 ]
}

it_leaves_dead_clusters_out()
{
	end cluster1-syncer KILL
	check 'endpoints of a dead cluster are left out' until_ 20 \
		has_addresses cluster2 web ''
	check 'its import stays' imported cluster2 web
	check 'but for the cluster' is 0 cluster2 serviceimport web \
		'.status.clusters // [] | length'
	syncer_start cluster1
	check 'and back when it is' until_ 40 all_there '10.113.1.5 10.113.1.8'
}

it_leaves_nothing_behind()
{
	unexport cluster1 web
	quietly cluster1 -n demo delete service web
	quietly cluster1 -n demo delete endpointslice web-abc
	check 'unexport leaves nothing' until_ 20 as_before
}

as_before()
{
	dump | cmp -s - "$WORLD/before"
}

# foreign CLUSTER NAME: an import that another implementation wrote
foreign()
{
	quietly "$1" -n demo apply -f - <<-END
		{"apiVersion": "multicluster.x-k8s.io/v1beta1",
		"kind": "ServiceImport", "metadata": {"name": "$2"},
		"spec": {"type": "ClusterSetIP", "ips": ["192.0.2.1"],
		"ports": [{"protocol": "TCP", "port": 80}]}}
	END
}

it_spares_imports_of_others()
{
	foreign cluster2 other
	_version=$(field cluster2 svcim other .metadata.resourceVersion)
	service cluster1 other
	endpoints cluster1 other other-abc 10.244.1.5
	export_ cluster1 other
	check 'an import of somebody else is an Event' until_ 20 has_event \
		cluster2 NotOurs
	check 'and counted' until_ 20 shows 1 cluster2 \
		ovn_builder_syncer_foreign_imports
	check 'it stays as it was' is "$_version" cluster2 svcim other \
		.metadata.resourceVersion
	check 'without slices' has_addresses cluster2 other ''
	check 'others import the Service' until_ 20 has_addresses cluster1 \
		other 10.113.1.5
	quietly cluster2 -n demo delete svcim other
	check 'ours takes its place' until_ 20 has_addresses cluster2 other \
		10.113.1.5
	unexport cluster1 other
	check 'and goes' until_ 20 not_imported cluster2 other
}

it_can_leave()
{
	foreign cluster1 theirs
	service cluster1 web
	endpoints cluster1 web web-abc 10.244.1.5
	export_ cluster1 web
	until_ 20 all_there 10.113.1.5
	end cluster1-syncer
	check 'leave ends well' leave cluster1
	check 'nothing is left on the hub' [ -z "$(as hub -n "$SPACE" get \
		exsvc,endpointslices -o name 2>/dev/null)" ]
	check 'nor its Lease' not as hub -n "$SPACE" get lease cluster1-syncer
	check 'nor an import here' not_imported cluster1 web
	check "but somebody else's" imported cluster1 theirs
	check 'nor there' until_ 20 not_imported cluster2 web
	check 'the export is the users' is web cluster1 serviceexport web \
		.metadata.name
}

leave()
{
	"$BUILD/bin/syncer" --config "$WORLD/$1/syncer.yaml" --leave \
		>"$WORLD/out" 2>&1
}
