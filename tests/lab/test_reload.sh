#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SIGHUP: a good file is applied, a bad one changes nothing and is explained.
# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/tests/lab/lib/flow.sh"

FILE=$WORLD/cluster1.yaml
OUTPUT=$WORLD/cluster1.octopus.log
cp "$FILE" "$WORLD/good.yaml"

state()
{
	ip -n cluster1 route show dev ob0
	on cluster1 wg show ob0 allowed-ips
	bpftool -j map dump pinned "$(pins_of cluster1)/ob_route4" |
		jq -c '.[].formatted' | sort
}

reload()
{
	wc -l <"$OUTPUT" >"$WORLD/log.lines"
	kill -HUP "$(octopus_pid cluster1)"
}

# said PATTERN: in the log, since the last reload.
said()
{
	tail -n +"$(($(cat "$WORLD/log.lines") + 1))" "$OUTPUT" |
		grep -E "$1"
}

# refused WHAT LINE FIELD: the file as it is now is bad there.
refused()
{
	state >"$WORLD/state.before"
	reload
	check "$1: the log names line $2 and $3" \
		wait_until "$PATIENCE" said "cluster1.yaml:$2:.*$3"
	said "cluster1.yaml:" | tail -n 1 | sed 's/^/       | /'
	state >"$WORLD/state.after"
	check "$1: nothing has changed" \
		diff "$WORLD/state.before" "$WORLD/state.after"
	check "$1: traffic flows" traffic_flows
}

# line_of PATTERN
line_of()
{
	grep -n "$1" "$FILE" | head -n 1 | cut -d: -f1
}

sed 's/^port: .*/port: 99999/' "$WORLD/good.yaml" >"$FILE"
refused "a port out of range" "$(line_of '^port:')" port
sed 's/10.114.0.0\/16/10.114.0.0\/33/' "$WORLD/good.yaml" >"$FILE"
refused "a prefix too long" "$(line_of '/33')" cluster_cidr
sed 's/10.114.0.0\/16/10.112.0.0\/16/' "$WORLD/good.yaml" >"$FILE"
refused "a prefix somebody else has" '[0-9]+' cluster_cidr
printf 'cluster_id: [\n' >"$FILE"
refused "no YAML" '[0-9]+' ''

{
	cat "$WORLD/good.yaml"
	echo "  - cluster_id: cluster3"
	echo "    cluster_cidr: 10.115.0.0/16"
} >"$FILE"
reload
check "a good file is applied" wait_until "$PATIENCE" \
	sh -c 'ip -n cluster1 route show dev ob0 | grep -q 10.115.0.0/16'
cp "$WORLD/good.yaml" "$FILE"
reload
check "and taken back" wait_until "$PATIENCE" \
	sh -c '! ip -n cluster1 route show dev ob0 | grep -q 10.115.0.0/16'
check "traffic flows" traffic_flows
the_end
