#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An embedded hub for one test, with nothing in it:
#
#   with-hub.sh case NAME...     cases of run
#   with-hub.sh COMMAND...       with OB_KUBECONFIG, of the administrator
set -eu

HERE=$(cd "$(dirname "$0")" && pwd -P)
HUB=${OB_BUILD_DIR:?}/bin/hub
DIR=$(mktemp -d "${TMPDIR:-/tmp}/ob-with-hub.XXXXXX")
PID=
# Every hub has an address of its own, so none is in another's way.
ADDRESS=127.$((64 + $$ / 65536 % 64)).$(($$ / 256 % 256)).$(($$ % 256))
export OB_HUB_DIR="$DIR/hub" OB_KUBECONFIG="$DIR/admin"

# What the sanitizers have to say comes at the end, and fails the test.
stop()
{
	_code=$?
	trap - EXIT
	if [ -n "$PID" ]; then
		kill "$PID" 2>/dev/null || :
		wait "$PID" || _code=1
	fi
	[ "$_code" = 0 ] || tail -n 60 "$DIR/log" | sed 's/^/hub: /'
	rm -rf "$DIR"
	exit "$_code"
}

ready()
{
	"${KUBECTL:-kubectl}" --kubeconfig "$DIR/admin" get --raw /readyz
}

trap stop EXIT
trap 'exit 1' HUP INT TERM
"$HUB" --listen "$ADDRESS:6443" --advertise "$ADDRESS" init >"$DIR/log" 2>&1
"$HUB" --listen "$ADDRESS:6443" serve >>"$DIR/log" 2>&1 &
PID=$!
"$HUB" kubeconfig >"$DIR/admin"
"$HUB" kubeconfig c1 >"$DIR/member"
tries=0
until ready >/dev/null 2>&1; do
	tries=$((tries + 1))
	[ $tries -lt 300 ] && kill -0 "$PID"
	sleep 0.1
done

if [ "$1" = case ]; then
	shift
	"$HERE/run" -n "$DIR/member" "$DIR/admin" "$@"
else
	"$@"
fi
