#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# run-unit.sh PROGRAM...: runs unit test programs, one a CPU at a time. Each prints check's own summary
# line, which is what is counted (count.awk); one that ends without such a line is a FAIL of its own.
set -u
export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=0:detect_leaks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
# check gives a test four seconds; with sanitizers on a busy machine that is little, and so are a few times of
# what a test asks for itself: it is there for those that hang
export CK_DEFAULT_TIMEOUT=${CK_DEFAULT_TIMEOUT:-60} CK_TIMEOUT_MULTIPLIER=${CK_TIMEOUT_MULTIPLIER:-5}
[ $# -gt 0 ] || { echo "SKIP: no unit tests"; exit 0; }

# one PROGRAM: what it says comes in one piece, at its end
one() {
	local out rc
	out=$(mktemp)
	timeout -k 5 "${UNIT_SECONDS:-1800}" "$1" >"$out" 2>&1
	rc=$?
	{
		flock 9
		echo "== ${1#./}"
		cat "$out"
		[ $rc = 0 ] || grep -qE '^[0-9]+%: Checks: .*(Failures: [1-9]|Errors: [1-9])' "$out" ||
			echo "FAIL $(basename "$1"): ended with status $rc"
	} 9>>"$UNIT_LOCK"
	rm -f "$out"
	[ $rc = 0 ]
}
export -f one
UNIT_LOCK=$(mktemp)
export UNIT_LOCK
trap 'rm -f "$UNIT_LOCK"' EXIT
# shellcheck disable=SC2016  # the inner shell's words
printf '%s\0' "$@" | xargs -0 -n 1 -P "$(nproc)" bash -c 'one "$1"' one || exit 1
