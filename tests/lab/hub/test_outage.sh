#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The API server is killed and comes back, and octopus is restarted while it is
# away: nobody's packets notice, and what was changed meanwhile arrives.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/hub.sh"

kill_api()
{
	hub_stop KILL
	sleep 3
	check "no kernel has changed while it is away" datapaths_are outage
}

restore_api()
{
	check "it comes back" hub_up
	sleep 3
	check "nor when it is back" datapaths_are outage
}

# Nothing of it is ready to be asked: it cannot know the world yet.
restart_all()
{
	for _gone in $CLUSTERS; do
		octopus_stop "$_gone" KILL
	done
	for _back in $CLUSTERS; do
		octopus_start "$_back"
	done
	sleep 4
	for _back in $CLUSTERS; do
		check "octopus of $_back waits" alive "$_back"
	done
	check "no kernel has changed" datapaths_are outage
}

alive()
{
	! octopus_gone "$1"
}

datapaths_note outage
stream_around "kill -9 of the API server" kill_api
stream_around "every octopus restarts without it" restart_all
check "everybody reaches everybody" everybody_flows

stream_around "the API server returns" restore_api
check "every Peer is ready" peers_ready

### what happens meanwhile ###################################################

hub_stop KILL
sed -i 's/^interfaces:.*/&\nport: 31821/' "$WORLD/cluster2.yaml"
kill -HUP "$(octopus_pid cluster2)"
check "the API server returns once more" hub_up
check "what was changed meanwhile arrives" peer_is cluster2 \
	'.status.port == 31821' 60
sed -i '/^port: 31821/d' "$WORLD/cluster2.yaml"
kill -HUP "$(octopus_pid cluster2)"
check "and is taken back" peer_is cluster2 \
	'.status.port == 31820' "$PATIENCE"
check "traffic flows" wait_until "$PATIENCE" everybody_flows
the_end
