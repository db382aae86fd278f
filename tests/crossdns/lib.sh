# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What the cases are written with: a crossdns of their own, fed by the hub of
# tests/hub/with-hub.sh.

BUILD=${OB_BUILD_DIR:?}
SOURCE=${OB_SOURCE_DIR:?}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/ob-crossdns.XXXXXX")
# Every test has an address of its own, so none is in another's way.
ADDRESS=127.$((128 + $$ / 65536 % 64)).$(($$ / 256 % 256)).$(($$ % 256))
PORT=5353
METRICS=9799
PID=
FAILED=0

# What the sanitizers have to say comes at the end, and fails the test.
finish()
{
	_code=$?
	trap - EXIT
	[ "$FAILED" = 0 ] || _code=1
	if [ -n "$PID" ]; then
		kill "$PID" 2>/dev/null || :
		wait "$PID" || _code=1
	fi
	[ -z "${PROXY:-}" ] || kill "$PROXY" 2>/dev/null || :
	[ "$_code" = 0 ] || sed 's/^/crossdns: /' "$WORK/log"
	rm -rf "$WORK"
	exit "$_code"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

fail()
{
	echo "FAIL: $*"
	FAILED=1
}

it()
{
	echo "# $*"
}

kube()
{
	"${KUBECTL:-kubectl}" --kubeconfig "$OB_KUBECONFIG" "$@"
}

# wait_until COMMAND...: at most 30 s.
wait_until()
{
	_tries=0
	until "$@" >/dev/null 2>&1; do
		_tries=$((_tries + 1))
		if [ $_tries -ge 600 ]; then
			fail "never: $*"
			return 1
		fi
		sleep 0.05
	done
}

definitions()
{
	kube apply -f "$SOURCE/charts/octopus-agent/crds" >/dev/null
	kube wait --timeout 30s --for=condition=Established \
		crd/serviceimports.multicluster.x-k8s.io >/dev/null
}

objects()
{
	kube apply -f "$SOURCE/tests/crossdns/objects.yaml" >/dev/null
}

http()
{
	curl -sf "http://$ADDRESS:$METRICS/$1"
}

# start [LINE...]: crossdns, with more lines of configuration.
start()
{
	cat >"$WORK/config.yaml" <<EOF
cluster_id: c1
kubernetes: {kubeconfig: ${KUBECONFIG_OF_CROSSDNS:-$OB_KUBECONFIG}}
listen: ${LISTEN:-$ADDRESS:$PORT}
metrics: $ADDRESS:$METRICS
nameserver: 10.96.0.11
EOF
	for _line; do
		echo "$_line" >>"$WORK/config.yaml"
	done
	"$BUILD/bin/crossdns" --config "$WORK/config.yaml" >>"$WORK/log" 2>&1 &
	PID=$!
	wait_until http healthz
}

stop()
{
	kill "$PID"
	wait "$PID" || fail "crossdns ended with $?"
	PID=
}

# answer: of dig or kdig on standard input, in one line: "RCODE DATA; DATA".
answer()
{
	awk '
	/status: / {
		match($0, /status: [A-Z]+/)
		print substr($0, RSTART + 8, RLENGTH - 8)
	}
	/^[^;]/ {
		line = $5
		for (i = 6; i <= NF; i++)
			line = line " " $i
		print line
	}' | {
		read -r _rcode
		sort | awk -v rcode="$_rcode" '
		{ all = all (NR > 1 ? "; " : "") $0 }
		END { print rcode (all ? " " all : "") }'
	}
}

# ask NAME TYPE [OPTION...]
ask()
{
	dig "@$ADDRESS" -p "$PORT" +norec +noall +comments +answer +tries=1 \
		+time=5 "$@" | answer
}

kask()
{
	kdig "@$ADDRESS" -p "$PORT" +noall +header +answer +retry=0 +time=5 \
		"$@" 2>/dev/null | answer
}

# expect WANTED NAME TYPE [OPTION...]
expect()
{
	_want=$1
	shift
	_got=$(ask "$@")
	[ "$_got" = "$_want" ] || fail "$*: $_got, not $_want"
}

# says WANTED NAME TYPE [OPTION...]: for wait_until.
says()
{
	_want=$1
	shift
	[ "$(ask "$@")" = "$_want" ]
}

# metric SERIES
metric()
{
	http metrics | awk -v series="ovn_builder_crossdns_$1" \
		'$1 == series { print $2 }'
}
