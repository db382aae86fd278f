#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The programs on another kernel: that it loads, attaches and runs them to the
# same result, packet by packet.   bpf-on-kernel.sh SERIES [TEST...]
# Without tests: the bpf tier without the long random ones.
set -eu

repo=$(cd "$(dirname "$0")/../.." && pwd -P)
build=${OB_BUILD_DIR:-$repo/build}
usual='verifier_cost from_pod_steer from_pod_limits
	to_tunnel_translate to_tunnel_source from_tunnel_admit
	from_tunnel_deliver icmp_errors fragments_any_order malformed_packets
	mss_clamp recall_lookups counters_exact report_events live_tunnel
	live_answers'
# Minutes of an emulated kernel, so only where attaching differs: before tcx
# and with it.
attaching='loader attach'

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
OB_BUILD_DIR=$build exec "$repo/lab/run" -w qemu -k "$series" -t 700 -- \
	"$repo/tests/lab/bpf-on-kernel.sh" inside "$@"
