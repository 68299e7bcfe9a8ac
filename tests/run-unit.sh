#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# run-unit.sh PROGRAM...: runs unit test programs. Each prints check's own summary line, which is what
# is counted (count.awk); one that ends without such a line is a FAIL of its own.
set -u
export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=0:detect_leaks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
# check gives a test four seconds; with sanitizers on a busy machine that is little
export CK_DEFAULT_TIMEOUT=${CK_DEFAULT_TIMEOUT:-60}
status=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
for program in "$@"; do
	echo "== ${program#./}"
	timeout -k 5 "${UNIT_SECONDS:-600}" "$program" >"$out" 2>&1
	rc=$?
	cat "$out"
	[ $rc = 0 ] && continue
	status=1
	grep -qE '^[0-9]+%: Checks: .*(Failures: [1-9]|Errors: [1-9])' "$out" ||
		echo "FAIL $(basename "$program"): ended with status $rc"
done
[ $# -gt 0 ] || echo "SKIP: no unit tests"
exit $status
