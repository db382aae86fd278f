# SPDX-License-Identifier: Apache-2.0
# Completion of octopus(8) for bash.

_octopus()
{
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}

	case $previous in
	-c | --config) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	--pin-root) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
	--netns)
		mapfile -t COMPREPLY < <(compgen -W \
			"$(ip netns list 2>/dev/null | cut -d ' ' -f 1)" -- "$word")
		;;
	-l | --log-level)
		mapfile -t COMPREPLY < <(compgen -W \
			'error warning info debug' -- "$word")
		;;
	*)
		mapfile -t COMPREPLY < <(compgen -W '--config --pin-root --netns
			--log-level --check --once --cleanup --leave --help --version' \
			-- "$word")
		;;
	esac
}

complete -F _octopus octopus
