# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# packages.txt: what is missing, and installing it.

# packages_wanted SECTION...: the requirements of these sections.
packages_wanted()
{
	for _section in "$@"; do
		awk -v want="[$_section]" '
			{ sub(/[ \t]*#.*/, "") }
			/^\[/ { on = $0 == want; next }
			on && NF { print $1 }' "$REPO/packages.txt"
	done | sort -u
}

# Lists installed packages once: asking one by one takes seconds.
packages_installed()
{
	dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version}\n' |
		awk '$1 == "ii" { print $2, $3 }'
}

# package_present NAME [VERSION]: is it installed (at least this new)?
package_present()
{
	_have=$(printf '%s\n' "$PACKAGES_INSTALLED" |
		awk -v p="$1" '$1 == p { print $2; exit }')
	[ -n "$_have" ] || return 1
	[ -z "${2:-}" ] || dpkg --compare-versions "$_have" ge "$2"
}

# requirement_met "a|b" or "a>=VERSION"
requirement_met()
{
	case $1 in
	*'>='*)
		package_present "${1%%>=*}" "${1#*>=}"
		return
		;;
	esac
	for _p in $(echo "$1" | tr '|' ' '); do
		if package_present "$_p"; then
			return 0
		fi
	done
	return 1
}

packages_missing()
{
	PACKAGES_INSTALLED=$(packages_installed)
	for _r in $(packages_wanted "$@"); do
		requirement_met "$_r" || echo "$_r"
	done
}

# tools_path PATH: Ubuntu 24.04 has a bpftool with each kernel's tools, behind
# a script that insists on those of the running kernel; ours will do.
tools_path()
{
	for _d in /usr/lib/linux-tools/*/; do
		[ ! -x "${_d}bpftool" ] || set -- "$_d:$1"
	done
	echo "$1"
}

# package_candidate NAME: the version apt would install, empty if none.
package_candidate()
{
	apt-cache policy "$1" 2>/dev/null |
		sed -n 's/^  Candidate: //p' | grep -v '^(none)$' | head -n 1
}

# packages_ensure SECTION...
packages_ensure()
{
	_missing=$(packages_missing "$@")
	[ -n "$_missing" ] || return 0
	# shellcheck disable=SC2086 # words
	set -- $_missing
	if [ "$(id -u)" != 0 ]; then
		echo "missing packages (install them, or run this as root):" >&2
		printf '  %s\n' "$@" >&2
		exit 1
	fi
	cache_locked packages packages_install "$@" ||
		ob_die "cannot install: $*"
}

# packages_install REQUIREMENT...
packages_install()
{
	ob_say "installing what is missing: $*"
	# A broken third-party source must not stop us: what counts is whether
	# the packages are known afterwards.
	apt-get -q -q update >/dev/null 2>&1 ||
		ob_say "apt-get update had errors, going on"
	_now='' _backport=''
	for _r in "$@"; do
		package_choose "$_r" || return 1
	done
	if [ -n "$_backport" ]; then
		packages_backports || return 1
	fi
	# shellcheck disable=SC2086 # words
	packages_apt $_now
}

# package_choose REQUIREMENT: adds to _now or _backport.
package_choose()
{
	case $1 in
	*'>='*)
		_v=$(package_candidate "${1%%>=*}")
		if [ -n "$_v" ] &&
			dpkg --compare-versions "$_v" ge "${1#*>=}"; then
			_now="$_now ${1%%>=*}"
		else
			_backport="$_backport ${1%%>=*}"
		fi
		return
		;;
	esac
	for _p in $(echo "$1" | tr '|' ' '); do
		if [ -n "$(package_candidate "$_p")" ]; then
			_now="$_now $_p"
			return 0
		fi
	done
	ob_say "no package for $1 in the configured sources"
	return 1
}

# As files, so that the machine's sources stay as they are.
packages_backports()
{
	apt_private "$(os_codename)-backports" || {
		ob_say "cannot reach the backports of this release"
		return 1
	}
	_debs=$(mktemp -d)
	ob_say "from backports:$_backport"
	# shellcheck disable=SC2086 # words
	(cd "$_debs" && apt_with apt-get -q -q download $_backport) >&2 ||
		return 1
	_now="$_now $(echo "$_debs"/*.deb)"
}

# No daemon is to start because we needed its program: where the machine has
# no policy of its own, one that says no exists for as long as apt runs.
packages_apt()
{
	_policy=/usr/sbin/policy-rc.d
	if [ -e "$_policy" ]; then
		_policy=
	else
		printf '#!/bin/sh\nexit 101\n' >"$_policy"
		chmod 755 "$_policy"
	fi
	_rc=0
	_log=$(mktemp)
	DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=600 --no-install-recommends \
		install "$@" >"$_log" 2>&1 </dev/null || _rc=$?
	[ "$_rc" = 0 ] || tail -n 15 "$_log" >&2
	[ -z "$_policy" ] || rm -f "$_policy"
	rm -rf "$_log" "${_debs:-}"
	return "$_rc"
}
