# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Everything a gateway's kernel shows that octopus could have touched, as text
# to compare.  Left out is what changes by itself: neighbours, counters and
# link-local addresses; and conf.all.send_redirects, which WireGuard clears when
# a device of its kind comes up (drivers/net/wireguard/device.c, wg_open).

snapshot()
{
	echo "# links"
	ip -n "$1" -o -d link | sed 's/ qlen [0-9]*//; s/ *\\.*promisc/ promisc/'
	echo "# addresses"
	ip -n "$1" -o addr | grep -v ' fe80:' | sed 's/valid_lft.*//'
	echo "# routes"
	ip -n "$1" -4 route show table all
	ip -n "$1" -6 route show table all | grep -v 'fe80:\|^multicast'
	echo "# rules"
	ip -n "$1" rule
	ip -n "$1" -6 rule
	echo "# queueing disciplines: without clsact there are no filters"
	on "$1" tc qdisc show
	echo "# sysctl"
	on "$1" grep -rs . /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf |
		grep -v 'secret\|temp_\|mc_forwarding\|all/send_redirects' | sort
	echo "# pins"
	ls "$(gateway_of "$1")" 2>&1
}
