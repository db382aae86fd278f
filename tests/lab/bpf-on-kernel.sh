#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The programs on another kernel: that it loads, attaches and runs them to the
# same result, packet by packet.   bpf-on-kernel.sh SERIES [TEST...]
# Without tests: a few, because an emulated kernel takes its time.
set -eu

repo=$(cd "$(dirname "$0")/../.." && pwd -P)
build=${OB_BUILD_DIR:-$repo/build}
usual='verifier_cost from_pod_steer to_tunnel_translate from_tunnel_deliver
	icmp_errors recall_lookups live_tunnel'
# Only where attaching differs: before tcx and with it.
attaching='attach'

run_inside()
{
	failures=0
	uname -r
	for name; do
		if "$build/tests/bpf/bpf_test_$name" >/tmp/log 2>&1; then
			echo "  ok      $name"
			grep verified /tmp/log || :
		else
			echo "  FAILED  $name"
			cat /tmp/log
			failures=$((failures + 1))
		fi
	done
	[ "$failures" = 0 ]
}

if [ "$1" = inside ]; then
	shift
	run_inside "$@"
	exit
fi
series=$1
shift
# shellcheck disable=SC2086 # lists of words
case $#$series in
06*) set -- $usual $attaching ;;
0*) set -- $usual ;;
esac
OB_BUILD_DIR=$build exec "$repo/lab/run" -w qemu -c 1 -k "$series" -t 700 -- \
	"$repo/tests/lab/bpf-on-kernel.sh" inside "$@"
