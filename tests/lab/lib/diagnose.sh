# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What obctl diagnose says, for the flows of both worlds.

# diagnose CLUSTER ARGUMENT...: as JSON, into diagnose.json
diagnose()
{
	_at=$1
	shift
	obctl_of "$_at" -o json diagnose --config "$WORLD/$_at.yaml" "$@" \
		>"$WORLD/diagnose.json" 2>"$WORLD/diagnose.err"
}

first_fault()
{
	jq -r '.first.fault // "none"' "$WORLD/diagnose.json"
}

# shows CLUSTER: as a person sees it.
shows()
{
	obctl_of "$1" diagnose --config "$WORLD/$1.yaml" |
		sed 's/^/       | /'
}

# finds WHAT FAULT [CLUSTER]: that is the first broken thing there, with a fix.
finds()
{
	_gateway=${3:-cluster1}
	_status=0
	diagnose "$_gateway" || _status=$?
	equal "$1" "$(first_fault) exit $_status" "$2 exit 1"
	if [ "$(first_fault)" = "$2" ]; then
		note "$(jq -r .first.found "$WORLD/diagnose.json")"
		check "$1: there is a fix" jq -e '.first.fix | length > 10' \
			"$WORLD/diagnose.json"
	else
		shows "$_gateway"
	fi
}

# first_is FAULT [CLUSTER]
first_is()
{
	diagnose "${2:-cluster1}" || :
	[ "$(first_fault)" = "$1" ]
}

nothing_broken()
{
	diagnose "$1" && [ "$(first_fault)" = none ]
}

# healed WHAT [CLUSTER]
healed()
{
	if wait_until 30 nothing_broken "${2:-cluster1}"; then
		pass "$1: nothing is broken"
	else
		miss "$1: something is broken"
		shows "${2:-cluster1}"
	fi
}

# octopus_back: after octopus_stop cluster1.
octopus_back()
{
	octopus_start cluster1
	wait_until 60 gateway_ready cluster1
}
