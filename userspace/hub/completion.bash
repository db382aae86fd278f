# SPDX-License-Identifier: Apache-2.0
# Completion of hub(8) for bash.

# The first words that are no options.
_hub_commands()
{
	local i

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--dir | --listen | --advertise | --ttl | --history | -l | \
			--log-level) ((i++)) ;;
		-*) ;;
		*) printf '%s ' "${COMP_WORDS[i]}" ;;
		esac
	done
}

# _hub_tokens COLUMN...: 1 is the ID, 5 the cluster.
_hub_tokens()
{
	"${COMP_WORDS[0]}" token list 2>/dev/null |
		awk -v columns="$*" 'NR > 1 {
			n = split(columns, c, " ")
			for (i = 1; i <= n; i++)
				print $c[i]
		}' | sort -u
}

_hub_words()
{
	case $(_hub_commands) in
	'') echo 'init serve token kubeconfig backup restore' ;;
	'token ') echo 'create list revoke' ;;
	'token revoke ') _hub_tokens 1 5 ;;
	'token create ' | 'kubeconfig ') _hub_tokens 5 ;;
	esac
}

_hub()
{
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}

	case $previous in
	--dir) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
	backup | restore) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	-l | --log-level)
		mapfile -t COMPREPLY < <(compgen -W \
			'error warning info debug' -- "$word")
		;;
	--listen | --advertise | --ttl | --history) COMPREPLY=() ;;
	*)
		mapfile -t COMPREPLY < <(compgen -W "$(_hub_words)
			--dir --listen --advertise --gateway --ttl --kubeconfig
			--history --log-level --help --version" -- "$word")
		;;
	esac
}

complete -F _hub hub
