#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# run-scripts.sh SCRIPT...: runs test scripts, one a CPU at a time, each bounded in time. A script prints
# PASS, FAIL or SKIP lines of its own, or none; it then counts as one by its exit status (77: skipped).
set -u
[ $# -gt 0 ] || { echo "SKIP: no scripts"; exit 0; }
# Debian's tools, which setup.sh installed, before others of their names
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH

# one SCRIPT: what it says comes in one piece, at its end
one() {
	local name out rc start=$SECONDS
	name=$(basename "$1" .sh)
	out=$(mktemp)
	timeout -k 5 "${SCRIPT_SECONDS:-1800}" bash "$1" >"$out" 2>&1 </dev/null
	rc=$?
	{
		flock 9
		echo "== $1 took $((SECONDS - start)) s"
		cat "$out"
		case $rc in
		0) grep -qE '^(PASS|FAIL|SKIP)\b' "$out" || echo "PASS $name" ;;
		77) grep -qE '^SKIP\b' "$out" || echo "SKIP $name" ;;
		124 | 137) echo "FAIL $name: took too long" ;;
		*) grep -qE '^FAIL\b' "$out" || echo "FAIL $name: ended with status $rc" ;;
		esac
	} 9>>"$SCRIPT_LOCK"
	! grep -qE '^FAIL\b' "$out" && { [ $rc = 0 ] || [ $rc = 77 ]; }
	rc=$?
	rm -f "$out"
	return $rc
}
export -f one
SCRIPT_LOCK=$(mktemp)
export SCRIPT_LOCK
trap 'rm -f "$SCRIPT_LOCK"' EXIT
# shellcheck disable=SC2016  # the inner shell's words
printf '%s\0' "$@" | xargs -0 -n 1 -P "$(nproc)" bash -c 'one "$1"' one || exit 1
