# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# User Mode Linux: a kernel that is a process.  Native speed for kernel code,
# no emulation, no modules; BPF is interpreted.  Built once from the
# distribution's kernel source with lab/uml.config.  One processor: with two,
# whatever disables interrupts costs system calls of the machine, which were a
# third of all time.
#
# Cache: uml/CONFIG/linux, CONFIG being a key of the configuration.

# The first version has user space under seccomp (6.16); older ones are slower
# but pass.
UML_SOURCES="sid trixie-backports trixie"

uml_home()
{
	echo "$(cache_dir)/uml/$(file_key "$LAB/uml.config")"
}

uml_ready()
{
	[ -x "$(uml_home)/linux" ]
}

uml_prepare()
{
	! uml_ready || return 0
	packages_ensure build lab-uml
	mkdir -p "$(cache_dir)/uml"
	cache_locked uml/prepare uml_make
}

uml_make()
{
	! uml_ready || return 0
	ob_say "building a User Mode Linux kernel (once, about 4 minutes)"
	_dir=$(mktemp -d "$(cache_dir)/uml/new.XXXXXX")
	if ! uml_fetch "$_dir" || ! uml_compile "$_dir"; then
		rm -rf "$_dir"
		ob_die "cannot build a User Mode Linux kernel"
	fi
	cache_publish "$_dir/out" "$(uml_home)"
	rm -rf "$_dir"
	ob_say "User Mode Linux is ready"
}

# uml_fetch DIR: the kernel source in DIR/source.
uml_fetch()
{
	for _suite in $UML_SOURCES; do
		apt_private "$_suite" || continue
		_name=$(apt_newest '^linux-source-[0-9.]*$')
		[ -n "$_name" ] || continue
		apt_unpack "$1" "$_name" && uml_unpack "$1" && return 0
	done
	echo "lab: no suite of this machine's archive has a kernel source" >&2
	return 1
}

# Leaves out the bulk no UML build reads; Kconfig files must all be there.
uml_unpack()
{
	ob_say "unpacking the kernel source"
	mkdir "$1/source"
	xz -dc "$1"/usr/src/linux-source-*.tar.xz |
		tar -x -C "$1/source" --strip-components=1 \
			--exclude='*/drivers/gpu/*.[ch]' \
			--exclude='*/sound/*.[ch]' \
			--exclude='*/dts/*' \
			--exclude='*/Documentation/*.rst'
}

uml_compile()
(
	mkdir "$1/out"
	cd "$1/source" || exit 1
	cp "$LAB/uml.config" all.config
	make ARCH=um KCONFIG_ALLCONFIG=all.config allnoconfig >../log 2>&1 || {
		tail -n 20 ../log >&2
		exit 1
	}
	uml_complain .config
	ob_say "compiling, about 1140 files"
	nice make ARCH=um -j"$(nproc)" linux >>../log 2>&1 &
	uml_progress $! ../log
	wait $! || {
		tail -n 20 ../log >&2
		exit 1
	}
	strip -g -o ../out/linux linux
	cp .config ../out/config
)

# Options this kernel version does not know are no reason to stop.
uml_complain()
{
	grep -o '^CONFIG_[A-Z0-9_]*=y' "$LAB/uml.config" |
		grep -vxF -f "$1" | sed 's/^/lab: not in this kernel: /' >&2 || :
}

# uml_progress PID LOG: a line every half minute while PID lives.
uml_progress()
{
	_n=0
	while kill -0 "$1" 2>/dev/null; do
		sleep 1
		_n=$((_n + 1))
		[ $((_n % 30)) -ne 0 ] ||
			ob_say "compiled $(grep -c '^  CC ' "$2") files"
	done
}

uml_run()
{
	# A user would need a user namespace, where the machine's set-user-id
	# programs (mount) look foreign-owned and give up their rights.
	[ "$(id -u)" = 0 ] || ob_die "the uml way needs root; try -w qemu"
	job_new
	job_command "$@"
	mkdir "$JOB/memory"
	# Process ids of their own, so that nothing of it can survive.
	set -- unshare --mount --pid --ipc --net --fork --kill-child \
		/bin/sh "$LAB/lib/uml-start" "$JOB" "$(uml_home)/linux" \
		"$MEMORY" "$INTERACTIVE"
	if [ "$INTERACTIVE" = 1 ]; then
		job_run "$@"
	else
		job_streams
		job_run "$@" >>"$JOB/console" 2>&1
		job_streams_end
	fi
	job_finish
}
