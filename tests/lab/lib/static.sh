# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Clusters without a hub's API: a file says who the others are.

world_keys()
{
	for _c in $CLUSTERS; do
		(umask 077 && wg genkey >"$WORLD/$_c.key")
		wg pubkey <"$WORLD/$_c.key" >"$WORLD/$_c.pub"
	done
}

# cidrs CLUSTER: as the configuration file has them.
cidrs()
{
	_n=$(number_of "$1")
	echo "[10.$_n.0.0/16, \"fd70:0:$_n::/48\"]"
}

# config_of CLUSTER: its octopus.yaml, on standard output.
config_of()
{
	_hub=false
	[ "$1" != hub ] || _hub=true
	cat <<-END
		cluster_id: $1
		ishub: $_hub
		isPublic: $_hub
		global_cidr: [10.112.0.0/12, "fd70::/32"]
		cluster_cidr: $(cidrs "$1")
		pod_cidr: [$POD_CIDR4, "$POD_CIDR6"]
		interfaces: ["veth-*"]
		port: $PORT
		key_file: $WORLD/$1.key
		peers:
	END
	for _peer in $CLUSTERS; do
		[ "$_peer" = "$1" ] || peer_of "$1" "$_peer"
	done
}

# peer_of CLUSTER PEER: the hub knows everybody's key and dials nobody; the
# others dial the hub, and reach each other through it.
peer_of()
{
	echo "  - cluster_id: $2"
	echo "    cluster_cidr: $(cidrs "$2")"
	if [ "$1" = hub ]; then
		echo "    public_key: $(cat "$WORLD/$2.pub")"
	elif [ "$2" = hub ]; then
		echo "    public_key: $(cat "$WORLD/hub.pub")"
		echo "    endpoint: 192.0.2.1"
		echo "    ishub: true"
	fi
}

world_configs()
{
	for _c in $CLUSTERS; do
		config_of "$_c" >"$WORLD/$_c.yaml"
	done
}

world_start()
{
	world_keys
	world_configs
	for _c in $CLUSTERS; do
		octopus_start "$_c"
	done
}
