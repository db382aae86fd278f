#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# octopus is killed under a steady stream and started again: nothing is lost,
# and the new one adopts what the old one has left.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/flow.sh"
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/stream.sh"

note "rate: $(stream_rate) packets a second"

kill_all()
{
	for _c in $CLUSTERS; do
		octopus_stop "$_c" KILL
	done
}

start_all()
{
	for _c in $CLUSTERS; do
		octopus_start "$_c"
	done
	everybody_ready
}

# identity CLUSTER: what a restart must not make anew.
identity()
{
	on "$1" wg show ob0 public-key
	ifindex "$1" ob0
	for _pin in "$(pins_of "$1")"/ob_*; do
		bpftool -j map show pinned "$_pin" | jq -r '"\(.name) \(.id)"'
	done
	programs "$1"
}

# expected CLUSTER: programs: two at the tunnel and one at each pod.
expected()
{
	echo $((2 + $(ip -n "$1" -o link show type veth | grep -c veth-)))
}

for _c in $CLUSTERS; do
	identity "$_c" >"$WORLD/$_c.identity"
done
stream_around "kill -9 of every octopus" kill_all
check "pods talk while every octopus is dead" traffic_flows
stream_around "octopus starts again" start_all
for _c in $CLUSTERS; do
	identity "$_c" >"$WORLD/$_c.identity2"
	equal "$_c: programs attached" \
		"$(programs "$_c" | wc -l)" "$(expected "$_c")"
	check "$_c: same keys, device, maps and programs" \
		diff "$WORLD/$_c.identity" "$WORLD/$_c.identity2"
done
the_end
