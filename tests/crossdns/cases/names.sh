# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Every name of names.txt, asked by two clients, over UDP and TCP.
definitions
objects
start
wait_until http readyz

# table COMMAND [OPTION...]
table()
{
	_n=0
	grep -v -e '^#' -e '^$' "$HERE/names.txt" >"$WORK/table"
	while IFS= read -r _line; do
		_name=${_line%%:*}
		_wanted=${_line#*: }
		# shellcheck disable=SC2086 # a name and a type
		_answer=$("$@" $_name)
		[ "$_answer" = "$_wanted" ] ||
			fail "$* $_name: $_answer, not $_wanted"
		_n=$((_n + 1))
	done <"$WORK/table"
	echo "$*: $_n names"
}

it dig, UDP
table ask
it kdig, TCP
table kask +tcp
it dig, UDP, without EDNS
table ask +noedns
