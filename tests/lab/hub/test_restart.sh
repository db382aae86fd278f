#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every octopus restarts under load: what it finds it adopts, keys included.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/hub.sh"

kill_all()
{
	for _gone in $CLUSTERS; do
		octopus_stop "$_gone" KILL
	done
}

start_all()
{
	for _back in $CLUSTERS; do
		octopus_start "$_back"
	done
	everybody_ready
	sleep 3
}

versions()
{
	look "$PEERS" '.items[] |
		"\(.metadata.name) \(.metadata.generation) \(.spec.public_key)"'
}

datapaths_note restart
versions >"$WORLD/versions"
stream_around "kill -9 of every octopus" kill_all
stream_around "octopus starts again" start_all
check "same keys, prefixes, routes, maps and programs" datapaths_are restart
versions >"$WORLD/versions.now"
check "no Peer was written anew" diff "$WORLD/versions" "$WORLD/versions.now"
check "every Peer is ready" peers_ready
the_end
