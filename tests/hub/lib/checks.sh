# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Checks with kubectl against the hub of with-hub.sh, where no kube-apiserver is
# to compare with.

DIR=$(dirname "${OB_KUBECONFIG:?}")
SPACE=${SPACE:-syncer-operator}
FAILED=0

# as WHO ARGUMENT...: kubectl; admin, member
as()
{
	_who=$1
	shift
	"${KUBECTL:-kubectl}" --kubeconfig "$DIR/$_who" --cache-dir \
		"$DIR/cache" --namespace "$SPACE" "$@" >"$DIR/out" 2>"$DIR/err"
}

# verdict SENTENCE STATUS
verdict()
{
	if [ "$2" = 0 ]; then
		echo "PASS $1"
	else
		FAILED=$((FAILED + 1))
		echo "FAIL $1"
		sed 's/^/  /' "$DIR/out" "$DIR/err"
	fi
}

the_end()
{
	[ "$FAILED" = 0 ]
}
