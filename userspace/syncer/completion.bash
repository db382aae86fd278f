# SPDX-License-Identifier: Apache-2.0
# Completion of syncer(8) for bash.

_syncer()
{
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}

	case $previous in
	-c | --config) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	-l | --log-level)
		mapfile -t COMPREPLY < <(compgen -W \
			'error warning info debug' -- "$word")
		;;
	*)
		mapfile -t COMPREPLY < <(compgen -W '--config --log-level --check
			--leave --help --version' -- "$word")
		;;
	esac
}

complete -F _syncer syncer
