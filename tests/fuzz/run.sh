#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh NAME PROGRAM: one fuzz target over its seeds, then onwards from them
# for OB_FUZZ_SECONDS (10). What it finds is left in the build tree, next to
# PROGRAM, in NAME.found; corpus/NAME is only read.
set -eu

if [ $# -ne 2 ]; then
	echo "fuzz: this build's clang had no libFuzzer; install it" \
		"(libclang-rt-dev or libclang-common-dev) and configure again" >&2
	exit 1
fi
name=$1
program=$2
here=$(cd "$(dirname "$0")" && pwd)
seeds=$here/corpus/$name
found=$program.found

if [ -z "$(ls "$seeds" 2>/dev/null)" ]; then
	echo "fuzz: $seeds has no seeds" >&2
	exit 1
fi
rm -rf "$found"
mkdir -p "$found/corpus"

# The default quarantine alone would fill half of the memory limit.
ASAN_OPTIONS=${ASAN_OPTIONS:-}:quarantine_size_mb=32
export ASAN_OPTIONS
set -- -rss_limit_mb=512 -max_len=65536 -timeout=10 -artifact_prefix="$found/"
if [ -f "$here/$name.dict" ]; then
	set -- "$@" -dict="$here/$name.dict"
fi

"$program" "$@" "$seeds"/*
exec "$program" "$@" -seed=1 -max_total_time="${OB_FUZZ_SECONDS:-10}" \
	-print_final_stats=1 "$found/corpus" "$seeds"
