# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The world of the demo and of the lab tests, in network namespaces:
#
#      hub-status
#          |
#         hub 192.0.2.1
#          |
#      internet ------------ operator 198.18.0.2
#       |        |
#     nat1      nat2        each masquerades a LAN 192.168.0.0/24
#       |        |
#   cluster1   cluster2     gateways: here runs octopus
#    |    |     |    |
#  client shop web echo     pods
#
# Others join later (third_build). Every cluster, the hub too, has the pod CIDRs
# 10.244.0.0/16 and fd00:244::/48, and pods with the same addresses.  A pod is connected the way
# Calico does it: one veth pair, a /32 and a /128, the default route through a
# link-local gateway that is no machine's address.
#
# Namespaces are called hub, nat1, cluster1, cluster1-client, ...
# The caller sets WORLD (a directory for files) and has "octopus" on PATH or in
# OB_BUILD_DIR.  Nothing here knows what the demo or a test wants to show.

POD_MAC=ee:ee:ee:ee:ee:ee # the gateway's end of every pod's veth pair
POD_GATEWAY4=169.254.1.1
POD_GATEWAY6=fe80::1
# For configurations.
# shellcheck disable=SC2034
POD_CIDR4=10.244.0.0/16 POD_CIDR6=fd00:244::/48 PORT=31820

# Where octopus runs; written down when others join.
CLUSTERS="hub cluster1 cluster2"
[ ! -s "$WORLD/clusters" ] || CLUSTERS=$(cat "$WORLD/clusters")

# on NAMESPACE COMMAND...: not "ip netns exec", which hides /sys/fs/bpf.
on()
{
	_ns=$1
	shift
	nsenter --net="/run/netns/$_ns" -- "$@"
}

