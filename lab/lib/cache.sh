# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The cache of prepared kernels, and how the lab speaks.
#
# Everything slow (downloads, kernel builds) is made once into a temporary
# directory and renamed into place, under a lock: a directory in the cache is
# therefore always complete, and a second process waits instead of repeating
# the work.

OB_STARTED=$(date +%s)

ob_say()
{
	printf '%s: [%3d s] %s\n' "${OB_NAME:-lab}" \
		$(($(date +%s) - OB_STARTED)) "$*" >&2
}

ob_die()
{
	printf '%s: %s\n' "${OB_NAME:-lab}" "$*" >&2
	exit 1
}

cache_dir()
{
	_cd=${OB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ovn-builder}
	mkdir -p "$_cd" && (cd "$_cd" && pwd -P)
}

# cache_locked NAME COMMAND...: run COMMAND while holding lock NAME.
cache_locked()
{
	_lock=$(cache_dir)/$1.lock
	shift
	(
		if ! flock -n 9; then
			ob_say "waiting for another process to finish"
			flock 9
		fi
		# The lock must not live on in what COMMAND leaves running.
		"$@" 9>&-
	) 9>"$_lock"
}

# cache_publish TEMPORARY FINAL: the moment something becomes visible.
cache_publish()
{
	rm -rf "$2"
	mv -T "$1" "$2"
}

# file_key FILE...: a short name for this content.
file_key()
{
	cat "$@" | sha256sum | cut -c1-12
}
