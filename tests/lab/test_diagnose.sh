#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# obctl diagnose names what is broken first: one fault after the other, each
# undone before the next. With octopus dead where octopus would mend it.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/flow.sh"
# shellcheck source=/dev/null
. "$OB_SOURCE_DIR/tests/lab/lib/diagnose.sh"

PINS=$(pins_of cluster1)

# What there is, without counters.
state()
{
	ip -n cluster1 -o route
	on cluster1 wg showconf ob0
	for _map in ob_route4 ob_out4 ob_in4 ob_cluster ob_config; do
		bpftool -j map dump pinned "$PINS/$_map"
	done
	on cluster1 sysctl -a 2>/dev/null | grep -E '^net.ipv[46].conf'
}

state >"$WORLD/state.before"
healed "at first" cluster1
healed "at first, the hub" hub
shows cluster1
state >"$WORLD/state.after"
check "diagnose changes nothing" \
	diff "$WORLD/state.before" "$WORLD/state.after"
check "only one cluster" diagnose cluster1 cluster2
equal "of the hub's path and its own" "$(jq -r \
	'[.checks[] | select(.check == "tunnel")] | length' \
	"$WORLD/diagnose.json")" 2
diagnose cluster1 cluster9
equal "a cluster nobody knows" "$(first_fault)" ClusterUnknown

### octopus and its file #####################################################

octopus_stop cluster1
finds "octopus not running" OctopusNotRunning
octopus_back
healed "octopus not running"

kill -STOP "$(octopus_pid cluster1)"
finds "octopus stopped" OctopusSilent
kill -CONT "$(octopus_pid cluster1)"
healed "octopus stopped"

cp "$WORLD/cluster1.yaml" "$WORLD/good.yaml"
printf 'cluster_id: [\n' >"$WORLD/cluster1.yaml"
finds "configuration is no YAML" ConfigurationInvalid
cp "$WORLD/good.yaml" "$WORLD/cluster1.yaml"
healed "configuration is no YAML"

sed 's/"veth-\*"/"cali*"/' "$WORLD/good.yaml" >"$WORLD/cluster1.yaml"
finds "interface pattern matches nothing" NoPodInterface
cp "$WORLD/good.yaml" "$WORLD/cluster1.yaml"
healed "interface pattern matches nothing"

### the device ###############################################################

octopus_stop cluster1
ip -n cluster1 link set ob0 down
finds "device down" DeviceDown
octopus_back
healed "device down"

octopus_stop cluster1
ip -n cluster1 link del ob0
finds "device deleted" DeviceMissing
octopus_back
wait_until 10 handshake_done cluster1
healed "device deleted"

### the tunnel ###############################################################

octopus_stop cluster1
on cluster1 wg set ob0 peer "$(cat "$WORLD/hub.pub")" remove
on cluster1 wg set ob0 peer "$(wg genkey | wg pubkey)" \
	endpoint "192.0.2.1:$PORT" persistent-keepalive 25 \
	allowed-ips 10.112.0.0/16,10.114.0.0/16
finds "hub's peer replaced by one with another key" PeerKeyDiffers
octopus_back
wait_until 10 handshake_done cluster1
healed "hub's peer replaced"

octopus_stop cluster1
on cluster1 wg set ob0 peer "$(cat "$WORLD/hub.pub")" allowed-ips 10.112.0.0/16
finds "allowed IPs cut" AllowedIPsMissing
octopus_back
healed "allowed IPs cut"

# forget: no session, so that only a new handshake brings the tunnel up.
forget()
{
	on cluster1 wg set ob0 peer "$(cat "$WORLD/hub.pub")" remove
	wait_until 5 has_hub_peer
}

has_hub_peer()
{
	on cluster1 wg show ob0 peers | grep -qF "$(cat "$WORLD/hub.pub")"
}

on internet nft -f - <<-END
	table inet block {
		chain forward {
			type filter hook forward priority filter
			policy accept
			udp dport $PORT drop
		}
	}
END
finds "UDP blocked on the way, a moment ago" TunnelSilent
forget
finds "UDP blocked on the way" NoHandshake
on internet nft delete table inet block
wait_until 15 handshake_done cluster1
healed "UDP blocked on the way"

# The other side has another key for us.
kill -STOP "$(octopus_pid hub)"
on hub wg set ob0 peer "$(cat "$WORLD/cluster1.pub")" remove
forget
finds "the hub does not know our key" NoHandshake
kill -CONT "$(octopus_pid hub)"
wait_until 15 handshake_done cluster1
healed "the hub does not know our key"

ip -n cluster1 route del default
finds "no route to the endpoint" NoUnderlayRoute
ip -n cluster1 route add default via 192.168.0.1
healed "no route to the endpoint"

