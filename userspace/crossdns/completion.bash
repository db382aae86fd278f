# SPDX-License-Identifier: Apache-2.0
# Completion of crossdns(8) for bash.

_crossdns()
{
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}

	case $previous in
	-c | --config) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	-l | --log-level)
		mapfile -t COMPREPLY < <(compgen -W \
			'error warning info debug' -- "$word")
		;;
	*)
		mapfile -t COMPREPLY < <(compgen -W '--config --log-level
			--check --help --version' -- "$word")
		;;
	esac
}

complete -F _crossdns crossdns