# now_ms: milliseconds since boot, without a process.
now_ms()
{
	read -r _up _ </proc/uptime
	# 12.34 -> 1234 hundredths; the 1 keeps a zero from meaning octal.
	NOW=$((${_up%.*} * 1000 + (1${_up#*.} - 100) * 10))
}

# wait_until SECONDS COMMAND...: tries until it succeeds; 1 at the deadline.
wait_until()
{
	now_ms
	_deadline=$((NOW + $1 * 1000))
	shift
	until "$@" >/dev/null 2>&1; do
		now_ms
		[ "$NOW" -lt "$_deadline" ] || return 1
		sleep 0.05
	done
}

# gone PID: a dead process that nobody has waited for yet is gone, too.
gone()
{
	{ read -r _stat <"/proc/$1/stat"; } 2>/dev/null || return 0
	_stat=${_stat##*) }
	[ "${_stat%% *}" = Z ]
}

# background NAME NAMESPACE COMMAND...: its output goes to $WORLD/NAME.out and
# .err, and its process number is remembered.
background()
{
	_name=$1 _ns=$2
	shift 2
	nsenter --net="/run/netns/$_ns" -- "$@" \
		>"$WORLD/$_name.out" 2>"$WORLD/$_name.err" </dev/null &
	echo $! >"$WORLD/$_name.bg"
}

# ended NAME: the program started in the background is gone.
ended()
{
	gone "$(cat "$WORLD/$1.bg")"
}

# stop_background NAME [SIGNAL]: and wait for its end.
stop_background()
{
	kill -"${2:-TERM}" "$(cat "$WORLD/$1.bg")" 2>/dev/null || :
	wait_until 30 ended "$1"
}

# prefix4_of CLUSTER: 10.113 of 10.113.0.0/16, prefix6_of: fd70:0:113 of
# fd70:0:113::/48. What the hub has allocated is in files (learn_prefixes);
# without a hub it is by number.
prefix4_of()
{
	cat "$WORLD/$1.prefix4" 2>/dev/null || echo "10.$(number_of "$1")"
}

prefix6_of()
{
	cat "$WORLD/$1.prefix6" 2>/dev/null || echo "fd70:0:$(number_of "$1")"
}

number_of()
{
	case $1 in
	hub) echo 112 ;;
	cluster*) echo $((112 + ${1#cluster})) ;;
	esac
}

# global4 CLUSTER 1.10 -> 10.113.1.10, local4 1.10 -> 10.244.1.10
global4()
{
	echo "$(prefix4_of "$1").$2"
}

local4()
{
	echo "10.244.$1"
}

# global6 CLUSTER 1.10 -> fd70:0:113:1::10, local6 1.10 -> fd00:244:0:1::10
global6()
{
	echo "$(prefix6_of "$1"):${2%.*}::${2#*.}"
}

local6()
{
	echo "fd00:244:0:${1%.*}::${1#*.}"
}

gateway_of()
{
	echo "/sys/fs/bpf/ovn-builder-$1"
}

octopus_binary()
{
	if [ -n "${OCTOPUS:-}" ]; then
		echo "$OCTOPUS"
	else
		echo "${OB_BUILD_DIR:?}/bin/octopus"
	fi
}

# obctl_of CLUSTER ARGUMENT...
obctl_of()
{
	_of=$1
	shift
	OB_PIN_ROOT=$(gateway_of "$_of") on "$_of" \
		"${OB_BUILD_DIR:?}/bin/obctl" "$@"
}

### namespaces ###############################################################

# What is to be done, collected as lines for ip -batch, because starting a
# process for each would take most of the time: names makes namespaces and
# links between them, later NAMESPACE does the rest inside; apply does it all.
names()
{
	echo "$*" >>"$WORLD/batch"
}

later()
{
	_ns=$1
	shift
	echo "$*" >>"$WORLD/batch.$_ns"
}

apply()
{
	ip -batch "$WORLD/batch"
	rm "$WORLD/batch"
	for _file in "$WORLD"/batch.*; do
		ip -n "${_file##*/batch.}" -batch "$_file"
		rm "$_file"
	done
}

namespace()
{
	names netns add "$1"
	later "$1" link set lo up
}

# forwards NAME RP_FILTER: it is a router, and answers every oversized packet:
# tests count the answers.
forwards()
{
	on "$1" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.rp_filter="$2" \
		net.ipv4.conf.default.rp_filter="$2" \
		net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
}

# cable NS1 IF1 ADDRESS1 NS2 IF2 ADDRESS2
cable()
{
	names link add "$2" netns "$1" type veth peer name "$5" netns "$4"
	later "$1" addr add "$3" dev "$2"
	later "$4" addr add "$6" dev "$5"
	later "$1" link set "$2" up
	later "$4" link set "$5" up
}

# pod CLUSTER NAME N.M: the pod 10.244.N.M.
pod()
{
	_pod=$1-$2 _host=veth-$2
	_a4=$(local4 "$3") _a6=$(local6 "$3")
	namespace "$_pod"
	names link add eth0 netns "$_pod" type veth \
		peer name "$_host" netns "$1" address $POD_MAC
	later "$_pod" addr add "$_a4/32" dev eth0
	later "$_pod" addr add "$_a6/128" dev eth0 nodad
	later "$_pod" link set eth0 up
	later "$_pod" route add $POD_GATEWAY4 dev eth0 scope link
	later "$_pod" route add default via $POD_GATEWAY4 dev eth0
	later "$_pod" route add default via $POD_GATEWAY6 dev eth0
	later "$_pod" neigh add $POD_GATEWAY4 lladdr $POD_MAC dev eth0 \
		nud permanent
	later "$_pod" neigh add $POD_GATEWAY6 lladdr $POD_MAC dev eth0 \
		nud permanent
	later "$1" link set "$_host" up
	later "$1" addr add $POD_GATEWAY6/64 dev "$_host" nodad
	later "$1" route add "$_a4/32" dev "$_host" scope link
	later "$1" route add "$_a6/128" dev "$_host"
}

# public_site CLUSTER ADDRESS ROUTER: a gateway with a public address.
public_site()
{
	namespace "$1"
	cable internet "to-$1" "$3/24" "$1" uplink "$2/24"
	later "$1" route add default via "$3"
}

# private_site CLUSTER NAT ADDRESS ROUTER: a gateway behind a NAT with that
# public address.
private_site()
{
	namespace "$2"
	namespace "$1"
	cable internet "to-$2" "$4/24" "$2" wan "$3/24"
	cable "$2" lan 192.168.0.1/24 "$1" uplink 192.168.0.2/24
	later "$2" route add default via "$4"
	later "$1" route add default via 192.168.0.1
}

# Somebody's home router: this conntrack and this masquerade are not ours.
home_router()
{
	on "$1" nft -f - <<-END
		table ip home {
			chain forward {
				type filter hook forward priority filter
				policy drop
				iifname "lan" accept
				ct state established,related accept
			}
			chain postrouting {
				type nat hook postrouting priority srcnat
				oifname "wan" masquerade random
			}
		}
	END
}

# A cluster's own firewall, as kube-proxy or a CNI leaves one: what connection
# tracking does not know is dropped, so a packet of ours that strays into the
# stack is noticed.
firewall()
{
	on "$1" nft -f - <<-END
		table inet node {
			chain forward {
				type filter hook forward priority filter
				policy accept
				ct state invalid drop
				ct state established,related accept
			}
		}
	END
}

# raise NAMESPACE...: what names and later have collected; these forward.
# Sysctls come first: links inherit some of them.
raise()
{
	sed -n '/^netns/p' "$WORLD/batch" | ip -batch -
	sed -i '/^netns/d' "$WORLD/batch"
	for _ns in "$@"; do
		case $_ns in
		nat* | internet) forwards "$_ns" 0 ;;
		*) forwards "$_ns" 1 ;;
		esac
	done
	apply
	for _ns in "$@"; do
		case $_ns in
		nat*) home_router "$_ns" ;;
		cluster*) firewall "$_ns" ;;
		esac
	done
}

# Where people sit and run kubectl: outside all namespaces.
operator()
{
	names link add operator type veth peer name to-operator netns internet
	names addr add 198.18.0.2/24 dev operator
	names link set operator up
	names route add 192.0.2.0/24 via 198.18.0.1
	later internet addr add 198.18.0.1/24 dev to-operator
	later internet link set to-operator up
}

world_build()
{
	namespace internet
	public_site hub 192.0.2.1 192.0.2.254
	private_site cluster1 nat1 198.51.100.1 198.51.100.254
	private_site cluster2 nat2 203.0.113.1 203.0.113.254
	pod hub status 1.10
	pod cluster1 client 1.10
	pod cluster1 shop 2.20
	pod cluster2 web 1.10
	pod cluster2 echo 2.20
	operator
	raise internet nat1 nat2 hub cluster1 cluster2
}

# third_build: another site like the first two, with a pod of the same address.
third_build()
{
	private_site cluster3 nat3 198.19.3.1 198.19.3.254
	pod cluster3 app 1.10
	raise nat3 cluster3
}

### octopus ##################################################################

# octopus_start CLUSTER: in the background; octopus_pid and octopus.log. Not
# with on, a function: the number would be that of a shell around it. All hosts
# here have the same name, so the pod's must tell them apart.
octopus_start()
{
	POD_NAME="octopus-$1" nsenter --net="/run/netns/$1" -- "$(octopus_binary)" \
		--config "$WORLD/$1.yaml" --pin-root "$(gateway_of "$1")" \
		>>"$WORLD/$1.octopus.log" 2>&1 </dev/null &
	echo $! >"$WORLD/$1.pid"
}

octopus_pid()
{
	cat "$WORLD/$1.pid"
}

octopus_gone()
{
	gone "$(octopus_pid "$1")"
}

# octopus_stop CLUSTER [SIGNAL]: and wait until it is gone.
octopus_stop()
{
	kill -"${2:-TERM}" "$(octopus_pid "$1")" 2>/dev/null || return 0
	wait_until 10 octopus_gone "$1"
}

# handshake_done CLUSTER: with every WireGuard peer it has.
handshake_done()
{
	_shakes=$(on "$1" wg show ob0 latest-handshakes) || return 1
	[ -n "$_shakes" ] || return 1
	! echo "$_shakes" | grep -q '[[:space:]]0$'
}

# ifindex NAMESPACE DEVICE (/sys shows another namespace)
ifindex()
{
	ip -n "$1" -j link show dev "$2" | jq '.[0].ifindex'
}

# listening NAMESPACE PORT: somebody has this TCP or UDP port.
listening()
{
	on "$1" ss -Hlntu "sport = :$2" | grep -q .
}

world_stop()
{
	for _c in $CLUSTERS; do
		[ ! -f "$WORLD/$_c.pid" ] || octopus_stop "$_c"
	done
}

# A lab kernel forgets all this by itself; another one does not.
world_remove()
{
	for _ns in /run/netns/*; do
		case ${_ns##*/} in
		internet | hub | hub-* | nat[1-9] | cluster[1-9]*)
			ip netns del "${_ns##*/}" || :
			;;
		esac
	done
	ip link del operator 2>/dev/null || :
	rm -rf "$(gateway_of '')"* /etc/netns/cluster[1-9]*
}

### counters #################################################################

# pins_of CLUSTER: the directory of its maps, with the ABI version.
pins_of()
{
	echo "$(gateway_of "$1")"/v*
}

# traffic_of CLUSTER PEER: "tx_packets tx_bytes rx_packets rx_bytes".
traffic_of()
{
	obctl_of "$1" -o json peers | jq -r --arg peer "$2" '
		.. | objects | select(.cluster? == $peer) |
		"\(.tx_packets) \(.tx_bytes) \(.rx_packets) \(.rx_bytes)"'
}

# drops_of CLUSTER REASON: packets, at all hooks.
drops_of()
{
	obctl_of "$1" -o json drops | jq --arg reason "$2" '
		[.. | objects | select(.reason? == $reason) | .packets] |
		add // 0'
}
