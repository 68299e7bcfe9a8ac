#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# run.sh long SECONDS BUILD [TARGET] | run.sh smoke RUNS BUILD [TARGET]: runs the fuzz targets
# that were built, one a CPU at a time, each bounded in time. PASS or FAIL for each; a crash's input is kept in
# BUILD/fuzz/TARGET/.
set -u
cd "$(dirname "$0")/../.." || exit 1
mode=$1 amount=$2 build=$3 only=${4:-}
top=$PWD

# seeds TARGET: the directory with its seeds, absolute
seeds() { echo "$top/tests/fuzz/corpus/${1#fuzz_}"; }

# Captures are too large to stand in this tree: some of the corpus, where it is there.
shared=$(realpath -m "${FALCOC_SHARED:-$top/../shared}")
more_seeds() {
	[ "$name" != fuzz_scap ] || find "$shared/corpus/synthetic" -name '*.scap' 2>/dev/null | sort
}

run_long() {
	local dirs=()
	mkdir -p found
	[ ! -d "$(seeds "$name")" ] || dirs+=("$(seeds "$name")")
	[ "$name" != fuzz_scap ] || [ ! -d "$shared/corpus/synthetic" ] || dirs+=("$shared/corpus/synthetic")
	timeout -k 10 $((amount + 60)) "$bin" -max_total_time="$amount" -timeout=10 -rss_limit_mb=2048 \
		-print_final_stats=1 found "${dirs[@]}" >log 2>&1
}

run_smoke() {
	local files runs=$amount
	# each of these writes a store and five reports of it
	[ "$name" != fuzz_report ] || runs=$(((amount + 9) / 10))
	mapfile -t files < <(find "$(seeds "$name")" -type f 2>/dev/null | sort; more_seeds)
	timeout -k 10 "${SMOKE_SECONDS:-900}" "$bin" "$runs" "${files[@]}" >log 2>&1
}

# one NAME: what it says comes in one piece
one() {
	local name=$1 bin=$top/$build/tests/fuzz/$1 rc
	mkdir -p "$build/fuzz/$name"
	cd "$build/fuzz/$name" || return 1
	"run_$mode"
	rc=$?
	{
		flock 9
		if [ $rc = 0 ]; then
			echo "PASS $name$(sed -n 's/^stat::number_of_executed_units: */, runs: /p' log)"
		else
			echo "FAIL $name (status $rc; $build/fuzz/$name has log and input)"
			grep -vE '^(INFO|#[0-9])' log | tail -40
		fi
	} 9>>"$top/$build/fuzz/lock"
	return $rc
}

mkdir -p "$build/fuzz"
export -f one seeds more_seeds run_long run_smoke
export mode amount build top shared
targets=(tests/fuzz/fuzz_*.c)
# shellcheck disable=SC2016  # the inner shell's words
printf '%s\0' "${targets[@]}" | sed -z 's|.*/||; s|\.c$||' | { [ -z "$only" ] && cat || grep -zFx "$only"; } |
	xargs -0 -n 1 -P "$(nproc)" bash -c 'one "$1"' one || exit 1
