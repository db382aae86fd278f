# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Checks around a steady stream between two pods.

# shellcheck source=/dev/null
. "${OB_SOURCE_DIR:?}/demo/stream.sh"

STREAM_RATE_WANTED=${OB_LAB_RATE:-10000}
# Emulated, nothing carries more.
! slow || STREAM_RATE_WANTED=${OB_LAB_RATE:-1000}
STREAM_RATE_MIN=800

# keeps_pace RATE: the sender has nearly sent as many as it should, or else this
# machine is saturated and loses packets whatever we do.
keeps_pace()
{
	_had=$(sed -n 's/.* packets, \([0-9]*\) a second/\1/p' \
		"$WORLD/sender.err")
	[ "${_had:-0}" -ge $(($1 * 9 / 10)) ]
}

# stream_rate: a quarter of the highest rate (halved from the wanted one) that
# this machine carries undisturbed and unsaturated, so that the others have
# their share of it; measured once, then remembered.
stream_rate()
{
	if [ -s "$WORLD/rate" ]; then
		cat "$WORLD/rate"
		return 0
	fi
	_rate=$STREAM_RATE_WANTED
	while [ "$_rate" -ge "$STREAM_RATE_MIN" ]; do
		stream_start "$_rate"
		sleep 2
		case $(stream_stop) in
		*' lost=0 '*)
			! keeps_pace "$_rate" || {
				echo $((_rate / 4)) | tee "$WORLD/rate"
				return 0
			}
			;;
		esac
		_rate=$((_rate / 2))
	done
	return 1
}

# losses: where packets may have gone, one counter a line; and what each part
# of the way has sent and received, between which they have. Counted from the
# first stream on, or the last one that lost something: it takes seconds.
losses()
{
	while read -r _ _dropped _; do
		echo "full backlog of a CPU: $((0x$_dropped))"
	done </proc/net/softnet_stat
	for _c in $CLUSTERS; do
		{
			obctl_of "$_c" drops
			programs_carried "$_c"
			wireguard_carried "$_c"
		} | sed "s/^/$_c /"
	done
}

programs_carried()
{
	obctl_of "$1" -o json peers | jq -r '
		.. | objects | select(.tx_packets?) |
		"\(.cluster): programs sent \(.tx_packets), " +
		"received \(.rx_packets)"'
}

wireguard_carried()
{
	ip -n "$1" -j -s link show dev ob0 | jq -r '.[0].stats64 |
		"WireGuard sent \(.tx.packets), dropped \(.tx.dropped), " +
		"failed \(.tx.errors); received \(.rx.packets), " +
		"dropped \(.rx.dropped), failed \(.rx.errors)"'
}

# stream_around SENTENCE FUNCTION...: loses nothing while that runs.
stream_around()
{
	_what=$1
	shift
	_at=$(stream_rate) || {
		miss "$_what: even an undisturbed stream loses packets"
		return 0
	}
	[ -s "$WORLD/losses" ] || losses >"$WORLD/losses"
	stream_start "$_at"
	sleep 1
	"$@"
	sleep 1
	_tally=$(stream_stop)
	note "$(cat "$WORLD/sender.err")"
	case $_tally in
	*' lost=0 '*) pass "$_what: $_tally" ;;
	*)
		miss "$_what: ${_tally:-$(cat "$WORLD/receiver.err")}"
		losses >"$WORLD/losses.now"
		diff "$WORLD/losses" "$WORLD/losses.now" |
			sed -n 's/^>/       |/p'
		mv "$WORLD/losses.now" "$WORLD/losses"
		;;
	esac
}
