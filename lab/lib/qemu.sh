# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A distribution kernel under qemu, emulated (TCG): slow, complete, and nothing
# to compile.  /dev/kvm is never used: where it exists inside another virtual
# machine it may hang, and the lab must behave the same everywhere.
#
# Cache: qemu/VERSION/{vmlinux,initrd,lib/modules}, and qemu/series-X, a link
# to the version that serves series X.

# What the loader needs to find its root; everything else is a modprobe later.
QEMU_MODULES="virtio_pci 9pnet_virtio 9p overlay virtio_console virtio_rng"

qemu_home()
{
	# The loader is part of the result, so it is part of the name.
	echo "$(cache_dir)/qemu/series-$SERIES-$(file_key "$LAB/init/loader")"
}

qemu_prepare()
{
	[ -e "$(qemu_home)/initrd" ] && command -v qemu-system-x86_64 \
		>/dev/null && return 0
	packages_ensure lab-qemu
	mkdir -p "$(cache_dir)/qemu"
	cache_locked "qemu/prepare-$SERIES" qemu_make
}

qemu_make()
{
	[ ! -e "$(qemu_home)/initrd" ] || return 0
	ob_say "preparing a $SERIES kernel for qemu (once, about half a minute)"
	_dir=$(mktemp -d "$(cache_dir)/qemu/new.XXXXXX")
	if ! qemu_fetch "$_dir/pkg" || ! qemu_assemble "$_dir"; then
		rm -rf "$_dir"
		ob_die "cannot prepare a $SERIES kernel"
	fi
	_final=$(cache_dir)/qemu/$KERNEL-$(file_key "$LAB/init/loader")
	cache_publish "$_dir" "$_final"
	ln -sfn "${_final##*/}" "$_dir.link"
	mv -T "$_dir.link" "$(qemu_home)"
	ob_say "kernel $KERNEL is ready"
}

# Suites that carry a series, best first; the first one that has it wins.
qemu_suites()
{
	if [ "$(os_id)" = ubuntu ]; then
		# Ubuntu offers its own kernel only, whatever series was asked
		# for.  Not tried on every release.
		echo "$(os_codename)-updates $(os_codename)"
		return
	fi
	case $SERIES in
	6.1) echo "bookworm-security bookworm" ;;
	6.12) echo "trixie-security trixie bookworm-backports" ;;
	*) echo "sid trixie-backports" ;;
	esac
}

# The plain image, not the cloud one, which has no 9p.
qemu_pattern()
{
	if [ "$(os_id)" = ubuntu ]; then
		echo '^linux-image-[0-9].*-generic$'
	else
		echo "^linux-image-$(echo "$SERIES" | sed 's/[.]/[.]/g')[.].*[0-9]-amd64\$"
	fi
}

