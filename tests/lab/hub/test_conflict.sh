#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Somebody asks for a prefix that another cluster has: that is said on the Peer,
# and nobody else notices.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/hub.sh"

TAKEN=$(prefix4_of cluster2)

claims()
{
	cat <<-END_OF_SPEC
		cluster_cidr: [$1]
		public_key: $(wg genkey | wg pubkey)
	END_OF_SPEC
}

refused()
{
	claims "$1" | apply_peer "$ADMIN" latecomer &&
		judged latecomer Conflict True
}

datapaths_note conflict
stream_around "a Peer claims cluster2's prefix" \
	check "it gets a Conflict condition" refused "$TAKEN.0.0/16"
matches "with a sentence" "$(condition latecomer Conflict)" \
	"True*$TAKEN.0.0/16*cluster2*"
matches "it is not ready" "$(condition latecomer Ready)" 'False*'
equal "it has been given nothing" \
	"$(peer_field latecomer .status.cluster_cidr)" ''
check "a part of it is refused as well" refused "$TAKEN.128.0/17"
check "and one around it" refused "10.112.0.0/13"
check "no kernel has changed" datapaths_are conflict
kube get peers -A | sed 's/^/       | /'

# Asking for a free one instead is all it takes.
claims 10.126.0.0/16 | apply_peer "$ADMIN" latecomer
check "a free prefix is accepted" peer_is latecomer \
	'.status.cluster_cidr[0] == "10.126.0.0/16"' "$PATIENCE"
kube delete peer latecomer
check "after it has gone everything is as before" \
	wait_until "$PATIENCE" datapaths_are conflict
the_end
