# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What the cases are written with.  A case is a list of actions; each prints
# what it does and what came of it, and the whole is compared with what a
# kube-apiserver says.  Set by run: HERE, WORK, KUBECONFIG, NS (a namespace of
# the case's own).

API=/api/v1/namespaces/$NS
# For the cases: none needs all of them.
# shellcheck disable=SC2034
{
	CONFIGMAPS=$API/configmaps
	GADGETS=/apis/test.octopus.io/v1/namespaces/$NS/gadgets
	CRDS=/apis/apiextensions.k8s.io/v1/customresourcedefinitions
	LEASES=/apis/coordination.k8s.io/v1/namespaces/$NS/leases
	TABLE='application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
	AGGREGATED='application/json;g=apidiscovery.k8s.io;v=v2;'\
'as=APIGroupDiscoveryList'
	PARTIAL='application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'
	PARTIALS='application/json;as=PartialObjectMetadataList;'\
'v=v1;g=meta.k8s.io'
	# What an object is, when its content is known already.
	BRIEF='{kind, name: .metadata.name, data,
		rv: .metadata.resourceVersion}'
	SPEC='.spec // .'
	CAUSES='[.details.causes[] | {field, reason}]'
	WHY='if .kind == "Status" then {code, reason} else . end'
	NAMES='[.items[].metadata.name]'
	EVENTS='[.type, (.object | .metadata.name // .kind)]'
}

# it SENTENCE: what the next lines show.
it()
{
	printf '\n# %s\n' "$*"
}

# media NAME: the content type of a patch, or what was given.
media()
{
	case $1 in
	merge | strategic-merge | json-patch)
		echo "application/${1%-patch}-patch+json"
		;;
	apply) echo application/apply-patch+yaml ;;
	json) echo application/json ;;
	*) echo "$1" ;;
	esac
}

# call METHOD PATH BODY TYPE ACCEPT: prints the HTTP status; the answer is in
# $WORK/head and $WORK/body.
call()
{
	set -- "$1" "$2" "$3" "$(media "$4")" "$5"
	if [ -n "$3" ]; then
		printf '%s' "$3" >"$WORK/request"
		curl -sS -K "$WORK/curl" -X "$1" -H "Accept: $5" \
			-H "Content-Type: $4" --data-binary "@$WORK/request" \
			-D "$WORK/head" -o "$WORK/body" -w '%{http_code}\n' \
			"$SERVER$2"
	else
		curl -sS -K "$WORK/curl" -X "$1" -H "Accept: $5" \
			-D "$WORK/head" -o "$WORK/body" -w '%{http_code}\n' \
			"$SERVER$2"
	fi
}

# api [-t TYPE] [-a ACCEPT] [-o JQ] [-f] [-q] METHOD PATH [BODY]: one request.
# JQ says what of the answer is shown; -f shows managedFields, -q the code only.
api()
{
	_type=json _accept=application/json _only=. _fields=drop _quiet=no
	OPTIND=1
	while getopts t:a:o:fq _o; do
		case $_o in
		t) _type=$OPTARG ;;
		a) _accept=$OPTARG ;;
		o) _only=$OPTARG ;;
		f) _fields=keep ;;
		q) _quiet=yes ;;
		*) return 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	: >"$WORK/body"
	_code=$(call "$1" "$2" "${3:-}" "$_type" "$_accept")
	[ "$_type" = json ] && echo "> $1 $2" || echo "> $1 $2 ($_type)"
	echo "< $_code"
	tr -d '\r' <"$WORK/head" |
		sed -n 's/^\(warning\|retry-after\):/< \L\1:/Ip' | sort
	[ $_quiet = yes ] || show "$_only" "$_fields"
}

# show JQ keep|drop: the last answer, of which one document may be many.
show()
{
	if jq -e . "$WORK/body" >/dev/null 2>&1; then
		jq -S --arg fields "$2" -f "$HERE/lib/normal.jq" \
			"$WORK/body" | jq -cS "$1" | pretty
	else
		scrub <"$WORK/body"
		end_line "$WORK/body"
	fi
}

# end_line FILE: ends its last line, if it has one that does not end.
end_line()
{
	[ -z "$(tail -c 1 "$1")" ] || echo
}

# One line stays one line when it is short.
pretty()
{
	while IFS= read -r _line; do
		if [ ${#_line} -le 72 ]; then
			printf '%s\n' "$_line"
		else
			printf '%s\n' "$_line" | jq -S .
		fi
	done
}

# made [-t TYPE] METHOD PATH [BODY]: a request that only prepares.
made()
{
	_type=json
	[ "$1" != -t ] || { _type=$2 && shift 2; }
	_code=$(call "$1" "$2" "${3:-}" "$_type" application/json)
	case $_code in
	2??) ;;
	*) echo "! $1 $2: $_code" && show . drop ;;
	esac
}

