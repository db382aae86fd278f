# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Sourced by the init scripts: the file systems every way has in common.
# Written for busybox and util-linux alike.

# mount_kernel ROOT: what the kernel shows of itself.
mount_kernel()
{
	mount -t proc proc "$1/proc"
	mount -t sysfs sysfs "$1/sys"
	mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup" 2>/dev/null || :
	mount -t bpf bpf "$1/sys/fs/bpf"
	mount -t tracefs tracefs "$1/sys/kernel/tracing" 2>/dev/null || :
}

# mount_devices ROOT: a fresh /dev, for a kernel that is all ours.
mount_devices()
{
	mount -t devtmpfs dev "$1/dev"
	mkdir -p "$1/dev/pts" "$1/dev/shm" "$1/dev/net"
	mount -t devpts -o mode=620,ptmxmode=666 devpts "$1/dev/pts"
	mount -t tmpfs tmpfs "$1/dev/shm"
	[ -c "$1/dev/net/tun" ] || mknod "$1/dev/net/tun" c 10 200
	# devtmpfs has no such links, and scripts take them for granted.
	ln -sf /proc/self/fd "$1/dev/fd"
	ln -sf /proc/self/fd/0 "$1/dev/stdin"
	ln -sf /proc/self/fd/1 "$1/dev/stdout"
	ln -sf /proc/self/fd/2 "$1/dev/stderr"
}

# mount_scratch ROOT: empty places for everybody's temporary files.
mount_scratch()
{
	mount -t tmpfs -o mode=755 tmpfs "$1/run"
	mkdir -p "$1/run/lock" "$1/run/netns"
	mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
}
