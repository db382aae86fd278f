# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Everything a gateway's kernel shows that octopus could have touched, as text
# to compare.  Neighbours and counters are left out: they live.

snapshot()
{
	echo "# links"
	ip -n "$1" -o -d link | sed 's/ qlen [0-9]*//; s/ *\\.*promisc/ promisc/'
	echo "# addresses"
	ip -n "$1" -o addr | sed 's/valid_lft.*//'
	echo "# routes"
	ip -n "$1" route show table all
	ip -n "$1" -6 route show table all | sed 's/ expires [0-9]*sec//'
	echo "# rules"
	ip -n "$1" rule
	ip -n "$1" -6 rule
	echo "# queueing disciplines and filters"
	on "$1" tc qdisc show
	for _dev in $(on "$1" ls /sys/class/net 2>/dev/null || :); do
		on "$1" tc filter show dev "$_dev" ingress 2>/dev/null || :
		on "$1" tc filter show dev "$_dev" egress 2>/dev/null || :
	done
	echo "# programs"
	on "$1" bpftool net show
	echo "# sysctl"
	on "$1" sysctl -a 2>/dev/null |
		grep -E '^net\.ipv[46]\.(conf|ip_forward)' |
		grep -v 'stable_secret\|temp_\|mc_forwarding'
	echo "# pins"
	ls "$(gateway_of "$1")" 2>&1
}
