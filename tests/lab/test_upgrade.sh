#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Another build of octopus takes over under load and replaces the programs:
# nothing is lost.  octopus_other is the same source with its programs
# optimized another way, so they differ in every tag.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/flow.sh"
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/stream.sh"

# tags: of the programs of cluster1.
tags()
{
	programs cluster1 | cut -d' ' -f1,3 | sort
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
	tags >"$WORLD/tags.now"
	[ -s "$WORLD/tags.now" ] &&
		[ "$(comm -12 "$WORLD/tags.before" "$WORLD/tags.now" | wc -l)" = 0 ]
}

for _binary in "$LAB_TOOLS/octopus_other" "$OB_BUILD_DIR/bin/octopus"; do
	tags >"$WORLD/tags.before"
	stream_around "$(basename "$_binary") replaces the programs" \
		take_over "$_binary"
	check "every program of cluster1 is another one" replaced
	equal "programs of cluster1" "$(wc -l <"$WORLD/tags.now")" 4
	sed 's/^/       | /' "$WORLD/tags.now"
	check "traffic flows" traffic_flows
done
the_end