# last [-c] JQ: of the last answer, as it is.
last()
{
	jq -r "$@" "$WORK/body"
}

# object API-VERSION KIND NAME "MORE-METADATA" MORE: a body; MORE is members.
object()
{
	printf '{"apiVersion":"%s","kind":"%s","metadata":{"name":"%s"%s}%s}' \
		"$1" "$2" "$3" "${4:+,$4}" "${5:+,$5}"
}

# config NAME [DATA [MORE-METADATA]]: the body of a ConfigMap.
config()
{
	object v1 ConfigMap "$1" "${3:-}" "${2:+\"data\":$2}"
}

# gadget NAME [SPEC [MORE-METADATA [MORE]]]: the body of a Gadget.
gadget()
{
	_spec=${2:-}
	[ -n "$_spec" ] || _spec='{"size":1}'
	object test.octopus.io/v1 Gadget "$1" "${3:-}" \
		"\"spec\":$_spec${4:+,$4}"
}

# Text of kubectl: the same as normal.jq does.
scrub()
{
	_hex='[0-9a-f]'
	sed -E -e "s/$_hex{8}(-$_hex{4}){3}-$_hex{12}/<uid:&>/g" \
		-e 's/(resourceVersion: *)"?([0-9]+)"?/\1<rv:\2>/' \
		-e 's/20(0[2-9]|[1-9][0-9])-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?Z/TIME/g' \
		-e 's/[0-9]+s$/AGE/' -e 's/ +$//'
}

# k ARGUMENT...: kubectl, its output and how it ended.
k()
{
	echo "\$ kubectl $*"
	"$KUBECTL" --kubeconfig "$KUBECONFIG" --cache-dir "$WORK/cache" \
		-n "$NS" "$@" >"$WORK/out" 2>"$WORK/err" </dev/null
	_code=$?
	scrub <"$WORK/out"
	end_line "$WORK/out"
	scrub <"$WORK/err"
	[ "$_code" = 0 ] || echo "exit $_code"
}

# kj JQ ARGUMENT...: kubectl ... -o json, and of it what JQ says.
kj()
{
	_only=$1
	shift
	echo "\$ kubectl $*"
	"$KUBECTL" --kubeconfig "$KUBECONFIG" --cache-dir "$WORK/cache" \
		-n "$NS" "$@" -o json >"$WORK/body" 2>"$WORK/err" </dev/null ||
		echo "exit $?"
	scrub <"$WORK/err"
	show "$_only" drop
}

# wait_until COMMAND...: for what the server does in its own time.
wait_until()
{
	_tries=0
	until "$@" >/dev/null 2>&1; do
		_tries=$((_tries + 1))
		[ $_tries -lt 300 ] || { echo "! waited for: $*" && return 1; }
		sleep 0.1
	done
}

# answers CODE PATH
answers()
{
	[ "$(call GET "$2" '' json application/json)" = "$1" ]
}

# holds JQ PATH: the answer satisfies it.
holds()
{
	answers 200 "$2" && jq -e "$1" "$WORK/body"
}

# The kind Gadget is served, and known to discovery and OpenAPI.
gadgets_served()
{
	call POST "$CRDS" "$(cat "$HERE/lib/gadgets.json")" json \
		application/json >/dev/null
	wait_until holds '[.status.conditions[]? | select(.type ==
		"Established") | .status] == ["True"]' \
		"$CRDS/gadgets.test.octopus.io"
	wait_until answers 200 "$GADGETS"
	wait_until holds '[.resources[] | select(.kind == "Gadget")] != []' \
		/apis/test.octopus.io/v1
	wait_until holds '.components.schemas | keys |
		any(endswith("v1.Gadget"))' /openapi/v3/apis/test.octopus.io/v1
}

# now: the resource version that the server is at.
now()
{
	call GET "$API/secrets?limit=1" '' json application/json >/dev/null
	last .metadata.resourceVersion
}

# watched [-a ACCEPT] [-o JQ] PATH?QUERY: the events of a short watch.
watched()
{
	_accept=application/json _only=$EVENTS
	OPTIND=1
	while getopts a:o: _o; do
		case $_o in
		a) _accept=$OPTARG ;;
		o) _only=$OPTARG ;;
		*) return 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	_code=$(call GET "$1&watch=1&timeoutSeconds=1" '' json "$_accept")
	echo "> WATCH $1" | sed -E 's/(resourceVersion=)([2-9]|[0-9]{2,})/\1RV/'
	echo "< $_code"
	show "$_only" drop
}
