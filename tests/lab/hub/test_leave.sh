#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A cluster leaves, or its Peer is deleted: nothing of it is left anywhere.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/hub.sh"

check "there is a third cluster" third
FORMER=$(prefix4_of cluster3)
OTHERS="hub cluster1 cluster2"

others_forget()
{
	for _other in $OTHERS; do
		check "$_other has nothing of it" \
			wait_until "$PATIENCE" forgets "$_other" cluster3
	done
}

leaves()
{
	check "octopus --leave" leave cluster3
	clusters_are "$OTHERS"
	others_forget
}

stream_around "cluster3 leaves" leaves
check "its Peer is gone" peer_gone cluster3
check "its tunnel is gone" sh -c '! ip -n cluster3 link show dev ob0'
kube get peers -A | sed 's/^/       | /'

check "it joins again" third
equal "and gets the prefix that it had freed" "$(prefix4_of cluster3)" "$FORMER"
check "it is reached" wait_until "$PATIENCE" \
	ping_once cluster1-client "$(global4 cluster3 1.10)"

# A cluster that died is removed by the hub's administrator.
died()
{
	octopus_stop cluster3 KILL
	check "kubectl delete peer" kube delete peer cluster3
	clusters_are "$OTHERS"
	others_forget
}

stream_around "the Peer of a dead cluster is deleted" died
check "everybody reaches everybody" everybody_flows
the_end
