# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# This machine's kernel, in fresh namespaces.  Milliseconds to start, but only
# where the kernel has WireGuard; object ids of BPF stay global to the machine.

# direct_works: try it for real, a configuration file proves nothing.
direct_works()
{
	[ "$(id -u)" = 0 ] || return 1
	modprobe -q wireguard 2>/dev/null || :
	unshare --net ip link add ob-probe type wireguard 2>/dev/null
}

direct_prepare()
{
	[ "$(id -u)" = 0 ] || ob_die "the direct way needs root"
}

direct_run()
{
	job_new
	job_command "$@"
	# The job directory may be below the /tmp that is about to be covered,
	# so it is handed over as the working directory.
	cd "$JOB" || exit 1
	job_run unshare --mount --net --pid --ipc --uts --fork --kill-child \
		/bin/sh "$JOB/direct"
	cd /
	job_finish
}
