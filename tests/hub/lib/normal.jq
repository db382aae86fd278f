# SPDX-License-Identifier: Apache-2.0
# An answer, without what differs from run to run and from server to server.
# uids and resource versions become <uid:...> and <rv:...>, which number.awk
# makes UID1, UID2, RV1, ...: so that equal and different still show.
# $fields: "keep" or "drop" managedFields.

def uid: "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

# Times of 2001 are those that the cases themselves write.
def time:
	"20(0[2-9]|[1-9][0-9])-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\\.[0-9]+)?Z";

# The order of several findings is not defined; causes has them too.
def text:
	gsub("(?<u>\(uid))|\(time)"; if .u then "<uid:\(.u)>" else "TIME" end)
	| gsub(" is invalid: \\[.*\\]$"; " is invalid: [...]"; "s")
	| gsub(" \\(e\\.g\\..*?regex used for validation is '.*?'\\)"; "")
	| gsub("(?<w>in record|object meta:) ?\\(?[0-9]+\\)?"; "\(.w) RV")
	| gsub("current: [0-9]+$"; "current: RV")
	| gsub("^made-[bcdfghjklmnpqrstvwxz2456789]{5}$"; "made-XXXXX");

def metadata:
	if (.resourceVersion? | type) == "string" then
		.resourceVersion |= if . == "" then .
			else "<rv:\(.)>" end
		| if .uid then . else .resourceVersion = "RV" end
	else . end
	| if .continue? then .continue = "CONTINUE" else . end
	| if .annotations? then del(.annotations
		["kubernetes.io/initial-events-list-blueprint"]) else . end
	| if $fields == "drop" then del(.managedFields)
	# Their order is that of their times, in seconds.
	elif .managedFields? then .managedFields |=
		sort_by(.manager, .operation, .subresource)
	else . end;

# An age of seconds, in a cell or alone.
def cells:
	map(if type == "string" and test("^[0-9]+s$") then "AGE" else . end);

def fields:
	if (.metadata? | type) == "object" then .metadata |= metadata else . end
	| del(.storageVersionHash)
	| if (.cells? | type) == "array" then .cells |= cells else . end
	| if (.causes? | type) == "array" then
		.causes |= unique_by(.field, .message) else . end
	| if (.columnDefinitions? | type) == "array" then
		.columnDefinitions |= map(del(.description)) else . end;

walk(if type == "object" then fields
     elif type == "string" then text
     else . end)
