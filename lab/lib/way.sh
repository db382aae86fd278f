# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Which kernel: the choice behind "auto".

# way_choose WANTED: sets WAY.  direct if this kernel has WireGuard, else uml
# if it is already built, else qemu, which needs no compiler: the soonest.
way_choose()
{
	WAY=$1
	[ "$WAY" != auto ] || WAY=${OB_LAB:-auto}
	[ "$WAY" = auto ] || return 0
	if direct_works; then
		WAY=direct
	elif [ "$(id -u)" = 0 ] && uml_ready; then
		WAY=uml
	else
		WAY=qemu
	fi
}

# way_choose_fast: the same for long work, which is worth building UML for.
way_choose_fast()
{
	way_choose auto
	if [ "$WAY" = qemu ] && [ "${OB_LAB:-auto}" = auto ] &&
		[ "$(id -u)" = 0 ]; then
		WAY=uml
	fi
}

# way_packages: the section of packages.txt that WAY needs.
way_packages()
{
	case $WAY in
	qemu | uml) echo "lab-$WAY" ;;
	esac
}
