#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Run inside a lab kernel: everything the gateway, its tests and its
# benchmarks use is there, tried for real.
set -u
failures=0

# try WHAT COMMAND...
try()
{
	_what=$1
	shift
	if "$@" >/tmp/feature.log 2>&1; then
		echo "  has $_what"
	else
		echo "  LACKS $_what: $(tail -n 1 /tmp/feature.log)"
		failures=$((failures + 1))
	fi
}

is_mounted() { awk -v d="$1" -v t="$2" '$2 == d && $3 == t { f = 1 }
	END { exit !f }' /proc/mounts; }

link_types()
{
	for _t in wireguard veth bridge vxlan\ id\ 7\ dstport\ 4789 \
		geneve\ id\ 7\ remote\ 192.0.2.1 \
		gre\ remote\ 192.0.2.1 dummy; do
		# shellcheck disable=SC2086 # type and its options
		try "link type ${_t%% *}" ip link add t0 type $_t
		ip link del t0 2>/dev/null
	done
	try "tun devices" ip tuntap add dev t0 mode tun
	ip link del t0 2>/dev/null
}

queueing()
{
	ip link add q0 type veth peer name q1
	try "clsact" tc qdisc add dev q0 clsact
	try "netem" tc qdisc add dev q0 root netem loss 1%
	ip link del q0
}

nft_masquerade()
{
	nft -f - <<'EOF'
table inet t {
	chain c {
		type nat hook postrouting priority 100;
		ip saddr 192.0.2.0/24 masquerade
	}
}
EOF
}

iptables_nat()
{
	iptables-nft -t nat -A PREROUTING -d 192.0.2.1 \
		-j DNAT --to-destination 192.0.2.2 &&
		iptables-nft -t nat -A POSTROUTING -s 192.0.2.0/24 \
			-j NETMAP --to 198.51.100.0/24
}

uname -r
try "bpffs" is_mounted /sys/fs/bpf bpf
try "cgroup2" is_mounted /sys/fs/cgroup cgroup2
try "/dev/shm" is_mounted /dev/shm tmpfs
try "loopback" ping -c 1 -W 2 127.0.0.1
try "IPv6 loopback" ping -c 1 -W 2 ::1
try "network namespaces" ip netns add t
link_types
queueing
try "nftables NAT" nft_masquerade
try "iptables-nft NAT" iptables_nat
try "conntrack" conntrack -C
try "WireGuard over netlink" sh -c 'ip link add w0 type wireguard && wg show w0'
[ "$failures" = 0 ]
