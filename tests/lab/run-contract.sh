#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What lab/run promises, checked for one way.   run-contract.sh WAY [SERIES]
set -eu

way=${1:?a way: auto, direct, qemu or uml}
series=${2:-6.12}
here=$(cd "$(dirname "$0")" && pwd -P)
repo=$(cd "$here/../.." && pwd -P)
# What "auto" comes to on this machine.
# shellcheck disable=SC2016 # expanded inside
[ "$way" != auto ] ||
	way=$("$repo/lab/run" -- sh -c 'echo "$OB_LAB_WAY"')
scratch=$(mktemp -d)
failures=0
# A time to sleep that nobody else uses.
mark=3$$
export TMPDIR="$scratch/tmp"
mkdir "$TMPDIR"
trap 'rm -rf "$scratch"' EXIT

lab() { "$repo/lab/run" -w "$way" -k "$series" "$@"; }

# check NAME CONDITION...
check()
{
	_name=$1
	shift
	if "$@"; then
		echo "ok: $way: $_name"
	else
		echo "FAILED: $way: $_name"
		failures=$((failures + 1))
	fi
}

status_of()
{
	_rc=0
	"$@" >"$scratch/out" 2>"$scratch/err" || _rc=$?
	echo "$_rc"
}

returns() # STATUS COMMAND...
{
	_want=$1
	shift
	[ "$(status_of lab -t 120 -- "$@")" = "$_want" ]
}

keeps_arguments()
{
	# shellcheck disable=SC2016 # the words must arrive as they are
	_expected=$(printf '<%s>' 'a  b' "it's" '"$HOME"' '' '*' 'x
y')
	# shellcheck disable=SC2016 # expanded inside
	_got=$(lab -t 120 -- sh -c 'printf "<%s>" "$@"' sh \
		'a  b' "it's" '"$HOME"' '' '*' 'x
y')
	[ "$_got" = "$_expected" ]
}

separates_outputs()
{
	[ "$(status_of lab -t 120 -- sh -c 'echo out; echo err >&2')" = 0 ] &&
		[ "$(cat "$scratch/out")" = out ] &&
		[ "$(cat "$scratch/err")" = err ]
}

loses_no_output()
{
	[ "$(lab -t 120 -- seq 1 50000 | cksum)" = "$(seq 1 50000 | cksum)" ]
}

passes_our_variables_only()
{
	# shellcheck disable=SC2016 # expanded inside
	_got=$(OB_PROBE="a 'b'" OTHER=1 lab -t 120 -- \
		sh -c 'echo "$OB_PROBE|${OTHER:-unset}|$OB_LAB_WAY"')
	[ "$_got" = "a 'b'|unset|$way" ]
}

keeps_the_directory()
{
	[ "$(cd "$here" && lab -t 120 -- pwd)" = "$here" ] &&
		[ "$(cd / && lab -t 120 -- pwd)" = "$repo" ]
}

shares_the_repository()
{
	_mark=$repo/build/lab-contract.$$
	mkdir -p "$repo/build"
	echo in >"$_mark"
	lab -t 120 -- sh -c "grep -q in '$_mark' && echo out >'$_mark'" &&
		[ "$(cat "$_mark")" = out ]
	_rc=$?
	rm -f "$_mark"
	return "$_rc"
}

leaves_nothing_after_the_limit()
{
	[ "$(status_of lab -t 6 -- sh -c "sleep $mark & sleep $mark")" = 124 ] &&
		wait_for 50 nothing_left
}

leaves_nothing_when_interrupted()
{
	start sh -c "echo up; sleep $mark"
	wait_for 300 grep -q up "$scratch/stream" || return 1
	stop && wait_for 50 nothing_left
}

# A killed lab/run cannot clean up, but nothing may go on running.
leaves_no_process_when_killed()
{
	start sh -c "echo up; sleep $mark"
	wait_for 300 grep -q up "$scratch/stream" || return 1
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null || :
	wait_for 50 no_process
}

# Kernels carry the job directory in their arguments, and that is below
# ours; the command of the direct way carries the mark.
no_process()
{
	! pgrep -f "$TMPDIR/|sleep $mark" >/dev/null
}

nothing_left()
{
	no_process && [ -z "$(ls "$TMPDIR")" ]
}

# start COMMAND...: in the background, its output in a file.
start()
{
	"$repo/lab/run" -w "$way" -k "$series" -t 60 -- "$@" \
		>"$scratch/stream" 2>&1 &
	pid=$!
}

# stop: interrupt what was started; fails if it had ended by itself.
stop()
{
	kill -TERM "$pid" 2>/dev/null || return 1
	! wait "$pid" 2>/dev/null
}

# wait_for TENTHS COMMAND...
wait_for()
{
	_left=$1
	shift
	until "$@"; do
		_left=$((_left - 1))
		[ "$_left" -gt 0 ] || return 1
		sleep 0.1
	done
}

streams_while_running()
{
	start sh -c 'echo first; sleep 50'
	wait_for 300 grep -q first "$scratch/stream" && stop
}

has_the_kernel_we_need()
{
	lab -t 200 -- sh "$here/kernel-features.sh"
}

check "returns 0" returns 0 true
check "returns 5" returns 5 sh -c 'exit 5'
check "returns 127 for an unknown command" returns 127 no-such-command
check "keeps arguments" keeps_arguments
check "keeps stdout and stderr apart" separates_outputs
check "loses no output" loses_no_output
check "streams while running" streams_while_running
check "passes OB_ variables and no others" passes_our_variables_only
check "keeps the directory" keeps_the_directory
check "shares the repository for writing" shares_the_repository
check "ends at the time limit with 124" leaves_nothing_after_the_limit
check "ends when interrupted" leaves_nothing_when_interrupted
check "dies with its runner" leaves_no_process_when_killed
check "has the kernel we need" has_the_kernel_we_need

[ "$failures" = 0 ]
