# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Packages of another suite without touching the machine's apt.
#
# A private apt configuration (own state, cache and source list) whose sources
# are derived from what the machine is configured with: same archive, same
# keyring, another suite.  Mirrors, proxies and keys of the machine therefore
# keep working, and nothing here names a host.

os_id()       { (. /etc/os-release && echo "$ID"); }
os_codename() { (. /etc/os-release && echo "${VERSION_CODENAME:-unknown}"); }

# apt_configured: the machine's sources as URI, SUITE, COMPONENTS, KEYRING.
apt_configured()
{
	set --
	for _f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
		/etc/apt/sources.list.d/*.sources; do
		if [ -s "$_f" ]; then
			set -- "$@" "$_f"
		fi
	done
	[ $# -gt 0 ] || return 1
	awk -f "$LAB/lib/sources.awk" "$@"
}

# apt_derive SUITE: the configured source line that carries SUITE's archive,
# rewritten for SUITE.  Security updates live in an archive of their own.
apt_derive()
{
	case $1 in
	*-security) _from=$(os_codename)-security ;;
	*) _from=$(os_codename) ;;
	esac
	apt_configured | awk -F '\t' -v from="$_from" -v to="$1" '
		$2 == from && $3 ~ /(^| )main( |$)/ {
			key = $4 == "-" ? "" : "[signed-by=" $4 "] "
			print "deb " key $1 " " to " main"
			exit
		}'
}

# apt_private SUITE...: sets APT_PRIVATE to a configuration file, its lists
# fresh (at most a day old).  Fails where no source could be derived.
apt_private()
{
	_base=$(cache_dir)/apt/$(echo "$*" | tr ' ' '+')
	APT_PRIVATE=$_base/apt.conf
	mkdir -p "$_base/state/lists/partial" "$_base/etc/parts" \
		"$_base/cache/archives/partial"
	for _s in "$@"; do
		apt_derive "$_s"
	done >"$_base/etc/sources.list"
	[ -s "$_base/etc/sources.list" ] || return 1
	apt_write_conf "$_base" >"$APT_PRIVATE"
	if [ -z "$(find "$_base/fresh" -mmin -1440 2>/dev/null)" ]; then
		ob_say "reading the package lists of $*"
		apt_with apt-get -q update >"$_base/log" 2>&1 || {
			tail -n 5 "$_base/log" >&2
			return 1
		}
		: >"$_base/fresh"
	fi
}

apt_write_conf()
{
	cat <<EOF
Dir::State "$1/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "$1/cache";
Dir::Etc::sourcelist "$1/etc/sources.list";
Dir::Etc::sourceparts "$1/etc/parts";
Dir::Etc::preferences "$1/etc/preferences";
Dir::Etc::preferencesparts "$1/etc/parts";
Acquire::Languages "none";
APT::Sandbox::User "root";
EOF
}

apt_with()
{
	APT_CONFIG=$APT_PRIVATE "$@"
}

# apt_newest REGEX: the highest package name matching, empty if none.
apt_newest()
{
	apt_with apt-cache search --names-only "$1" | cut -d ' ' -f 1 |
		sort -V | tail -n 1
}

# apt_version PACKAGE
apt_version()
{
	apt_with apt-cache show --no-all-versions "$1" |
		sed -n 's/^Version: //p' | head -n 1
}

# apt_unpack DIRECTORY PACKAGE...: download and extract, not install.
apt_unpack()
{
	_into=$1
	shift
	mkdir -p "$_into/.deb"
	ob_say "downloading $*"
	(cd "$_into/.deb" && apt_with apt-get -q download "$@" >log 2>&1) || {
		tail -n 5 "$_into/.deb/log" >&2
		return 1
	}
	for _deb in "$_into"/.deb/*.deb; do
		ob_say "unpacking ${_deb##*/}"
		dpkg-deb -x "$_deb" "$_into" || return 1
	done
	rm -rf "$_into/.deb"
}
