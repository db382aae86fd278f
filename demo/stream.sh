# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A steady stream between two pods, whose packets are numbered and counted at
# the other end (tests/lab/stream.c): what does a disturbance cost?

STREAM_PORT=7000

# stream_start RATE [POD ADDRESS]: from cluster1-client to cluster2-web, or POD;
# to its address, or STREAM_ADDRESS, and STREAM_PORT, or STREAM_TO.
stream_start()
{
	_receiver=${2:-cluster2-web}
	_address=${3:-${STREAM_ADDRESS:-$(global4 cluster2 1.10)}}
	background receiver "$_receiver" \
		"${OB_BUILD_DIR:?}/tests/lab/lab_stream" receive $STREAM_PORT
	wait_until 10 listening "$_receiver" $STREAM_PORT || return 1
	background sender cluster1-client \
		"$OB_BUILD_DIR/tests/lab/lab_stream" send "$_address" \
		"${STREAM_TO:-$STREAM_PORT}" "$1"
}

# stream_stop: ends it and waits for the tally, which it prints.
stream_stop()
{
	stop_background sender
	wait_until 30 ended receiver || return 1
	cat "$WORLD/receiver.out"
}
