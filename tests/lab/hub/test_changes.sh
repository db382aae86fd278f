#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Endpoint, prefix and key of a cluster change while it runs.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/hub.sh"

# settle CLUSTER FIELD VALUE: soon the hub has accepted it.
settle()
{
	peer_is "$1" ".status.$2 == \"$3\"" "$PATIENCE"
}

reload()
{
	kill -HUP "$(octopus_pid "$1")"
}

dials()
{
	on "$1" wg show ob0 endpoints | grep -qF "$2"
}

### the hub moves ############################################################

ip -n hub addr add 192.0.2.2/24 dev uplink
sed -i 's/^endpoint:.*/endpoint: 192.0.2.2/' "$WORLD/hub.yaml"

move_hub()
{
	reload hub
	check "the Peer has the new endpoint" settle hub endpoint 192.0.2.2
	check "cluster1 dials it" wait_until "$PATIENCE" dials cluster1 192.0.2.2
	check "cluster2 dials it" wait_until "$PATIENCE" dials cluster2 192.0.2.2
}

move_hub
check "traffic flows" wait_until "$PATIENCE" everybody_flows
sed -i 's/^endpoint:.*/endpoint: 192.0.2.1/' "$WORLD/hub.yaml"
reload hub
check "and back" wait_until "$PATIENCE" dials cluster1 192.0.2.1:
check "traffic flows" wait_until "$PATIENCE" everybody_flows
ip -n hub addr del 192.0.2.2/24 dev uplink

### cluster2 asks for other prefixes #########################################

cp "$WORLD/cluster2.cidrs" "$WORLD/former.cidrs"
FORMER4=$(prefix4_of cluster2)
FORMER6=$(prefix6_of cluster2)
echo 'cluster_cidr: [10.125.0.0/16, "fd70:0:125::/48"]' \
	>>"$WORLD/cluster2.yaml"
reload cluster2
check "the hub accepts what cluster2 asks for" \
	settle cluster2 'cluster_cidr[0]' 10.125.0.0/16
learn_prefixes cluster2
check "its pod answers at the new address" wait_until "$PATIENCE" \
	ping_once cluster1-client "$(global4 cluster2 1.10)"
check "over IPv6, too" wait_until "$PATIENCE" \
	ping_once cluster1-client "$(global6 cluster2 1.10)"
for _c in $CLUSTERS; do
	check "$_c forgets the former prefixes" \
		wait_until "$PATIENCE" forgets_prefixes "$_c" former
done
sed -i '/^cluster_cidr:/d' "$WORLD/cluster2.yaml"
echo "cluster_cidr: [$FORMER4.0.0/16, \"$FORMER6::/48\"]" \
	>>"$WORLD/cluster2.yaml"
reload cluster2
check "and back" settle cluster2 'cluster_cidr[0]' "$FORMER4.0.0/16"
sed -i '/^cluster_cidr:/d' "$WORLD/cluster2.yaml"
reload cluster2
learn_prefixes cluster2
check "traffic flows" wait_until "$PATIENCE" everybody_flows
equal "without a wish it keeps them" "$(prefix4_of cluster2)" "$FORMER4"

### a new pod has a new key ##################################################

FORMER_KEY=$(on cluster2 wg show ob0 public-key)
octopus_stop cluster2
ip -n cluster2 link del ob0
octopus_start cluster2
check "cluster2 comes back" wait_until 60 gateway_ready cluster2
KEY=$(on cluster2 wg show ob0 public-key)
check "with another key" [ "$KEY" != "$FORMER_KEY" ]
check "the hub accepts it" settle cluster2 public_key "$KEY"
check "traffic flows" wait_until "$PATIENCE" everybody_flows
check "the hub forgets the former key" wait_until "$PATIENCE" sh -c \
	"! nsenter --net=/run/netns/hub -- wg show ob0 peers |
		grep -qF '$FORMER_KEY'"
the_end
