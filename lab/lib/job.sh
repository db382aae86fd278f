# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# One run of one command: what the kernel needs to know about it goes into a
# job directory, the exit status comes back through it.
#
#   JOB/command   script that executes the command with its environment
#   JOB/settings  LAB_* variables for the init scripts
#   JOB/init...   copies of lab/init, so a repository path with spaces is fine
#   JOB/out, err  pipes the guest's output streams through
#   JOB/console   the kernel's messages, shown only when it failed
#   JOB/status    written by the guest as the last thing

# quote STRING...: so that the shell reads back exactly these words.
quote()
{
	for _w in "$@"; do
		# The x keeps trailing newlines from being stripped.
		_q=$(printf '%sx' "$_w" | sed "s/'/'\\\\''/g")
		printf "'%s' " "${_q%x}"
	done
}

job_new()
{
	_base=${TMPDIR:-/tmp}
	case $_base in *[!A-Za-z0-9/._-]*) _base=/tmp ;; esac
	JOB=$(mktemp -d "$_base/ob-lab.XXXXXX")
	cp "$LAB"/init/* "$JOB/"
	chmod 755 "$JOB/uml"
	: >"$JOB/console"
	{
		echo "LAB_REPO=$(quote "$REPO")"
		echo "LAB_JOB=$JOB"
		echo "LAB_WAY=$WAY"
		echo "LAB_INTERACTIVE=$INTERACTIVE"
		echo "LAB_MODULES=$(quote "${1:-}")"
		[ "$INTERACTIVE" = 0 ] || job_terminal
	} >"$JOB/settings"
}

job_terminal()
{
	_size=$(stty size 2>/dev/null) || _size='24 80'
	echo "LAB_ROWS=${_size% *}"
	echo "LAB_COLUMNS=${_size#* }"
}

# job_command COMMAND...: environment, directory and words of the command.
job_command()
{
	{
		echo '#!/bin/sh'
		echo "cd $(quote "$DIRECTORY") || exit 127"
		echo "exec env -i $(job_environment) $(quote "$@")"
	} >"$JOB/command"
}

JOB_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# Only what a command may rely on everywhere, and what is ours.  Inside, the
# kernel is the one wanted, so a nested lab/run must not start another.
job_environment()
{
	for _n in $(env | sed -n 's/^\(OB_[A-Za-z0-9_]*\)=.*/\1/p'); do
		# A value with newlines can look like another variable.
		eval "[ \"\${$_n+set}\" ]" || continue
		eval "quote \"$_n=\$$_n\""
	done
	quote "PATH=$(tools_path "$JOB_PATH")" \
		HOME=/root LANG=C.UTF-8 "TERM=${TERM:-dumb}" \
		OB_LAB=direct "OB_LAB_WAY=$WAY"
}

# job_run COMMAND...: run the kernel (or the namespaces) under the time limit;
# whatever happens to this process, nothing it started stays behind.
job_run()
{
	_begin=$(date +%s)
	if [ "$INTERACTIVE" = 1 ]; then
		"$@" && JOB_EXIT=0 || JOB_EXIT=$?
		return 0
	fi
	trap 'job_abort 130' INT
	trap 'job_abort 143' TERM HUP
	setpriv --pdeathsig KILL timeout -s KILL "$SECONDS_MAX" \
		setpriv --pdeathsig KILL "$@" </dev/null &
	JOB_PID=$!
	wait "$JOB_PID" && JOB_EXIT=0 || JOB_EXIT=$?
	JOB_PID=
	JOB_SPENT=$(($(date +%s) - _begin))
}

job_abort()
{
	trap '' INT TERM HUP
	[ -z "${JOB_PID:-}" ] || kill -KILL "$JOB_PID" 2>/dev/null || :
	wait "${JOB_PID:-}" 2>/dev/null || :
	job_streams_end
	job_remove
	exit "$1"
}

# job_streams: readers for the guest's output.  Pipes, because qemu and UML
# would otherwise make our own stdout non-blocking for everybody sharing it.
# We hold the writing ends too, as 3 and 4: a kernel that never starts would
# leave the readers waiting for a writer.
job_streams()
{
	mkfifo "$JOB/out" "$JOB/err"
	cat <"$JOB/out" &
	JOB_CATS=$!
	cat <"$JOB/err" >&2 &
	JOB_CATS="$JOB_CATS $!"
	exec 3>"$JOB/out" 4>"$JOB/err"
}

job_streams_end()
{
	[ -n "${JOB_CATS:-}" ] || return 0
	exec 3>&- 4>&-
	# shellcheck disable=SC2086 # a list of process numbers
	wait $JOB_CATS || :
	JOB_CATS=
}

job_remove()
{
	rm -rf "$JOB"
}

# job_finish: the status of the command, 124 for the time limit, 125 when the
# kernel ended without one.
job_finish()
{
	trap '' INT TERM HUP
	if [ -s "$JOB/status" ]; then
		_rc=$(cat "$JOB/status")
	elif [ "$INTERACTIVE" = 0 ] && [ "$JOB_SPENT" -ge "$SECONDS_MAX" ]; then
		echo "lab: killed after $SECONDS_MAX seconds ($WAY)" >&2
		_rc=124
	else
		echo "lab: the $WAY kernel ended without a status" \
			"(exit $JOB_EXIT); its last lines:" >&2
		tr -d '\r' <"$JOB/console" |
			sed '/Call Trace/,/<.TASK>/d' | tail -n 30 >&2
		_rc=125
	fi
	job_remove
	exit "$_rc"
}
