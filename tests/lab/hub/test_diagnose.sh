#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# obctl diagnose between a cluster and its hub: one fault after the other, each
# undone before the next. Faults of tunnels, routes and programs are those of
# the static world's flow of this name.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/hub.sh"
# shellcheck source=/dev/null
. "$OB_SOURCE_DIR/tests/lab/lib/diagnose.sh"

GOOD=$WORLD/cluster1.good
cp "$WORLD/cluster1.yaml" "$GOOD"

# restarted EXPRESSION: octopus of cluster1, with its file changed by sed.
restarted()
{
	octopus_stop cluster1
	sed "$1" "$GOOD" >"$WORLD/cluster1.yaml"
	octopus_start cluster1
}

for _each in $CLUSTERS; do
	healed "at first, $_each" "$_each"
done
shows cluster1

### its API ##################################################################

hub_stop
finds "API server stopped" HubRefusesConnection
hub_up
healed "API server stopped, and back"

restarted 's|https://[^:]*|https://hub.invalid|'
finds "its name does not resolve" HubNameUnresolved
check "octopus without a hub is no reason to look at the tunnel" \
	jq -e '[.checks[] | select(.check == "tunnel" and .level == "broken")] |
	length == 0' "$WORLD/diagnose.json"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-subj /CN=somebody -keyout "$WORLD/other.key" -out "$WORLD/other.crt" \
	2>/dev/null
restarted "s|ca_file:.*|ca_file: $WORLD/other.crt|"
finds "another CA" HubWrongCA
restarted ''
healed "another CA, corrected"

# Names are of the file system, and so is not everybody's business.
printf '192.0.2.1 hub.example\n' >"$WORLD/hosts"
sed 's|https://[^:]*|https://hub.example|' "$GOOD" >"$WORLD/cluster1.yaml"
# shellcheck disable=SC2016 # for the inner shell
OB_PIN_ROOT=$(gateway_of cluster1) on cluster1 unshare --mount sh -c '
	mount --bind "$0" /etc/hosts && exec "$@"' "$WORLD/hosts" \
	"${OB_BUILD_DIR:?}/bin/obctl" -o json diagnose \
	--config "$WORLD/cluster1.yaml" >"$WORLD/diagnose.json" || :
equal "a name its certificate does not have" "$(first_fault)" HubWrongName
cp "$GOOD" "$WORLD/cluster1.yaml"

cp "$WORLD/cluster1.token" "$WORLD/good.token"
echo "octopus.nobody.0000000000000000" >"$WORLD/cluster1.token"
finds "a token it does not know" HubTokenRefused
cp "$WORLD/good.token" "$WORLD/cluster1.token"
healed "a token it does not know, corrected"

# Another API server ends tokens in its own way.
if [ -z "${OB_HUB_SCRIPT:-}" ]; then
	hub_ctl token revoke cluster1
	finds "our token is revoked" HubTokenRefused
	hub_token cluster1
	healed "octopus takes the new token from its file"
fi

### Peers ####################################################################

octopus_stop cluster1
kube delete peer cluster1 --wait=false
finds "our Peer deleted while octopus is away" PeerNotPublished
octopus_back
peer_ready cluster1
healed "our Peer is published again"

octopus_stop cluster1
(umask 077 && wg genkey >"$WORLD/another.key")
on cluster1 wg set ob0 private-key "$WORLD/another.key"
finds "a key that our Peer does not announce" KeyNotAnnounced
octopus_back
wait_until 60 nothing_broken cluster1
healed "octopus announces the key there is"

# Somebody joins, but nobody judges.
check "there is no third cluster" third_away
octopus_stop hub
[ -e /run/netns/cluster3 ] || third_build
hub_token cluster3
{
	member_config cluster3
	echo "cluster_cidr: [$(prefix4_of cluster2).0.0/16]"
} >"$WORLD/cluster3.yaml"
octopus_start cluster3
peer_exists cluster3 60
finds "octopus of the hub is away" PeerNotSeen cluster3
octopus_start hub
wait_until 60 gateway_ready hub
check "the claim is refused" peer_is cluster3 \
	"$(condition_is Conflict True)" 60
finds "it asks for what cluster2 has" PeerRefused cluster3
matches "the hub's sentence is there" \
	"$(jq -r .first.found "$WORLD/diagnose.json")" "*cluster2*"
healed "the others do not care" cluster1

octopus_stop cluster3
member_config cluster3 >"$WORLD/cluster3.yaml"
clusters_are "$CLUSTERS cluster3"
octopus_start cluster3
check "it joins without a claim" joined cluster3
wait_until 60 nothing_broken cluster3
healed "it has joined" cluster3
diagnose cluster1 cluster3
equal "only the way to it, from elsewhere" "$(first_fault)" none
shows cluster3
the_end
