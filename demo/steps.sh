# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Numbered steps for people to read: what is being done, a tick and seconds,
# then the few lines worth seeing.  Everything else goes to LOG, which is shown
# when a step fails.

STEP=0
TITLE_WIDTH=64

case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
*UTF-8 | *utf8) TICK='✓' CROSS='✗' ;;
*) TICK='ok' CROSS='FAILED' ;;
esac

# Colours only where somebody sees them.
if [ -t 1 ] || [ -n "${OB_COLOUR:-}" ]; then
	BOLD=$(printf '\033[1m') DIM=$(printf '\033[2m')
	GREEN=$(printf '\033[32m') RED=$(printf '\033[31m')
	PLAIN=$(printf '\033[0m')
else
	BOLD='' DIM='' GREEN='' RED='' PLAIN=''
fi

# seconds MS: 1234 -> 1.2
seconds()
{
	echo "$(($1 / 1000)).$(($1 % 1000 / 100))"
}

# step TITLE FUNCTION [ARGUMENT...]: FUNCTION runs with "set -e" in a shell of
# its own.  What it says on descriptor 3 (show, shown) appears below the title.
step()
{
	_title=$1
	shift
	STEP=$((STEP + 1))
	printf '%2d  %-*s' "$STEP" "$TITLE_WIDTH" "$_title"
	now_ms
	_begin=$NOW
	echo "=== step $STEP: $_title" >>"$LOG"
	set +e
	(
		set -e
		"$@"
	) 4>&1 >>"$LOG" 2>&1 3>"$LOG.shown"
	_rc=$?
	set -e
	now_ms
	if [ "$_rc" -eq 0 ]; then
		echo "$GREEN$TICK$PLAIN $(seconds $((NOW - _begin))) s"
		sed 's/^/      /' "$LOG.shown"
	else
		step_failed "$_title"
	fi
}

step_failed()
{
	echo "$RED$CROSS$PLAIN $(seconds $((NOW - _begin))) s"
	sed 's/^/      /' "$LOG.shown"
	echo
	echo "${RED}Step $STEP failed:$PLAIN $1. The end of its log:"
	sed -n "/^=== step $STEP:/,\$p" "$LOG" | tail -n 30 | sed 's/^/  | /'
	for _log in "$WORLD"/hub.log "$WORLD"/*.octopus.log \
		"$WORLD"/cluster?-*.log; do
		[ -s "$_log" ] || continue
		echo "The end of $(basename "$_log"):"
		tail -n 10 "$_log" | sed 's/^/  | /'
	done
	exit 1
}

# show LINE: something the reader should see.
show()
{
	echo "$*" >&3
}

# shown: the same for standard input, as the output of a command.
shown()
{
	sed "s/^/  /" >&3
}

# prompt WHERE COMMAND...: as if typed there.
prompt()
{
	_where=$1
	shift
	show "$DIM$_where \$$PLAIN $BOLD$*$PLAIN"
}

# progress: a sign of life, on the line of the title.
progress()
{
	printf %s "${1:-.}" >&4
}

# fail SENTENCE: ends the step.
fail()
{
	echo "$*"
	exit 1
}
