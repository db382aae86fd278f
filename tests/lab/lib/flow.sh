# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What every flow begins with: the world of the demo, and checks that print one
# line each.  A flow is a script test_NAME.sh that "flows" runs in a world that
# is up; it ends with the_end.

# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/demo/world.sh"

LAB_TOOLS=${OB_BUILD_DIR:?}/tests/lab
CHECKS=0
FAILURES=0

# For the flows: none needs all of them.
# shellcheck disable=SC2034
{
	CLIENT4=$(global4 cluster1 1.10) CLIENT6=$(global6 cluster1 1.10)
	SHOP4=$(global4 cluster1 2.20)
	WEB4=$(global4 cluster2 1.10) WEB6=$(global6 cluster2 1.10)
	ECHO4=$(global4 cluster2 2.20) ECHO6=$(global6 cluster2 2.20)
	STATUS4=$(global4 hub 1.10) STATUS6=$(global6 hub 1.10)
	LOCAL4=$(local4 1.10) LOCAL6=$(local6 1.10)
}

pass()
{
	CHECKS=$((CHECKS + 1))
	echo "  PASS $*"
}

miss()
{
	CHECKS=$((CHECKS + 1))
	FAILURES=$((FAILURES + 1))
	echo "  FAIL $*"
}

note()
{
	echo "       $*"
}

# check SENTENCE COMMAND...: its output is shown when it fails.
check()
{
	_sentence=$1
	shift
	if "$@" >"$WORLD/check.out" 2>&1; then
		pass "$_sentence"
	else
		miss "$_sentence"
		tail -n 15 "$WORLD/check.out" | sed 's/^/       | /'
	fi
}

# equal SENTENCE GOT WANTED
equal()
{
	if [ "$2" = "$3" ]; then
		pass "$1: $2"
	else
		miss "$1: $2, wanted $3"
	fi
}

# matches SENTENCE GOT PATTERN (of case)
matches()
{
	# shellcheck disable=SC2254 # a pattern is wanted
	case $2 in
	$3) pass "$1: $2" ;;
	*) miss "$1: $2, wanted $3" ;;
	esac
}

the_end()
{
	echo "$CHECKS $FAILURES" >"$WORLD/flow.result"
	[ "$FAILURES" = 0 ]
}

# slow: emulated, so that times mean little.
slow()
{
	[ "${OB_LAB_WAY:-}" = qemu ]
}

# Seconds until what should happen at once is given up: long, because the
# machine may be busy with something else.
PATIENCE=20
# And until one packet's answer is: shorter, so that the next one gets its turn.
ANSWER=4
# shellcheck disable=SC2034 # for the flows
if slow; then
	PATIENCE=60 ANSWER=15
fi

# probe POD ARGUMENT...: what becomes of one packet (probe.c).
probe()
{
	_pod=$1
	shift
	on "$_pod" "$LAB_TOOLS/lab_probe" "$@"
}

ping_once()
{
	on "$1" ping -n -c 1 -W "$ANSWER" "$2"
}

traffic_flows()
{
	ping_once cluster1-client "$WEB4" && ping_once cluster1-client "$WEB6"
}

# gateway_ready CLUSTER: octopus runs and has done its work once.
gateway_ready()
{
	! octopus_gone "$1" && ip -n "$1" link show dev ob0 up &&
		obctl_of "$1" status
}

# everybody_ready: after octopus was started, everywhere.
everybody_ready()
{
	for _c in $CLUSTERS; do
		wait_until 60 gateway_ready "$_c" || return 1
	done
}

tunnel_mtu()
{
	ip -n "$1" -j link show dev ob0 | jq '.[0].mtu'
}

# programs CLUSTER: "LINK PROGRAM-ID TAG" of each attachment: of the pinned
# tcx links, or of the filters where the kernel has no such links.
programs()
{
	bpftool -j prog show >"$WORLD/progs.json"
	if [ -n "$(find "$(gateway_of "$1")" -name 'link_*')" ]; then
		tcx_links "$1"
	else
		filters "$1"
	fi | jq -R -r --slurpfile all "$WORLD/progs.json" '
		(split(" ")[1] | tonumber) as $id |
		"\(.) \($all[0][] | select(.id == $id) | .tag)"'
}

tcx_links()
{
	bpftool -j -f link show | jq -r --arg root "$(gateway_of "$1")/" '
		.[] | .prog_id as $id | .pinned[]? |
		select(startswith($root)) | "\(split("/")[-1]) \($id)"' | sort
}

filters()
{
	for _dev in $(ip -n "$1" -j link | jq -r '.[].ifname'); do
		for _side in ingress egress; do
			on "$1" tc -j filter show dev "$_dev" $_side |
				jq -r --arg name "${_dev}_$_side" '.[] |
					.options.prog? // empty |
					"\($name) \(.id)"'
		done
	done
}