# qemu_fetch DIR: unpacks the newest kernel of the series, sets KERNEL.
qemu_fetch()
{
	_pkg=$1
	for _suite in $(qemu_suites); do
		apt_private "$_suite" || continue
		_image=$(apt_newest "$(qemu_pattern)")
		[ -n "$_image" ] || continue
		KERNEL=${_image#linux-image-}
		# shellcheck disable=SC2046 # package names
		apt_unpack "$_pkg" "$_image" $(qemu_parts "$_image") &&
			return 0
	done
	return 1
}

# qemu_parts IMAGE: Ubuntu and Debian's 7.x have the modules (and the kernel
# itself) in packages beside the image.
qemu_parts()
{
	apt_with apt-cache show --no-all-versions "$1" |
		sed -n 's/^Depends: //p' | grep -o 'linux-[a-z]*-[^ ,]*' |
		grep -E '^linux-(base|binary|modules)-' || :
}

qemu_assemble()
{
	_pkg=$1/pkg
	ob_say "unpacking the kernel image, indexing its modules"
	mkdir -p "$1/lib"
	if [ -d "$_pkg/usr/lib/modules" ]; then
		mv "$_pkg/usr/lib/modules" "$1/lib/modules"
	else
		mv "$_pkg/lib/modules" "$1/lib/modules"
	fi
	depmod -b "$1" "$KERNEL" || return 1
	_image=$_pkg/boot/vmlinuz-$KERNEL
	[ -f "$_image" ] || _image=$1/lib/modules/$KERNEL/vmlinuz
	qemu_kernel "$_image" "$1/vmlinux" || return 1
	rm -rf "$_pkg"
	qemu_initrd "$1"
}

# qemu_kernel BZIMAGE OUT: the ELF file inside, which boots by PVH without
# firmware or decompression (seconds under emulation); as it is, otherwise.
qemu_kernel()
{
	qemu_inner "$1" "$2" '\x28\xb5\x2f\xfd' 'zstd -dc' ||
		qemu_inner "$1" "$2" '\xfd7zXZ\x00' 'xz -dc' ||
		qemu_inner "$1" "$2" '\x02!L\x18' 'lz4 -dc' ||
		qemu_inner "$1" "$2" '\x1f\x8b\x08' 'gzip -dc' ||
		cp "$1" "$2"
}

# qemu_inner BZIMAGE OUT MAGIC DECOMPRESSOR
qemu_inner()
{
	_all=$(LC_ALL=C grep -abo -P "$3" "$1" | cut -d : -f 1)
	for _at in $_all; do
		# Bytes follow the compressed stream: complaints are expected.
		tail -c "+$((_at + 1))" "$1" | $4 >"$2" 2>/dev/null || :
		if [ "$(head -c 4 "$2" | tail -c 3)" = ELF ]; then
			return 0
		fi
	done
	return 1
}

# qemu_initrd DIR: busybox, the loader, and the modules in load order.
qemu_initrd()
{
	_tree=$1/initrd.d
	mkdir -p "$_tree/bin" "$_tree/modules" "$_tree/proc" "$_tree/sys" \
		"$_tree/dev" "$_tree/job" "$_tree/lower" "$_tree/upper" \
		"$_tree/root"
	cp "$(command -v busybox)" "$_tree/bin/busybox"
	cp "$LAB/init/loader" "$_tree/init"
	chmod 755 "$_tree/init"
	for _m in $QEMU_MODULES; do
		# Prints "insmod FILE" per module, dependencies first; nothing
		# for what is built in.
		modprobe -d "$1" -S "$KERNEL" --show-depends "$_m" 2>/dev/null
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
		qemu_modules "$_tree/modules"
	(cd "$_tree" && find . | cpio -o -H newc -R 0:0 --quiet) >"$1/initrd" ||
		return 1
	rm -rf "$_tree"
}

qemu_modules()
{
	while read -r _file; do
		_name=$(basename "${_file%.ko*}").ko
		case $_file in
		*.xz) xz -dc "$_file" ;;
		*.zst) zstd -qdc "$_file" ;;
		*.gz) gzip -dc "$_file" ;;
		*) cat "$_file" ;;
		esac >"$1/$_name"
		echo "$_name"
	done >"$1/order"
}

# One directory of this machine as a 9p export.
qemu_share()
{
	printf -- '-fsdev local,id=%s,path=%s,security_model=none,multidevs=remap%s ' \
		"$1" "$2" "${3:-}"
	printf -- '-device virtio-9p-pci,fsdev=%s,mount_tag=%s ' "$1" "$1"
}

qemu_run()
{
	_home=$(qemu_home)
	job_new "$(cd "$_home/lib/modules" && pwd -P)"
	job_command "$@"
	# Paths may hold spaces; links in the job directory do not.
	ln -s "$REPO" "$JOB/repo"
	set -- qemu-system-x86_64 -M q35 -accel tcg,thread=multi -cpu qemu64 \
		-smp "$CPUS" -m "$MEMORY" -nodefaults -no-user-config \
		-display none -no-reboot \
		-kernel "$_home/vmlinux" -initrd "$_home/initrd" \
		-append "$(qemu_arguments)" \
		-device virtio-rng-pci -device virtio-serial-pci \
		-chardev "file,id=con,path=$JOB/console" -serial chardev:con
	# shellcheck disable=SC2046 # options, split on purpose
	set -- "$@" $(qemu_share root / ,readonly=on) \
		$(qemu_share job "$JOB") $(qemu_share repo "$JOB/repo/.")
	if [ "$INTERACTIVE" = 1 ]; then
		set -- "$@" -chardev stdio,id=tty,signal=off \
			-device virtconsole,chardev=tty
		job_run "$@"
	else
		set -- "$@" \
			-chardev "file,id=out,path=$JOB/out" \
			-device virtserialport,chardev=out,name=out \
			-chardev "file,id=err,path=$JOB/err" \
			-device virtserialport,chardev=err,name=err
		job_streams
		job_run "$@" 2>>"$JOB/console"
		job_streams_end
	fi
	job_finish
}

qemu_arguments()
{
	echo "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off" \
		"tsc=reliable no_timer_check random.trust_cpu=on audit=0" \
		"nokaslr fb_tunnels=none"
}
