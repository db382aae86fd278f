# SPDX-License-Identifier: Apache-2.0
# Another build of octopus takes over under load and replaces the programs:
# nothing is lost.  octopus_other is the same source compiled for another BPF
# instruction set, so its programs differ in every tag.
. "${OB_SOURCE_DIR:?}/tests/lab/lib/flow.sh"
. "${OB_SOURCE_DIR:?}/tests/lab/lib/stream.sh"

# tags CLUSTER: device, hook and tag of each program in its namespace.
tags()
{
	on "$1" bpftool -j net show |
		jq -r '.[].tc[]? | "\(.devname) \(.kind) \(.prog_id // .id)"' |
		while read -r _dev _kind _id; do
			_tag=$(bpftool -j prog show id "$_id" | jq -r .tag)
			echo "$_dev $_kind $_tag"
		done | sort
}

# take_over BINARY: with that one, everywhere.
take_over()
{
	for _c in $CLUSTERS; do
		octopus_stop "$_c" KILL
		OCTOPUS=$1 octopus_start "$_c"
	done
	everybody_ready
	wait_until 10 replaced
}

replaced()
{
	tags cluster1 >"$WORLD/tags.now"
	[ "$(comm -12 "$WORLD/tags.before" "$WORLD/tags.now" | wc -l)" = 0 ]
}

for _binary in "$LAB_TOOLS/octopus_other" "$OB_BUILD_DIR/bin/octopus"; do
	tags cluster1 >"$WORLD/tags.before"
	stream_around "$(basename "$_binary") replaces the programs" \
		take_over "$_binary"
	check "every program of cluster1 is another one" replaced
	equal "as many programs as before" "$(wc -l <"$WORLD/tags.now")" \
		"$(wc -l <"$WORLD/tags.before")"
	check "traffic flows" traffic_flows
done
the_end
