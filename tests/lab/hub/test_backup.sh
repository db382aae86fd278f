#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hub's state is saved while it runs, lost, and restored under load.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/hub.sh"

lose_and_restore()
{
	hub_stop KILL
	mv "$WORLD/hub" "$WORLD/hub.lost"
	mkdir "$WORLD/hub"
	check "restore" hub_ctl restore "$WORLD/hub.saved"
	check "the hub starts" hub_up
	sleep 3
}

check "backup of a running hub" hub_ctl backup "$WORLD/hub.saved"
equal "nobody else may read it" "$(stat -c %a "$WORLD/hub.saved")" 600
kube label peer cluster1 since=backup
datapaths_note backup
stream_around "the hub loses its disk and is restored" lose_and_restore
check "no kernel has changed" datapaths_are backup
equal "what came after the backup is gone" \
	"$(peer_field cluster1 .metadata.labels.since)" ''
check "every Peer is ready" peers_ready
check "everybody reaches everybody" everybody_flows
check "and a Peer can be written" kube annotate peer cluster2 still=here
the_end
