# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Two syncers of one cluster: one holds the Lease and writes.

# shellcheck disable=SC2034 # for run
CLUSTERS=cluster1

# Its metrics are at another port.
second_start()
{
	sed 's/:9798$/:9799/' "$WORLD/cluster1/syncer.yaml" \
		>"$WORLD/cluster1/second.yaml"
	POD_NAME=second run_as second-syncer "$BUILD/bin/syncer" --config \
		"$WORLD/cluster1/second.yaml"
}

# of PORT METRIC: the sum of a family
of()
{
	curl -sf "http://$(address_of cluster1):$1/metrics" |
		awk -v "name=ovn_builder_syncer_$2" '
		$1 == name || index($1, name "{") == 1 { n += $2 }
		END { if (NR) print n + 0 }'
}

# sums VALUE PORT METRIC
sums()
{
	[ "$(of "$2" "$3")" = "$1" ]
}

versions()
{
	for _who in hub cluster1; do
		as "$_who" get svcex,svcim,exsvc,endpointslices -A -o json \
			2>/dev/null | jq -r '.items[] | "\(.kind) \(
			.metadata.namespace)/\(.metadata.name) \(
			.metadata.resourceVersion)"'
	done
}

same_versions()
{
	versions | cmp -s - "$WORLD/versions"
}

settled()
{
	versions >"$WORLD/versions"
	stays 1 same_versions
}

it_waits_aside()
{
	until_ 20 sums 1 9798 leader
	second_start
	check 'the second one knows everything' until_ 20 sums 0 9799 waiting
	service cluster1 web
	endpoints cluster1 web web-abc 10.244.1.5
	export_ cluster1 web
	check 'the leader writes' until_ 20 has_addresses cluster1 web \
		10.113.1.5
	check 'Ready' until_ 20 condition cluster1 web Ready True Exported
	check 'the second one does not' sums 0 9799 writes_total
	check 'nor leads' sums 0 9799 leader
}

it_takes_over()
{
	until_ 20 settled
	end cluster1-syncer KILL
	check 'a leader that is killed is replaced' until_ 60 sums 1 9799 leader
	until_ 20 sums 0 9799 queue_length
	check 'nothing is written twice' sums 0 9799 writes_total
	check 'nor deleted' sums 0 9799 deletes_total
	check 'no object has changed' same_versions
}

it_loses_nothing()
{
	syncer_start cluster1
	until_ 20 sums 0 9798 waiting
	end second-syncer KILL
	# While nobody leads.
	endpoints cluster1 web web-abc 10.244.1.5 10.244.1.7
	service cluster1 late
	endpoints cluster1 late late-abc 10.244.1.9
	export_ cluster1 late
	check 'changes while nobody leads are not lost' until_ 60 \
		has_addresses cluster1 web '10.113.1.5 10.113.1.7'
	check 'nor new exports' until_ 20 has_addresses cluster1 late 10.113.1.9
	check 'Ready' until_ 20 condition cluster1 late Ready True Exported
	check 'by the one that is left' sums 1 9798 leader
}