ip -n cluster1 route add 192.0.2.1/32 dev ob0
finds "the endpoint is routed into the tunnel" UnderlayLoop
ip -n cluster1 route del 192.0.2.1/32 dev ob0
healed "the endpoint is routed into the tunnel"

# With another file: what octopus works with counts, so it is told.
sed 's/endpoint: 192.0.2.1/endpoint: gw.invalid/' "$WORLD/good.yaml" \
	>"$WORLD/cluster1.yaml"
kill -HUP "$(octopus_pid cluster1)"
wait_until 10 first_is EndpointUnresolved
finds "endpoint's name does not resolve" EndpointUnresolved
cp "$WORLD/good.yaml" "$WORLD/cluster1.yaml"
kill -HUP "$(octopus_pid cluster1)"
healed "endpoint's name does not resolve"

### sizes ####################################################################

octopus_stop cluster1
ip -n cluster1 link set uplink mtu 1300
finds "underlay MTU lowered" TunnelMTUTooLarge
ip -n cluster1 link set uplink mtu 1500
octopus_back
healed "underlay MTU lowered"

on internet nft -f - <<-END
	table inet narrow {
		chain forward {
			type filter hook forward priority filter
			policy accept
			udp dport $PORT meta length > 1400 drop
		}
	}
END
finds "large packets vanish on the way" PathMTUBlackHole
on internet nft delete table inet narrow
healed "large packets vanish on the way"

### routes, forwarding #######################################################

octopus_stop cluster1
ip -n cluster1 route del 10.114.0.0/16 dev ob0
finds "route deleted" RouteMissing
octopus_back
healed "route deleted"

ip -n cluster1 route add 10.114.1.0/24 dev veth-client
finds "route shadowed by a longer one" RouteShadowed
ip -n cluster1 route del 10.114.1.0/24 dev veth-client
healed "route shadowed by a longer one"

ip -n cluster1 route add 10.114.0.0/16 dev uplink table 77
ip -n cluster1 rule add to 10.114.0.0/16 lookup 77
finds "route shadowed by another table" RouteShadowed
ip -n cluster1 rule del to 10.114.0.0/16 lookup 77
ip -n cluster1 route del 10.114.0.0/16 dev uplink table 77
healed "route shadowed by another table"

on cluster1 sysctl -qw net.ipv4.ip_forward=0
finds "forwarding off" ForwardingDisabled
on cluster1 sysctl -qw net.ipv4.ip_forward=1
healed "forwarding off"

### programs and maps ########################################################

# detach DEVICE SIDE HOOK
detach()
{
	_link="$PINS/link_$3_$(ifindex cluster1 "$1")"
	if [ -e "$_link" ]; then
		rm "$_link"
	else
		on cluster1 tc filter del dev "$1" "$2"
	fi
}

octopus_stop cluster1
detach ob0 ingress from_tunnel
finds "program detached from the tunnel" ProgramMissing
octopus_back
healed "program detached from the tunnel"

octopus_stop cluster1
detach veth-client ingress from_pod
finds "program detached from a pod" ProgramMissing
octopus_back
healed "program detached from a pod"

octopus_stop cluster1
bpftool map delete pinned "$PINS/ob_route4" key 16 0 0 0 10 114 0 0
finds "map entry removed" MapEntryMissing
octopus_back
healed "map entry removed"

octopus_stop cluster1
bpftool map delete pinned "$PINS/ob_in4" key 16 0 0 0 10 113 0 0
finds "translation removed, one way" MapEntryMissing
octopus_back
healed "translation removed, one way"

### drops are told, and are no fault #########################################

# While diagnose looks, somebody sends to an address nobody has.
nuisance()
{
	while :; do
		probe cluster1-client -n udp "$LOCAL4" 10.120.0.1 100
		sleep 0.1
	done >/dev/null 2>&1
}
nuisance &
_nuisance=$!
check "rising drops are no fault" diagnose cluster1
kill $_nuisance
matches "but told, with a fix" "$(jq -r '.checks[] |
	select(.fault == "DropsRising") | .found + " " + .fix' \
	"$WORLD/diagnose.json")" '*no_route at from_pod*obctl monitor*'

### somebody without rights ##################################################

_out=$(OB_PIN_ROOT=$(gateway_of cluster1) on cluster1 setpriv --reuid 65534 \
	--clear-groups --inh-caps=-all "${OB_BUILD_DIR:?}/bin/obctl" -o json \
	diagnose --config "$WORLD/cluster1.yaml") || :
matches "without rights nothing is guessed" \
	"$(echo "$_out" | jq -r '[.checks[] | select(.check == "map" or
		.check == "tunnel") | .level] | unique | join(" ")')" skipped
the_end
