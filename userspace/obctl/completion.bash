# SPDX-License-Identifier: Apache-2.0
# bash completion for obctl(8)

_obctl()
{
	local cur prev verb word
	local verbs="status peers nat services flows drops monitor whois diagnose help"
	local options="--output --pin-root --netns --help --version"

	COMPREPLY=()
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}

	case $prev in
	-o | --output)
		mapfile -t COMPREPLY < <(compgen -W "table json" -- "$cur")
		return
		;;
	--pin-root)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	--netns)
		mapfile -t COMPREPLY < <(
			compgen -W "$(ip netns list 2>/dev/null |
				cut -d ' ' -f 1)" -- "$cur"
		)
		return
		;;
	--config)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--count | --timeout)
		return
		;;
	esac

	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		[[ " $verbs " == *" $word "* ]] && verb=$word && break
	done
	case $verb in
	drops) options+=" --all" ;;
	flows) options+=" --count" ;;
	monitor) options+=" --backlog --count --timeout" ;;
	status | peers | diagnose) options+=" --config" ;;
	esac

	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
	elif [[ $verb == diagnose ]]; then
		mapfile -t COMPREPLY < <(
			compgen -W "$(obctl -o json peers 2>/dev/null |
				sed -n 's/^ *"cluster": "\(.*\)",$/\1/p')" \
				-- "$cur"
		)
	elif [[ $verb == services || $verb == flows ]]; then
		mapfile -t COMPREPLY < <(
			compgen -W "$(obctl services 2>/dev/null |
				sed '1d; s/ .*//' | sort -u)" -- "$cur"
		)
	elif [[ -z $verb || $verb == help ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$cur")
	fi
}

complete -F _obctl obctl
